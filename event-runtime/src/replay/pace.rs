use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// So many per second, never more in one second than that.
pub(super) struct Pace {
    rate: u32,
    next: Instant,
}

impl Pace {
    pub(super) fn new(rate: u32) -> Self {
        let next = Instant::now();
        Self { rate, next }
    }

    pub(super) async fn wait(&mut self, count: u32) {
        sleep_until(self.next).await;
        self.next = Instant::now().max(self.next) + Duration::from_secs(1) * count / self.rate;
    }
}
