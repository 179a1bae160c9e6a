use super::scrub::{self, scrub};

/// Bytes from the broker on their way to the client library, which gets frames only after they are scrubbed.
pub(super) struct Frames {
    buffer: Box<[u8]>,
    /// Handed on up to here.
    start: usize,
    /// Scrubbed up to here.
    ready: usize,
    /// Received up to here.
    end: usize,
    /// So many of the next bytes belong to a frame that goes through as it is.
    passing: usize,
}

/// The largest frame that is scrubbed: RabbitMQ's default `frame_max`. The header of a message fits one frame.
const LARGEST: usize = 128 << 10;
/// Type, channel and size before the payload.
const HEAD: usize = 7;
/// Head and end mark.
const AROUND: usize = HEAD + 1;

impl Frames {
    pub(super) fn new() -> Self {
        Self {
            buffer: vec![0; LARGEST].into_boxed_slice(),
            start: 0,
            ready: 0,
            end: 0,
            passing: 0,
        }
    }

    /// What may be handed on, as much as fits `into`; how much that was.
    pub(super) fn hand_on(&mut self, into: &mut [u8]) -> usize {
        let count = into.len().min(self.ready - self.start);
        into[..count].copy_from_slice(&self.buffer[self.start..self.start + count]);
        self.start += count;
        count
    }

    /// Where the next bytes go; not empty once everything ready is handed on.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.ready -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        &mut self.buffer[self.end..]
    }

    /// So many bytes have been put into [`space`](Self::space).
    pub(super) fn received(&mut self, count: usize) {
        self.end += count;
        while let Some(size) = self.next() {
            self.ready += size;
        }
    }

    /// Nothing more will come: a frame that was cut off is nobody's.
    pub(super) fn ended(&mut self) {
        self.ready = self.end;
    }

    /// How many of the next bytes may go; `None` until there are more.
    fn next(&mut self) -> Option<usize> {
        let rest = &mut self.buffer[self.ready..self.end];
        if self.passing > 0 {
            let count = self.passing.min(rest.len());
            self.passing -= count;
            return (count > 0).then_some(count);
        }
        let &[frame_type, _, _, a, b, c, d] = rest.first_chunk::<HEAD>()?;
        let size = u32::from_be_bytes([a, b, c, d]) as usize + AROUND;
        if matches!(frame_type, scrub::METHOD | scrub::HEADER) && size <= LARGEST {
            scrub(frame_type, rest.get_mut(HEAD..size)?);
        } else {
            self.passing = size;
            return Some(0);
        }
        Some(size)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scrub::SUBSTITUTE;
    use super::*;
    use fastrand::Rng;

    fn short(text: &[u8]) -> Vec<u8> {
        [&[text.len() as u8], text].concat()
    }

    fn long(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
    }

    fn frame(frame_type: u8, payload: &[u8]) -> Vec<u8> {
        [&[frame_type, 0, 1], &*long(payload), &[0xce]].concat()
    }

    fn deliver(routing_key: &[u8]) -> Vec<u8> {
        let parts = [
            &[0, 60, 0, 60],
            &*short(b"consumer"),
            &[0xff; 9],
            &short(b"events"),
            &short(routing_key),
        ];
        frame(scrub::METHOD, &parts.concat())
    }

    /// A header frame with every property; `text` is in every short string.
    fn header(text: &[u8]) -> Vec<u8> {
        let nested = [&*short(text), b"A", &long(&[b"S", &*long(b"\xff"), b"V"].concat())].concat();
        let fields = [
            [&*short(text), b"t\xff"].concat(),
            [&*short(text), b"S", &long(b"\xff\xfe")].concat(),
            [&*short(b"x"), b"D\xff\xff\xff\xff\xff"].concat(),
            [&*short(b"deep"), b"F", &long(&nested)].concat(),
            [&*short(text), b"T\xff\xff\xff\xff\xff\xff\xff\xff"].concat(),
        ];
        let parts = [
            &[0, 60, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc],
            &*short(text),
            &short(b"gzip"),
            &long(&fields.concat()),
            &[0xff, 0xff],
            &[short(text), short(text), short(text), short(text)].concat(),
            &[0xff; 8],
            &[short(text), short(text), short(text), short(text)].concat(),
        ];
        frame(scrub::HEADER, &parts.concat())
    }

    /// Frames around bad ones, and what is to become of them.
    fn stream() -> (Vec<u8>, Vec<u8>) {
        let body = frame(3, b"\xff\xfe a body stays");
        let ack = frame(
            scrub::METHOD,
            &[0, 60, 0, 80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
        );
        let beat = frame(8, b"");
        let large = frame(3, &vec![0xff; LARGEST]);
        let of = |text: &[u8]| {
            let parts = [
                &*deliver(text),
                &header(text),
                &body,
                &ack,
                &beat,
                &deliver(b"good"),
                &header(b"good"),
            ];
            [&*parts.concat(), &large, &deliver(text)].concat()
        };
        let sub = char::from(SUBSTITUTE);
        (of(b"a\xffb\xe2\x82"), of(format!("a{sub}b{sub}{sub}").as_bytes()))
    }

    /// What comes out when the bytes come in parts of these sizes, and are taken in others.
    fn through(bytes: &[u8], mut part: impl FnMut() -> usize, mut taken: impl FnMut() -> usize) -> Vec<u8> {
        let (mut frames, mut out, mut rest) = (Frames::new(), Vec::new(), bytes);
        let mut into = vec![0; LARGEST];
        loop {
            let count = taken();
            let handed = frames.hand_on(&mut into[..count]);
            out.extend_from_slice(&into[..handed]);
            if handed > 0 {
                continue;
            }
            let space = frames.space();
            let count = part().min(rest.len()).min(space.len());
            assert!(!space.is_empty(), "there is always room for the rest of a frame");
            if count == 0 {
                frames.ended();
                let left = frames.hand_on(&mut into);
                out.extend_from_slice(&into[..left]);
                return out;
            }
            space[..count].copy_from_slice(&rest[..count]);
            rest = &rest[count..];
            frames.received(count);
        }
    }

    #[test]
    fn the_client_library_reads_every_text() {
        let (bytes, expected) = stream();
        let mut rest: &[u8] = &through(&bytes, || LARGEST, || LARGEST);
        assert_eq!(rest, expected);
        let mut read = 0;
        while !rest.is_empty() {
            rest = amq_protocol::frame::parse_frame(rest).unwrap().0;
            read += 1;
        }
        assert_eq!(read, 9);
        assert!(
            amq_protocol::frame::parse_frame(&*deliver(b"\xff")).is_err(),
            "not without us"
        );
    }

    #[test]
    fn it_does_not_matter_where_the_bytes_are_cut() {
        let (bytes, expected) = stream();
        let near = bytes.len() - LARGEST;
        for at in 1..near {
            let mut parts = [at].into_iter();
            let out = through(&bytes, || parts.next().unwrap_or(LARGEST), || LARGEST);
            assert!(out == expected, "cut at {at}");
        }
        assert!(through(&bytes, || 1, || 1) == expected);
        let (mut rng, mut other) = (Rng::with_seed(1), Rng::with_seed(2));
        for _ in 0..50 {
            assert!(through(&bytes, || rng.usize(1..3000), || other.usize(1..3000)) == expected);
        }
    }

    #[test]
    fn good_frames_stay_as_they_are() {
        for text in [&b""[..], b"plain", "é東🦀".as_bytes()] {
            let bytes = [deliver(text), header(text)].concat();
            assert_eq!(through(&bytes, || LARGEST, || LARGEST), bytes);
        }
    }

    #[test]
    fn what_is_cut_off_arrives_as_it_is() {
        let bytes = header(b"\xff");
        for length in 0..bytes.len() {
            assert_eq!(through(&bytes[..length], || 100, || 100), &bytes[..length]);
        }
    }

    /// Lengths stay, nothing is lost, nothing panics, whatever comes.
    #[test]
    fn anything() {
        let mut rng = Rng::with_seed(3);
        let good = [deliver(b"a\xff"), header(b"b\xff")].concat();
        for round in 0..20_000 {
            let mut bytes = good.clone();
            for _ in 0..rng.usize(0..6) {
                let at = rng.usize(..bytes.len());
                bytes[at] = rng.u8(..);
            }
            if rng.bool() {
                bytes.truncate(rng.usize(..bytes.len()));
            }
            if rng.u8(..8) == 0 {
                bytes.resize(rng.usize(..200), 0);
                bytes.fill_with(|| rng.u8(..));
            }
            let mut sizes = rng.fork();
            let out = through(&bytes, || sizes.usize(1..100), || 64);
            assert_eq!(out.len(), bytes.len(), "round {round}");
            let whole = through(&bytes, || LARGEST, || LARGEST);
            assert_eq!(out, whole, "round {round}");
        }
    }

    /// Every level takes the client library some stack: 16,000 of them would take all of it.
    #[test]
    fn what_is_nested_too_deeply_becomes_bytes() {
        let mut table = Vec::new();
        for _ in 0..10_000 {
            table = [&short(b"")[..], b"F", &long(&table)].concat();
        }
        let properties = [&[0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0], &*long(&table)].concat();
        let bytes = frame(scrub::HEADER, &properties);
        let out = through(&bytes, || LARGEST, || LARGEST);
        assert_eq!(out.iter().zip(&bytes).filter(|(out, was)| out != was).count(), 1);
        assert!(amq_protocol::frame::parse_frame(&*out).is_ok());
    }
}
