//! Where an example keeps what it knows: in a file that is kept, or in one that is gone with the program.

use event_runtime::prelude::*;
use std::path::{Path, PathBuf};

/// The database of one run.
#[derive(Debug)]
pub struct Database {
    /// It is closed by the service that has it.
    pub store: SqliteStore,
    // After the store, which has the file open.
    _temporary: Option<Temporary>,
}

impl Database {
    /// Opens `file`, or a new one among the temporary files that is removed at the end, and runs `tables` in it.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened, a statement that fails.
    pub async fn open(file: Option<&Path>, tables: &'static str) -> event_runtime::Result<Self> {
        let (path, temporary) = match file {
            Some(file) => (file.to_owned(), None),
            None => {
                let path = std::env::temp_dir().join(format!("event-example-{}.db", Uuid::now_v7()));
                (path.clone(), Some(Temporary(path)))
            }
        };
        let store = SqliteStore::open(path).await?;
        let made = sqlx::raw_sql(tables).execute(store.writer()).await;
        made.map_err(BoxError::from)?;
        Ok(Self {
            store,
            _temporary: temporary,
        })
    }
}

#[derive(Debug)]
struct Temporary(PathBuf);

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
