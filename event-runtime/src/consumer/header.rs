//! The headers in which a message carries its own history. Ours, never the broker's (`x-death` is stripped).

/// Attempts that have failed so far.
pub const ATTEMPT: &str = "x-evt-attempt";
/// The failures so far, newest last: a JSON array, bounded.
pub const HISTORY: &str = "x-evt-history";
/// The handler whose copy this is.
pub const HANDLER: &str = "x-evt-handler";
/// The routing key with which the event was first published.
pub const ORIGIN_KEY: &str = "x-evt-origin-key";
/// The broker user who first published it.
pub const ORIGIN_USER: &str = "x-evt-origin-user";
/// When the first failure happened (RFC 3339).
pub const FIRST_FAILED_AT: &str = "x-evt-first-failed-at";
/// When it became a dead letter (RFC 3339).
pub const DEAD_AT: &str = "x-evt-dead-at";
/// Why it became a dead letter: one of a few words.
pub const REASON: &str = "x-evt-reason";
/// The last error and its causes, cut at 4 KiB.
pub const ERROR: &str = "x-evt-error";
/// Handler, reason and error variant in one short hash: dead letters that fail alike have the same one.
pub const FINGERPRINT: &str = "x-evt-fingerprint";
/// The replay that sent it again.
pub const REPLAY_ID: &str = "x-evt-replay-id";
/// When it was sent again (RFC 3339).
pub const REPLAYED_AT: &str = "x-evt-replayed-at";

/// What is left out of every copy: the broker's own bookkeeping, which it would act upon, and second addresses.
pub const STRIPPED: [&str; 8] = [
    "x-death",
    "x-delivery-count",
    "x-acquired-count",
    "x-stream-offset",
    "CC",
    "BCC",
    "x-first-death-",
    "x-last-death-",
];
