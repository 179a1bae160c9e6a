//! A private place in the shared PostgreSQL, and private SQLite files.

use crate::dir::TempDir;
use crate::unique;
use event_runtime::store::postgres::PostgresStore;
use event_runtime::store::sqlite::SqliteStore;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::path::PathBuf;

/// Where the shared PostgreSQL is.
///
/// # Panics
///
/// When nobody says where: a test that needs it is never skipped.
#[must_use]
pub fn postgres_url() -> String {
    std::env::var("EVENT_TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!(
            "this test needs PostgreSQL: run it through `scripts/test`, or set \
             EVENT_TEST_POSTGRES_URL=postgres://user:password@host/database"
        )
    })
}

/// A schema of a test's own, which is gone at the end.
#[derive(Debug)]
pub struct Schema {
    name: String,
    url: String,
}

impl Schema {
    /// Makes it.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn create() -> Self {
        let (base, name) = (postgres_url(), unique("schema").replace('-', "_"));
        let mut connection = PgConnection::connect(&base).await.expect("PostgreSQL answers");
        let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        sqlx::query(create)
            .execute(&mut connection)
            .await
            .expect("a schema can be made");
        let with = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{with}options[search_path]={name}");
        Self { name, url }
    }

    /// A URL whose sessions work in this schema.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A store in it, without tables yet.
    ///
    /// # Panics
    ///
    /// Never: the URL is good.
    pub async fn store(&self) -> PostgresStore {
        PostgresStore::connect(&self.url).await.expect("a good URL")
    }

    /// A connection of the test's own.
    ///
    /// # Panics
    ///
    /// When the database does not answer.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.expect("PostgreSQL answers")
    }
}

/// On a runtime of its own: this one may be ending.
impl Drop for Schema {
    fn drop(&mut self) {
        let drop = format!("DROP SCHEMA {} CASCADE", self.name);
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&postgres_url()).await?;
                sqlx::query("SET lock_timeout = '10s'").execute(&mut connection).await?;
                sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await
            })
        });
        match dropped.join() {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => eprintln!("the schema {} stays behind: {error}", self.name),
            Err(_) => eprintln!("the schema {} stays behind", self.name),
        }
    }
}

/// A SQLite file of a test's own, which is gone at the end.
#[derive(Debug)]
pub struct File {
    directory: TempDir,
}

impl File {
    /// A place for it; the file comes with the first store.
    #[must_use]
    pub fn create() -> Self {
        Self {
            directory: TempDir::new("sqlite"),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("store.db")
    }

    /// A store in it, without tables yet.
    ///
    /// # Panics
    ///
    /// When the file cannot be opened.
    pub async fn store(&self) -> SqliteStore {
        SqliteStore::open(self.path()).await.expect("the file opens")
    }
}
