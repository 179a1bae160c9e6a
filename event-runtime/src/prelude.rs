//! What a service needs, in one `use`.

pub use crate::envelope::{Envelope, EventId};
pub use crate::event::{Event, EventSet, View};
pub use crate::failure::{BoxError, Class, Failure};
pub use crate::handler::{Batch, Context, Emit, State};
pub use crate::publisher::Publisher;
pub use crate::reconcile::Missing;
pub use crate::service::{Handle, Service};
pub use crate::store::Tx;
pub use crate::store::memory::{Memory, MemoryStore};
#[cfg(feature = "postgres")]
pub use crate::store::postgres::{Postgres, PostgresStore};
#[cfg(feature = "sqlite")]
pub use crate::store::sqlite::{Sqlite, SqliteStore};
pub use event_contract::Schema;
#[cfg(feature = "macros")]
pub use event_macros::{Event, EventSet, Failure, Schema, View, handler, reconcile};
pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;
