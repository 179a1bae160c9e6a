use super::{Call, Opened};
use crate::failure::{Class, Failed};
use crate::store::{Database, Tx};

/// What a handler may take as `&mut`: the transaction of the store.
#[diagnostic::on_unimplemented(
    message = "`&mut {Self}` cannot be an argument of a handler",
    label = "only the transaction is lent to a handler",
    note = "what is lent is the transaction: `tx: &mut Tx<'_, Postgres>` or `tx: &mut Tx<'_, Sqlite>`; everything else is taken by value"
)]
pub trait Lend {
    /// Whose transaction it is.
    type Database: Database;
    /// A store that has such transactions.
    type Need: Send + Sync + 'static;
}

impl<D: Database> Lend for Tx<'static, D> {
    type Database = D;
    type Need = Opened<D>;
}

/// The transaction of this call. It can be had once.
///
/// # Errors
///
/// Outside of a transaction, or twice: generated code does neither.
pub fn lend<'a, L: Lend>(call: &Call<'a>) -> Result<Tx<'a, L::Database>, Failed> {
    let transaction = call.transaction();
    let transaction = transaction.ok_or_else(|| Failed::new(Class::Poison, "store", "there is no transaction"))?;
    Tx::of(transaction).map_err(|error| Failed::new(Class::Poison, "store", error.to_string()))
}
