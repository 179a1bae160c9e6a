//! Waiting for a condition instead of sleeping and hoping.

use std::time::{Duration, Instant};

const STEP: Duration = Duration::from_millis(25);

/// Polls `check` until it says yes.
///
/// # Panics
///
/// When `timeout` passes first; the message holds `what`.
#[track_caller]
pub fn eventually<C>(timeout: Duration, what: &str, mut check: C) -> impl Future<Output = ()>
where
    C: AsyncFnMut() -> bool,
{
    let place = std::panic::Location::caller();
    async move {
        let started = Instant::now();
        let mut polls = 0_u32;
        loop {
            // A check that hangs must not hang the test.
            let left = timeout.saturating_sub(started.elapsed());
            polls += 1;
            if matches!(tokio::time::timeout(left.max(STEP), check()).await, Ok(true)) {
                return;
            }
            assert!(
                started.elapsed() < timeout,
                "{place}: waited {timeout:?} for: {what} ({polls} looks, never true)"
            );
            tokio::time::sleep(STEP).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::eventually;
    use std::time::Duration;

    #[tokio::test]
    async fn returns_as_soon_as_the_check_is_true() {
        let mut looks = 0;
        eventually(Duration::from_secs(5), "three looks", async || {
            looks += 1;
            looks == 3
        })
        .await;
        assert_eq!(looks, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "for: the moon")]
    async fn says_what_never_came() {
        eventually(Duration::from_millis(60), "the moon", async || false).await;
    }

    #[tokio::test]
    #[should_panic(expected = "for: an answer")]
    async fn a_check_that_hangs_is_ended() {
        eventually(Duration::from_millis(60), "an answer", async || {
            std::future::pending().await
        })
        .await;
    }
}
