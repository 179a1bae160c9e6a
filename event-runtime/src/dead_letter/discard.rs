use super::audit::Audit;
use super::letter::DeadLetter;
use super::read::{DeadLetters, now};
use super::select::Select;
use crate::error::Result;

/// What discarding did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Discarded {
    /// Gone for good.
    pub discarded: u64,
    /// Looked at and left where they are.
    pub left: u64,
}

impl DeadLetters {
    /// Deletes the selected dead letters of `handler`, oldest first: the end of those events.
    ///
    /// Each is handed to `keep` first; only when that is `Ok` it is deleted. What dies after the call stays.
    ///
    /// # Errors
    ///
    /// Those of `keep`; no connection, no such handler. What was deleted until then is gone.
    ///
    /// # Cancel safety
    ///
    /// What was kept and not deleted stays; the rest stays as well.
    pub async fn discard(
        &self,
        handler: &str,
        select: &Select,
        mut keep: impl FnMut(&DeadLetter) -> std::io::Result<()>,
    ) -> Result<Discarded> {
        let mut audit = Audit::begin("discard", handler, select);
        let begun = now();
        let mut reader = self.open(handler).await?;
        let mut done = Discarded::default();
        while let Some(delivery) = reader.next().await? {
            let letter = DeadLetter::read(handler, delivery.message);
            let is_later = letter.dead_at.is_some_and(|dead_at| dead_at > begun);
            if !is_later && select.takes(&letter) {
                keep(&letter)?;
                reader.done(delivery.tag).await?;
                audit.done(letter.id.as_deref());
                done.discarded += 1;
            } else {
                done.left += 1;
            }
        }
        reader.close().await;
        audit.end("ended");
        Ok(done)
    }
}
