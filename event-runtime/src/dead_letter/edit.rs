use super::audit::{Audit, who};
use super::letter::DeadLetter;
use super::read::{DeadLetters, now};
use super::reader::copy;
use super::select::Select;
use crate::consumer::Tried;
use crate::envelope::rename;
use crate::error::{Error, Result};
use crate::failpoint;
use crate::message::{Headers, Message, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The largest original body that travels with an edited dead letter: headers have their limits.
const ORIGINAL_BYTES: usize = 8 << 10;

/// Another body for a dead letter.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Edit {
    /// What it is to be.
    pub body: Bytes,
    /// What it must be so far: somebody else may have been faster.
    pub expected: Option<Bytes>,
    /// Another id for the event; an inbox then does not know it.
    pub new_id: Option<String>,
    /// The caller has kept the original: it need not travel with the dead letter.
    pub original_is_kept: bool,
}

impl Edit {
    /// This body.
    #[must_use]
    pub fn body(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            expected: None,
            new_id: None,
            original_is_kept: false,
        }
    }

    /// Only if it is this so far.
    #[must_use]
    pub fn expecting(mut self, body: impl Into<Bytes>) -> Self {
        self.expected = Some(body.into());
        self
    }

    /// Gives the event another id: it counts as another event then.
    #[must_use]
    pub fn new_id(mut self, id: impl Into<String>) -> Self {
        self.new_id = Some(id.into());
        self
    }

    /// Leaves the original behind: the caller has kept it.
    #[must_use]
    pub fn original_is_kept(mut self) -> Self {
        self.original_is_kept = true;
        self
    }
}

/// An earlier form of a dead letter that was edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EditedFrom {
    /// When it was edited.
    pub at: Timestamp,
    /// By whom: user, machine, process.
    pub by: String,
    /// The event's id until then.
    pub id: String,
    /// The body as it first came, in base64; of the first edit only, and not when it was kept elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl EditedFrom {
    /// What a message says about its edits, the first one first.
    pub(crate) fn read(headers: &Headers) -> Vec<Self> {
        let text = headers.get(header::EDITED);
        text.and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    }
}

impl DeadLetters {
    /// Gives the oldest dead letter of `handler` with this id another body. It goes to the end of the queue.
    ///
    /// The handler must be able to read the new body. The id stays, unless the edit says otherwise; so do the headers and the
    /// history. The original body travels along in a header, through replays as well. The edited copy is
    /// confirmed before the original goes: dying in between leaves both.
    ///
    /// # Errors
    ///
    /// No such dead letter, another body than expected, a body that the handler cannot read, an original that is too large to
    /// travel along (8 KiB), no connection.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may leave both.
    pub async fn edit(&self, handler: &str, id: &str, edit: &Edit) -> Result<()> {
        let select = Select::ids([id]).handler(handler);
        let mut audit = Audit::begin("edit", handler, &select);
        let mut reader = self.open(handler).await?;
        while let Some(delivery) = reader.next().await? {
            let letter = DeadLetter::read(handler, delivery.message);
            if letter.id.as_deref() != Some(id) {
                continue;
            }
            let message = self.edited(&letter, edit)?;
            self.must_be_readable(handler, &message).await?;
            failpoint::hit(failpoint::BEFORE_REPLAY);
            self.send(copy(self.names.dead_letter_exchange(), handler, &message))
                .await?;
            failpoint::hit(failpoint::AFTER_REPLAY);
            reader.done(delivery.tag).await?;
            reader.close().await;
            audit.done(letter.id.as_deref());
            audit.end("ended");
            return Ok(());
        }
        reader.close().await;
        Err(Error::NotFound(format!(
            "`{handler}` has no dead letter with the id `{id}`"
        )))
    }

    /// Whether `handler` could read this message, if it were replayed.
    ///
    /// # Errors
    ///
    /// It could not; why.
    pub(crate) async fn must_be_readable(&self, handler: &str, message: &Message) -> Result<()> {
        let letter = DeadLetter::read(handler, message.clone());
        let tried = self.caller(handler)?.try_out(self.as_replayed(handler, &letter), true);
        match tried.await {
            Tried::Refused { reason, error } => Err(Error::Setting(format!(
                "`{handler}` could not read it ({reason}): {error}; nothing was changed"
            ))),
            _ => Ok(()),
        }
    }

    /// The dead letter as it is to be.
    ///
    /// # Errors
    ///
    /// It is not what was expected, or its original has no room.
    pub(crate) fn edited(&self, letter: &DeadLetter, edit: &Edit) -> Result<Message> {
        let old = &letter.message;
        if edit.expected.as_ref().is_some_and(|expected| *expected != old.body) {
            return Err(Error::Setting(
                "the dead letter has changed in the meantime; look at it again".to_owned(),
            ));
        }
        let mut edits = EditedFrom::read(&old.headers);
        let first = edits.is_empty();
        if first && !edit.original_is_kept && old.body.len() > ORIGINAL_BYTES {
            return Err(Error::Setting(format!(
                "the original body has {} bytes, too many to travel with the dead letter ({ORIGINAL_BYTES}); \
                 `--original FILE` writes it to a file instead",
                old.body.len()
            )));
        }
        edits.push(EditedFrom {
            at: now(),
            by: who(),
            id: letter.id.clone().unwrap_or_default(),
            body: (first && !edit.original_is_kept).then(|| STANDARD.encode(&old.body)),
        });
        let text = serde_json::to_string(&edits).map_err(|error| Error::Other(error.into()))?;
        let mut headers = Headers::with_capacity(old.headers.bytes() + text.len(), old.headers.len() + 1);
        for (name, value) in old.headers.iter().filter(|(name, _)| *name != header::EDITED) {
            headers.push(name, value);
        }
        headers.push(header::EDITED, &text);
        let message = Message {
            headers,
            body: edit.body.clone(),
        };
        match &edit.new_id {
            Some(id) => rename(message, id).map_err(|error| Error::Other(error.into())),
            None => Ok(message),
        }
    }
}
