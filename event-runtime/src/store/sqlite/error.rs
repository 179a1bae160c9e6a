use super::super::StoreError;
use super::super::error::Trouble;
use std::error::Error;

/// What an error of the client means for a transaction, if it means anything.
pub(crate) fn trouble(error: &(dyn Error + 'static)) -> Option<Trouble> {
    of(error.downcast_ref::<sqlx::Error>()?)
}

fn of(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
            let code = sqlx::error::DatabaseError::code(code)?;
            // The low byte is the kind, the rest says more about it.
            match code.parse::<u32>().ok()? & 0xff {
                // SQLITE_BUSY, SQLITE_LOCKED.
                5 | 6 => Some(Trouble::Conflict),
                // SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN.
                8 | 10 | 13 | 14 => Some(Trouble::Unavailable),
                _ => None,
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            Some(Trouble::Unavailable)
        }
        _ => None,
    }
}

/// The same for the store's own statements.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let text = crate::failure::chain(&error);
    if text.contains("no such table: event_") || text.contains("no such column") {
        return StoreError::Schema(text);
    }
    match of(&error) {
        Some(Trouble::Conflict) => StoreError::Conflict(text),
        Some(Trouble::Unavailable) => StoreError::Unavailable(text),
        None => StoreError::Refused(text),
    }
}
