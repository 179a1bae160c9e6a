//! Private names, so that tests and test runs do not meet on one broker.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A name no other test uses: `prefix`, the time, the process and a counter, in `[a-z0-9-]`.
pub fn unique(prefix: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = now.map_or(0, |since| since.as_millis() as u64);
    let prefix: String = prefix
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let process = u64::from(std::process::id());
    format!(
        "{prefix}-{}-{}-{}",
        base36(millis),
        base36(process),
        base36(u64::from(count))
    )
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn names_differ_and_are_plain() {
        let names: std::collections::HashSet<_> = (0..1000).map(|_| unique("Orders.v1")).collect();
        assert_eq!(names.len(), 1000);
        for name in names {
            assert!(name.starts_with("orders-v1-"), "{name}");
            assert!(name.len() < 40, "{name}");
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
        }
    }
}
