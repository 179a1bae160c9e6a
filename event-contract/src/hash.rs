/// FNV-1a with 64 bits: a number that names are sorted and compared by, at compile time and in the macros alike.
///
/// ```
/// assert_eq!(event_contract::hash(""), 0xcbf2_9ce4_8422_2325);
/// assert_eq!(event_contract::hash("a"), 0xaf63_dc4c_8601_ec8c);
/// ```
#[must_use]
pub const fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}
