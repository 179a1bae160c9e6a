//! Where the books are: a file that is kept, or one that is gone with the program.

use crate::ledger;
use event_runtime::prelude::*;
use std::path::{Path, PathBuf};

/// The database of one run.
#[derive(Debug)]
pub struct Database {
    pub store: SqliteStore,
    // After the store, which has the file open.
    _temporary: Option<Temporary>,
}

impl Database {
    /// Opens `file`, or a new one among the temporary files that is removed at the end.
    pub async fn open(file: Option<&Path>) -> event_runtime::Result<Self> {
        let temporary = file.is_none().then(Temporary::new);
        let path = file.or(temporary.as_ref().map(|temporary| temporary.0.as_path()));
        let store = SqliteStore::open(path.unwrap_or(Path::new("orders.db"))).await?;
        ledger::make_tables(&store).await.map_err(BoxError::from)?;
        Ok(Self {
            store,
            _temporary: temporary,
        })
    }
}

#[derive(Debug)]
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("order-workflow-{}.db", Uuid::now_v7())))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            // The system clears what cannot be removed now.
            let _ = std::fs::remove_file(path);
        }
    }
}
