//! Opening a database file, or one in memory.

use std::fs::File;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::dialect::{Db, Driver, Pool};
use crate::postgres_setup_error as setup_error;
use crate::{Options, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

const READERS: u32 = 3;

/// What must live as long as the database is open.
#[derive(Debug)]
pub struct Hold {
    _lock: Option<File>,
    _memory: Option<Pool>,
}

/// Opens the database and brings the schema up to date.
pub async fn connect(options: &Options) -> Result<Db, StoreError> {
    let in_memory = options.url.contains(":memory:");
    let file = if in_memory {
        // Every connection of the process shares the one database of this name.
        let name = uuid::Uuid::now_v7();
        SqliteConnectOptions::from_str(&format!("sqlite:file:{name}?mode=memory&cache=shared"))
    } else {
        SqliteConnectOptions::from_str(&options.url)
    };
    let file = file
        .map_err(|error| StoreError::Setup(format!("the database address is not understood: {error}")))?
        .create_if_missing(true)
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(5))
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "memory");
    let file =
        if in_memory { file } else { file.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full) };
    let lock = if in_memory { None } else { Some(lock(file.get_filename())?) };
    let writers = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(file.clone())
        .await?;
    MIGRATIONS.run(&writers).await.map_err(setup_error)?;
    let readers = if in_memory {
        // A shared cache locks whole tables; one connection in turn avoids that.
        writers.clone()
    } else {
        SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(file.read_only(true))
            .await?
    };
    let hold = Hold { _lock: lock, _memory: in_memory.then(|| writers.clone()) };
    let (wakeups, _) = tokio::sync::watch::channel(0);
    Ok(Db { readers, writers, wakeups: Arc::new(wakeups), turn: Arc::default(), _hold: Arc::new(hold) })
}

/// Begins a transaction for writing.
pub async fn begin(db: &Db) -> Result<sqlx::Transaction<'static, Driver>, StoreError> {
    Ok(db.writers.begin_with("BEGIN IMMEDIATE").await?)
}

/// There is one writer, which never waits for a lock.
pub async fn do_not_wait(_transaction: &mut sqlx::Transaction<'static, Driver>) -> Result<(), StoreError> {
    std::future::ready(Ok(())).await
}

/// Holds the file for this process: two writers would not hear of each other's commits.
fn lock(database: &Path) -> Result<File, StoreError> {
    let path = database.with_extension("lock");
    let unusable = |error: std::io::Error| StoreError::Setup(format!("use `{}`: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(unusable)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unusable)?;
    file.try_lock().map_err(|_| StoreError::Setup(format!("`{}` is in use by another KITE", database.display())))?;
    Ok(file)
}
