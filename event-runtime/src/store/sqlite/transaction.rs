use super::super::{LineRow, OutboxRow, StoreError, Transaction};
use super::error::store_error;
use super::{inbox, line, outbox};
use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::{Database, SqlSafeStr as _, Sqlite, SqliteConnection};
use sqlx_core::transaction::TransactionManager;
use std::any::Any;

/// The client counts how deep a transaction is, for savepoints: so it must be the one to begin and to end it.
type Manager = <Sqlite as Database>::TransactionManager;

pub(super) struct SqliteTransaction {
    /// `None` once it has ended.
    connection: Option<PoolConnection<Sqlite>>,
    ended: (),
}

impl SqliteTransaction {
    pub(super) async fn begin(mut connection: PoolConnection<Sqlite>) -> Result<Self, StoreError> {
        // Takes the write lock at once: waiting for it later, after a read, would be a deadlock.
        let begin = "BEGIN IMMEDIATE".into_sql_str();
        let begun = Manager::begin(&mut connection, Some(begin)).await.map_err(store_error);
        let transaction = Self {
            connection: Some(connection),
            ended: (),
        };
        begun.map(|()| transaction)
    }

    fn open(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let ended = || StoreError::Unavailable("the transaction has ended".to_owned());
        self.connection.as_deref_mut().ok_or_else(ended)
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn claim(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        inbox::claim(self.open()?, handler, keys).await
    }

    async fn enqueue(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        outbox::insert(self.open()?, service, rows).await
    }

    async fn claim_in_order(&mut self, handler: &str, keys: &[String]) -> Result<(Vec<bool>, bool), StoreError> {
        let claimed = self.claim(handler, keys).await?;
        Ok((claimed, line::any_held(self.open()?, handler).await?))
    }

    async fn held(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        line::held(self.open()?, handler, keys).await
    }

    async fn hold(&mut self, handler: &str, key: &str) -> Result<u64, StoreError> {
        line::hold(self.open()?, handler, key).await
    }

    async fn line_up(&mut self, handler: &str, rows: &[LineRow]) -> Result<u64, StoreError> {
        line::line_up(self.open()?, handler, rows).await
    }

    async fn next_in_line(&mut self, handler: &str, key: &str) -> Result<Option<LineRow>, StoreError> {
        line::next(self.open()?, handler, key).await
    }

    async fn amend(&mut self, _: &str, row: &LineRow) -> Result<(), StoreError> {
        line::amend(self.open()?, row).await
    }

    async fn unclaim(&mut self, handler: &str, key: &str) -> Result<(), StoreError> {
        line::unclaim(self.open()?, handler, key).await
    }

    async fn let_go(&mut self, handler: &str, key: &str) -> Result<bool, StoreError> {
        line::let_go(self.open()?, handler, key).await
    }

    async fn newest(&mut self, handler: &str, keys: &[String]) -> Result<Vec<Option<u64>>, StoreError> {
        line::newest(self.open()?, handler, keys).await
    }

    async fn set_newest(&mut self, handler: &str, newest: &[(String, u64)]) -> Result<(), StoreError> {
        line::set_newest(self.open()?, handler, newest).await
    }

    fn connection(&mut self) -> &mut (dyn Any + Send) {
        match self.connection.as_deref_mut() {
            Some(connection) => connection,
            None => &mut self.ended,
        }
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        let connection = self.open()?;
        if Manager::get_transaction_depth(connection) != 1 {
            return Err(StoreError::Refused(
                "the handler has ended the transaction itself".to_owned(),
            ));
        }
        Manager::commit(connection).await.map_err(store_error)?;
        self.connection = None;
        Ok(())
    }

    async fn rollback(mut self: Box<Self>) -> Result<(), StoreError> {
        let connection = self.open()?;
        // A savepoint that the handler left open, and the transaction.
        for _ in 0..Manager::get_transaction_depth(connection) {
            Manager::rollback(connection).await.map_err(store_error)?;
        }
        self.connection = None;
        Ok(())
    }
}

/// Whatever the connection is in the middle of: closing it undoes it.
impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }
}
