use super::entering;
use super::envelope::Envelope;
use crate::compare::{Report, compare, lint};
use crate::{Committed, Contract, Reader, Status, Version};
use core::fmt;

/// A contract that has taken a type in.
#[derive(Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// What to write, with [`write`](super::write).
    pub committed: Committed,
    /// The places of what is new: `note`, `lines[].note`, `payment(voucher)`.
    pub added: Vec<String>,
    /// What somebody may have to know. Nobody breaks.
    pub warnings: Report,
}

/// Why a contract does not take a type in.
#[derive(Debug)]
#[non_exhaustive]
pub enum Refused {
    /// The version is live, and somebody who reads it would break.
    Breaking(Box<Report>),
    /// The type cannot read what it writes.
    NotReadBack(Box<Report>),
    /// The contract is of another event, or of another version.
    Another {
        /// The type that was to be taken in.
        own: &'static str,
        /// The contract's event.
        event: &'static str,
        /// The contract's version.
        version: Version,
    },
}

/// Takes a type into the contract of its version, or begins one.
///
/// A live contract becomes the envelope of itself and the type, so that it stays true for every event and every consumer
/// there ever was: its writing side is the widest, its reading side the strictest. Something added may be absent for good.
/// A draft becomes what the type is; a retired contract stays as it is. The status only goes on: `draft`, `live`,
/// `retired`. What breaks is refused unless the contract allows it, and the name of a field that goes is reserved.
///
/// ```
/// use event_contract::{Contract, Object, Schema, ShapeField as Field, Status, Version, file};
///
/// const ONE: Object = Object::new("OrderPlaced", &[Field::new("total", <i64>::SHAPE)]);
/// const TWO: Object = Object::new("OrderPlaced", &event_contract::sorted([
///     Field::new("total", <i64>::SHAPE),
///     Field::new("note", <Option<String>>::SHAPE),
/// ]));
/// const PLACED: Contract = Contract::new("order.placed", Version::FIRST, "order.placed.v1");
///
/// let first = file::accept(None, &PLACED.with_data(&ONE), &[], Status::Live)?;
/// let second = file::accept(Some(&first.committed), &PLACED.with_data(&TWO), &[], Status::Live)?;
/// assert_eq!(second.added, ["note"]);
/// # Ok::<(), file::Refused>(())
/// ```
///
/// # Errors
///
/// When somebody would break, or the type cannot read what it writes, or the contract is another one's.
pub fn accept(
    existing: Option<&Committed>,
    own: &Contract,
    readers: &[Reader],
    status: Status,
) -> Result<Accepted, Refused> {
    let fresh = Committed::new(own.name, own.version, own.data).with_status(Status::Draft);
    let existing = existing.unwrap_or(&fresh);
    if (existing.event, existing.version) != (own.name, own.version) {
        return Err(Refused::Another {
            own: own.type_name,
            event: existing.event,
            version: existing.version,
        });
    }
    let readable = lint(own.data);
    if !readable.is_compatible() {
        return Err(Refused::NotReadBack(Box::new(readable)));
    }
    let warnings = compare(own, existing, readers);
    let mut accepted = Accepted {
        committed: *existing,
        added: Vec::new(),
        warnings,
    };
    match existing.status {
        Status::Retired => return Ok(accepted),
        Status::Draft => {
            accepted.committed.data = entering::object(own.data, &|_| None);
            accepted.added = own.data.fields.iter().map(|field| field.name.to_owned()).collect();
            accepted.added.sort();
        }
        Status::Live if !warnings.is_compatible() => return Err(Refused::Breaking(Box::new(warnings.only_breaking()))),
        Status::Live => {
            let (data, envelope) = Envelope::of(existing.data, own.data, existing.reserved);
            accepted.committed.data = data;
            accepted.added = envelope.added.clone();
            accepted.committed.reserved = envelope.reserved();
        }
    }
    refresh(&mut accepted.committed, own, status);
    Ok(accepted)
}

/// What the type says and no reader of events depends on.
fn refresh(committed: &mut Committed, own: &Contract, status: Status) {
    committed.owner = own.owner;
    committed.summary = own.summary;
    committed.key = own.key;
    committed.sequence = own.sequence;
    let mut older = own.reads.to_vec();
    older.sort_unstable();
    committed.upcast_from = older.leak();
    if status as u8 > committed.status as u8 {
        committed.status = status;
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Breaking(report) => write!(
                f,
                "the version is live, and this breaks who reads it:{}",
                report.text(&[])
            ),
            Self::NotReadBack(report) => write!(f, "the type cannot be read as it is written:{}", report.text(&[])),
            Self::Another { own, event, version } => {
                write!(f, "`{own}` cannot go into the contract of `{event}.{version}`")
            }
        }
    }
}

impl std::error::Error for Refused {}
