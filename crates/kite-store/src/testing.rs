//! Temporary databases for tests.

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

use crate::{Options, Store};

/// A database that only one test uses.
#[derive(Debug)]
pub struct Temporary {
    /// Its address.
    pub url: String,
    _folder: Option<TempDir>,
}

impl Temporary {
    /// A new SQLite database in a temporary folder.
    ///
    /// # Panics
    /// When there is no room for it.
    #[expect(clippy::expect_used, reason = "test support: a test cannot go on without")]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("kite.db").display());
        Self { url, _folder: Some(folder) }
    }

    /// A new database on the server at `KITE_TEST_PG_URL`, which `cargo xtask test` starts; `None`
    /// when the run was asked to do without PostgreSQL (`KITE_TEST_WITHOUT_POSTGRES`).
    ///
    /// # Panics
    /// When there is no such server and nobody asked to do without.
    #[expect(clippy::expect_used, clippy::panic, reason = "test support: a test cannot go on without")]
    pub async fn postgres() -> Option<Self> {
        if std::env::var_os("KITE_TEST_WITHOUT_POSTGRES").is_some() {
            return None;
        }
        let Ok(server) = std::env::var("KITE_TEST_PG_URL") else {
            panic!("KITE_TEST_PG_URL is not set: run the tests with `cargo xtask test`");
        };
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(&server).await.expect("the test server");
        let create = format!("CREATE DATABASE {name}");
        connection.execute(sqlx::AssertSqlSafe(create)).await.expect("a new database");
        let (before, after) =
            server.split_once("/postgres?").expect("an address of the database `postgres`, with parameters");
        Some(Self { url: format!("{before}/{name}?{after}"), _folder: None })
    }

    /// Connects to it.
    ///
    /// # Panics
    /// When it cannot be reached.
    #[expect(clippy::expect_used, reason = "test support: a test cannot go on without")]
    pub async fn connect(&self) -> Store {
        Store::connect(&Options { url: self.url.clone(), max_connections: 4 }).await.expect("the temporary database")
    }
}
