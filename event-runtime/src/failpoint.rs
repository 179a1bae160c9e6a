//! Places at which a test may kill the process. Without the feature `testing` there are none.

/// Right before a copy of an event is published.
pub(crate) const BEFORE_COPY: &str = "before-copy";
/// Right after a copy of an event is confirmed, and before its original is acked.
pub(crate) const AFTER_COPY: &str = "after-copy";

/// Right before the transaction of an idempotent handler is committed.
pub(crate) const BEFORE_COMMIT: &str = "before-commit";
/// Right after it is committed, and before anything is acked.
pub(crate) const AFTER_COMMIT: &str = "after-commit";
/// Right before a group of a reconcile job's events is committed.
pub(crate) const BEFORE_GROUP: &str = "before-group";
/// Right after it is committed.
pub(crate) const AFTER_GROUP: &str = "after-group";
/// Right after the broker has confirmed events from the outbox, and before they are deleted there.
pub(crate) const AFTER_RELAY: &str = "after-relay";

/// Right before a key is held.
pub(crate) const BEFORE_HOLD: &str = "before-hold";
/// Right after it is held, and before the event that has failed is acked.
pub(crate) const AFTER_HOLD: &str = "after-hold";
/// Right after it is written down that an event is buried, and before it is acked.
pub(crate) const AFTER_BURY: &str = "after-bury";
/// Right before an event of a line is committed as handled.
pub(crate) const BEFORE_DRAIN: &str = "before-drain";
/// Right after.
pub(crate) const AFTER_DRAIN: &str = "after-drain";
/// Right before a key is let go.
pub(crate) const BEFORE_RELEASE: &str = "before-release";
/// Right after.
pub(crate) const AFTER_RELEASE: &str = "after-release";

/// Right before a dead letter is published to its handler again.
pub(crate) const BEFORE_REPLAY: &str = "before-replay";
/// Right after that is confirmed, and before it leaves the dead letters.
pub(crate) const AFTER_REPLAY: &str = "after-replay";
/// Right after it has left them.
pub(crate) const AFTER_REPLAY_ACK: &str = "after-replay-ack";

/// Right after a window of a replay is confirmed, and before its file says so.
pub(crate) const BEFORE_POSITION: &str = "before-position";
/// Right after.
pub(crate) const AFTER_POSITION: &str = "after-position";

/// Right before the live events go on that waited for a replay.
pub(crate) const BEFORE_LIVE: &str = "before-live";
/// Right after, and before the file of the replay is removed.
pub(crate) const AFTER_LIVE: &str = "after-live";

/// Ends the process here, without unwinding, when `EVENT_FAILPOINT` says `<name>:kill`.
#[cfg(feature = "testing")]
pub(crate) fn hit(name: &str) {
    static ARMED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let armed = ARMED.get_or_init(|| std::env::var("EVENT_FAILPOINT").ok());
    if armed.as_deref().and_then(|armed| armed.strip_suffix(":kill")) == Some(name) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(feature = "testing"))]
#[inline(always)]
pub(crate) fn hit(_: &str) {}
