/// The number that eight lower-case hexadecimal digits stand for.
///
/// All eight at once, one in each byte of a word: ids and traces of every event that arrives are read by this.
#[inline]
pub(super) fn hex8(digits: [u8; 8]) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let text = u64::from_be_bytes(digits);
    // `0` is 0x30, `a` is 0x61: of a letter bit 6 is set, and its low half counts from 1.
    let letters = text >> 6 & ONES;
    let values = (text & (0x0f * ONES)) + 9 * letters;
    // Written again, each value from 10 as a letter: what was no digit comes out as something else, or is above 15.
    let from_ten = (values + 118 * ONES) >> 7 & ONES;
    let again = values + u64::from(b'0') * ONES + u64::from(b'a' - b'0' - 10) * from_ten;
    if again != text || values & (0xf0 * ONES) != 0 {
        return None;
    }
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) as u32)
}

#[cfg(test)]
mod tests {
    use super::hex8;

    #[test]
    fn reads_what_is_written() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..10_000 {
            let number = rng.u32(..);
            let text = format!("{number:08x}");
            assert_eq!(hex8(text.as_bytes().try_into().unwrap()), Some(number), "{text}");
        }
    }

    #[test]
    fn every_byte_in_every_place() {
        for place in 0..8 {
            for byte in 0..=u8::MAX {
                let mut digits = *b"0123f9ab";
                digits[place] = byte;
                let good = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                assert_eq!(hex8(digits).is_some(), good, "{byte} at {place}");
            }
        }
    }
}
