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
            let code = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?.code();
            match code {
                // Serialization failure, deadlock, lock timeout.
                "40001" | "40P01" | "55P03" => Some(Trouble::Conflict),
                // The server ends the session, starts, recovers, has no connection to spare, or is read-only for now.
                "57P01" | "57P02" | "57P03" | "53300" | "25006" | "25P03" => Some(Trouble::Unavailable),
                code if code.starts_with("08") => Some(Trouble::Unavailable),
                _ => None,
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => Some(Trouble::Unavailable),
        _ => None,
    }
}

/// The same for the store's own statements.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let text = crate::failure::chain(&error);
    if let sqlx::Error::Database(database) = &error
        && matches!(database.code().as_deref(), Some("42P01" | "42703" | "42883" | "3F000"))
    {
        return StoreError::Schema(text);
    }
    match of(&error) {
        Some(Trouble::Conflict) => StoreError::Conflict(text),
        Some(Trouble::Unavailable) => StoreError::Unavailable(text),
        None => match error {
            // A password or a database that is not right yet is put right outside.
            sqlx::Error::Database(database)
                if database
                    .code()
                    .is_some_and(|code| code.starts_with("28") || code == "3D000") =>
            {
                StoreError::Unavailable(text)
            }
            sqlx::Error::Database(_) | sqlx::Error::Encode(_) | sqlx::Error::Decode(_) => StoreError::Refused(text),
            _ => StoreError::Unavailable(text),
        },
    }
}
