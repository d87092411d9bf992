//! Connecting, setting up the schema, hearing of commits.

use std::str::FromStr as _;
use std::sync::atomic::AtomicU16;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::Executor as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::{Notify, watch};

use super::dialect::{Db, Driver, Pool};
use crate::{Options, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Groups that are written at the same time, at most.
const WRITERS: u32 = 4;
/// Between two announcements.
const PAUSE: Duration = Duration::from_millis(20);

/// Connects and brings the schema up to date.
pub async fn connect(options: &Options) -> Result<Db, StoreError> {
    let server = PgConnectOptions::from_str(&options.url)
        .map_err(|error| StoreError::Setup(format!("the database address is not understood: {error}")))?
        .application_name("kite")
        .options([
            ("jit", "off"),
            ("lock_timeout", "2s"),
            ("statement_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "5s"),
            ("tcp_keepalives_idle", "15"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
        ]);
    // A group is some hundred rows found by key. Without this, a plan made while a table was small
    // goes on scanning it when it has grown. Planning anew would take longer than writing.
    let by_key = server.clone().options([
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("plan_cache_mode", "force_generic_plan"),
    ]);
    // A plan for every search word would suit none of them.
    let by_value = server.options([("plan_cache_mode", "force_custom_plan")]);
    let readers = pool(options.max_connections.max(2)).connect_with(by_value).await?;
    migrate(&readers).await?;
    let writers = pool(WRITERS).connect_with(by_key).await?;
    let (wakeups, _) = watch::channel(0);
    let db = Db { readers, writers, wakeups: Arc::new(wakeups), commits: Arc::default(), turn: Arc::new(first_turn()) };
    tokio::spawn(listen(db.readers.clone(), Arc::downgrade(&db.wakeups)));
    tokio::spawn(announce(db.readers.clone(), Arc::downgrade(&db.commits)));
    Ok(db)
}

/// Begins a transaction for writing.
pub async fn begin(db: &Db) -> Result<sqlx::Transaction<'static, Driver>, StoreError> {
    Ok(db.writers.begin().await?)
}

/// Lets a transaction wait only shortly for locks.
pub async fn do_not_wait(transaction: &mut sqlx::Transaction<'static, Driver>) -> Result<(), StoreError> {
    transaction.execute("SET LOCAL lock_timeout = '100ms'").await?;
    Ok(())
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .idle_timeout(Duration::from_mins(5))
        .test_before_acquire(false)
}

async fn migrate(pool: &Pool) -> Result<(), StoreError> {
    for extension in ["pg_trgm", "btree_gin"] {
        let created = pool.execute(sqlx::query(match extension {
            "pg_trgm" => "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            _ => "CREATE EXTENSION IF NOT EXISTS btree_gin",
        }));
        if let Err(error) = created.await {
            let installed = sqlx::query("SELECT 1 FROM pg_extension WHERE extname = $1")
                .bind(extension)
                .fetch_optional(pool)
                .await?;
            if installed.is_none() {
                return Err(StoreError::Setup(format!(
                    "the database lacks the extension {extension}: install PostgreSQL's contrib package (for example `apt-get install \
                     postgresql-contrib`) and run `CREATE EXTENSION {extension}` as the database's owner ({error})"
                )));
            }
        }
    }
    MIGRATIONS.run(pool).await.map_err(setup_error)
}

/// A failed migration, as a sentence.
pub(crate) fn setup_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Setup(format!(
            "the database was set up by a newer KITE (its schema has step {version}, which this version does not know): start that version, or restore a backup"
        )),
        MigrateError::VersionMismatch(version) => StoreError::Setup(format!(
            "step {version} of the database's schema was changed after it was applied: restore a backup"
        )),
        MigrateError::Execute(error) => error.into(),
        other => StoreError::Setup(format!("set up the database's schema: {other}")),
    }
}

/// Replicas begin with different slots of the counters.
fn first_turn() -> AtomicU16 {
    AtomicU16::new(u16::try_from(std::process::id() % u32::from(u16::MAX)).unwrap_or(0))
}

/// Wakes the feed readers of this process when another one announces a commit.
async fn listen(pool: Pool, wakeups: Weak<watch::Sender<u64>>) {
    let mut tries = tokio::time::interval(Duration::from_secs(1));
    while wakeups.strong_count() > 0 {
        tries.tick().await;
        if let Ok(mut listener) = PgListener::connect_with(&pool).await
            && listener.listen("kite_feed").await.is_ok()
        {
            // `recv` reconnects by itself; what was missed meanwhile is in the table.
            while listener.recv().await.is_ok()
                && let Some(wakeups) = wakeups.upgrade()
            {
                wakeups.send_modify(|commits| *commits += 1);
            }
        }
    }
}

/// Announces commits to other processes, several at once: a transaction that announces itself
/// makes all others that do so wait for its commit.
async fn announce(pool: Pool, commits: Weak<Notify>) {
    let mut pause = tokio::time::interval(PAUSE);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while let Some(heard) = commits.upgrade() {
        let committed = heard.notified();
        if tokio::time::timeout(Duration::from_secs(1), committed).await.is_ok() {
            // Who misses it looks every second all the same.
            let _ = sqlx::query("SELECT pg_notify('kite_feed', '')").execute(&pool).await;
            pause.tick().await;
        }
    }
}
