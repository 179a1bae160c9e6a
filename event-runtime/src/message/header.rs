//! The headers in which a message carries its own history. Ours, never the broker's (`x-death` is stripped).

/// Attempts that have failed so far.
pub(crate) const ATTEMPT: &str = "x-evt-attempt";
/// The failures so far, newest last: a JSON array, bounded.
pub(crate) const HISTORY: &str = "x-evt-history";
/// The handler whose copy this is.
pub(crate) const HANDLER: &str = "x-evt-handler";
/// The routing key with which the event was first published.
pub(crate) const ORIGIN_KEY: &str = "x-evt-origin-key";
/// The broker user who first published it.
pub(crate) const ORIGIN_USER: &str = "x-evt-origin-user";
/// When the first failure happened (RFC 3339).
pub(crate) const FIRST_FAILED_AT: &str = "x-evt-first-failed-at";
/// When it became a dead letter (RFC 3339).
pub(crate) const DEAD_AT: &str = "x-evt-dead-at";
/// Why it became a dead letter: one of a few words.
pub(crate) const REASON: &str = "x-evt-reason";
/// The last error and its causes, cut at 4 KiB.
pub(crate) const ERROR: &str = "x-evt-error";
/// Handler, reason and error variant in one short hash: dead letters that fail alike have the same one.
pub(crate) const FINGERPRINT: &str = "x-evt-fingerprint";
/// The replay that sent it again.
pub(crate) const REPLAY_ID: &str = "x-evt-replay-id";
/// When it was sent again (RFC 3339).
pub(crate) const REPLAYED_AT: &str = "x-evt-replayed-at";

/// On an event that a replay has sent: the replay waits to hear what becomes of it.
pub(crate) const RECEIPT_TO: &str = "x-evt-receipt-to";
/// On a message without a body among the dead letters: what has become of an event whose replay waits for it.
pub(crate) const RECEIPT: &str = "x-evt-receipt";

/// In a receipt: the message id of the event.
pub(crate) const RECEIPT_OF: &str = "x-evt-receipt-of";
/// When and by whom a dead letter was edited, and what it was before: a JSON array, the first edit first.
pub(crate) const EDITED: &str = "x-evt-edited";

/// On a message that is no event: queues that are read, each until it is gone, before what is behind it.
pub(crate) const FIRST: &str = "x-evt-first";
/// On a message that is no event: who wants to know when everything before it is done.
pub(crate) const DONE_TO: &str = "x-evt-done-to";

/// Where a message stands in the archive it was read from; the transport sets it.
pub(crate) const OFFSET: &str = "x-stream-offset";

/// Whether `name` is one of those in which a dead letter tells its history, and holds nothing of the event itself.
pub(crate) fn is_history(name: &str) -> bool {
    [
        ATTEMPT,
        HISTORY,
        HANDLER,
        ORIGIN_KEY,
        ORIGIN_USER,
        FIRST_FAILED_AT,
        DEAD_AT,
        REASON,
        ERROR,
        FINGERPRINT,
        REPLAY_ID,
        REPLAYED_AT,
    ]
    .contains(&name)
}

/// What is left out of every copy: the broker's own bookkeeping, which it would act upon, and second addresses.
pub(crate) fn is_stripped(name: &str) -> bool {
    matches!(
        name,
        "x-death" | "x-delivery-count" | "x-acquired-count" | "x-stream-offset" | "CC" | "BCC"
    ) || name.starts_with("x-first-death-")
        || name.starts_with("x-last-death-")
}
