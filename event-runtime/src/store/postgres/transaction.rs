use super::super::{LineRow, OutboxRow, StoreError, Transaction};
use super::error::store_error;
use super::{inbox, line, outbox};
use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::{Database, PgConnection, Postgres};
use sqlx_core::transaction::TransactionManager;
use std::any::Any;

/// The client counts how deep a transaction is, for savepoints: so it must be the one to begin and to end it.
type Manager = <Postgres as Database>::TransactionManager;

pub(super) struct PostgresTransaction {
    /// `None` once it has ended.
    connection: Option<PoolConnection<Postgres>>,
    ended: (),
    /// A statement of ours was the last one: had an earlier one failed, it would have failed too.
    sound: bool,
}

impl PostgresTransaction {
    pub(super) async fn begin(mut connection: PoolConnection<Postgres>) -> Result<Self, StoreError> {
        let begun = Manager::begin(&mut connection, None).await;
        let begun = begun.map_err(store_error);
        let transaction = Self {
            connection: Some(connection),
            ended: (),
            sound: true,
        };
        begun.map(|()| transaction)
    }

    fn open(&mut self) -> Result<&mut PgConnection, StoreError> {
        let ended = || StoreError::Unavailable("the transaction has ended".to_owned());
        self.connection.as_deref_mut().ok_or_else(ended)
    }
}

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn claim(&mut self, handler: &str, keys: &[String]) -> Result<Vec<bool>, StoreError> {
        inbox::claim(self.open()?, handler, keys).await
    }

    async fn enqueue(&mut self, service: &str, rows: &[OutboxRow]) -> Result<(), StoreError> {
        outbox::insert(self.open()?, service, rows).await?;
        self.sound = true;
        Ok(())
    }

    async fn claim_in_order(&mut self, handler: &str, keys: &[String]) -> Result<(Vec<bool>, bool), StoreError> {
        line::claim(self.open()?, handler, keys).await
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

    async fn amend(&mut self, handler: &str, row: &LineRow) -> Result<(), StoreError> {
        line::amend(self.open()?, handler, row).await
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
        self.sound = false;
        match self.connection.as_deref_mut() {
            Some(connection) => connection,
            None => &mut self.ended,
        }
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        if !self.sound {
            // After a statement that failed, PostgreSQL answers COMMIT with a quiet ROLLBACK.
            let checked = sqlx::query("SELECT").execute(self.open()?).await;
            checked.map_err(store_error)?;
        }
        let committed = Manager::commit(self.open()?).await;
        match committed.map_err(store_error) {
            Ok(()) => {
                self.connection = None;
                Ok(())
            }
            Err(StoreError::Unavailable(why)) => Err(StoreError::Unknown(why)),
            Err(error) => Err(error),
        }
    }

    async fn rollback(mut self: Box<Self>) -> Result<(), StoreError> {
        Manager::rollback(self.open()?).await.map_err(store_error)?;
        self.connection = None;
        Ok(())
    }
}

/// Whatever the connection is in the middle of: the server undoes it when the session ends.
impl Drop for PostgresTransaction {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            connection.close_on_drop();
        }
    }
}
