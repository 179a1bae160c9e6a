use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);

/// Pauses between attempts: doubling, jittered, without an end.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next pause: between half and the whole of a time that doubles up to ten seconds.
    pub(super) fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        whole.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// Starts over.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_ten_seconds_and_never_ends() {
        let mut backoff = Backoff::default();
        for failures in 0..200 {
            let pause = backoff.next();
            let whole = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
            assert!(pause >= whole / 2 && pause <= whole, "{pause:?} after {failures}");
        }
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
