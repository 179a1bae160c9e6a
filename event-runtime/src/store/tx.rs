use super::{Open, Store, StoreError};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A database in whose transactions handlers write: `Postgres`, `Sqlite`, `Memory`.
pub trait Database: Send + Sync + 'static {
    /// What statements are executed on.
    type Connection: Send + 'static;
}

/// A store whose transactions are those of `D`.
#[diagnostic::on_unimplemented(
    message = "a handler of this service writes in a transaction of `{D}`, and its store is `{Self}`",
    label = "needs a store with transactions of `{D}`",
    note = "give the service that store before `.handle::<..>()`: `.store(SqliteStore::open(\"service.db\").await?)` for `Tx<'_, Sqlite>`, `.store(PostgresStore::connect(url).await?)` for `Tx<'_, Postgres>`, `.store(MemoryStore::new())` for `Tx<'_, Memory>`"
)]
pub trait Holds<D: Database>: Store {}

/// The transaction of an `idempotent` handler: what it writes here commits together with the note that the event is
/// handled and with the events the handler emits, or not at all.
///
/// It derefs to the database's own connection: `sqlx::query(..).execute(&mut **tx)`. Savepoints are the handler's own
/// business; commit and rollback are not.
///
/// A unit test makes one from any connection, best in a transaction that it rolls back:
///
#[cfg_attr(feature = "sqlite", doc = "```")]
#[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
/// use event_runtime::prelude::*;
///
/// # #[derive(Debug, Serialize, Deserialize, Event)]
/// # #[event(name = "order.placed", version = 1, owner = "checkout")]
/// # struct OrderPlaced { order_id: u32 }
/// #[handler(idempotent)]
/// async fn count(order: OrderPlaced, tx: &mut Tx<'_, Sqlite>) -> Result<(), BoxError> {
///     sqlx::query("INSERT INTO orders (id) VALUES (?)").bind(order.order_id).execute(&mut **tx).await?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// use sqlx::Connection as _;
/// let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:").await?;
/// sqlx::query("CREATE TABLE orders (id INTEGER)").execute(&mut connection).await?;
/// let mut transaction = connection.begin().await?;
/// count(OrderPlaced { order_id: 7 }, &mut Tx::new(&mut *transaction)).await?;
/// # Ok(())
/// # }
/// ```
pub struct Tx<'t, D: Database>(&'t mut D::Connection);

impl<'t, D: Database> Tx<'t, D> {
    /// A transaction on `connection`: for unit tests of handlers.
    #[must_use]
    pub fn new(connection: &'t mut D::Connection) -> Self {
        Self(connection)
    }

    /// The handler's view of `transaction`.
    pub(crate) fn of(transaction: &'t mut Open) -> Result<Self, StoreError> {
        let connection = transaction.connection().downcast_mut();
        let lie =
            || StoreError::Refused("the store's transactions are not of the database it says it holds".to_owned());
        connection.map(Self).ok_or_else(lie)
    }
}

impl<D: Database> Deref for Tx<'_, D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        self.0
    }
}

impl<D: Database> DerefMut for Tx<'_, D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        self.0
    }
}

impl<D: Database> fmt::Debug for Tx<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tx")
    }
}
