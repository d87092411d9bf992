//! What is particular to PostgreSQL: types, bulk input, locks, search.

use std::sync::Arc;
use std::sync::atomic::AtomicU16;

use jiff::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgRow, PgTypeInfo, PgValueRef};
use sqlx::{AssertSqlSafe, Decode, Encode, Type};
use uuid::Uuid;

/// The driver.
pub type Driver = sqlx::Postgres;
/// The parameters of a statement.
pub type Arguments = sqlx::postgres::PgArguments;
/// A connection.
pub type Connection = sqlx::PgConnection;
/// A pool of connections.
pub type Pool = sqlx::PgPool;

/// The pools of one database.
#[derive(Clone, Debug)]
pub struct Db {
    /// For reading.
    pub readers: Pool,
    /// For writing: planned for small groups of rows found by key.
    pub writers: Pool,
    /// Wakes feed readers.
    pub wakeups: Arc<tokio::sync::watch::Sender<u64>>,
    /// Wakes the task that tells other processes.
    pub commits: Arc<tokio::sync::Notify>,
    /// Takes turns with the counters' slots.
    pub turn: Arc<AtomicU16>,
}

/// A struct whose fields are columns, for reading and writing many rows in one statement.
macro_rules! bulk {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($column:ident: $kind:ty),+ $(,)? }) => {
        $(#[$meta])*
        $vis struct $name { $($vis $column: $kind),+ }

        impl $crate::postgres::dialect::Bulk for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn bind(arguments: &mut $crate::postgres::dialect::Arguments, rows: &[Self]) -> Result<(), sqlx::error::BoxDynError> {
                use sqlx::Arguments as _;
                $(arguments.add(rows.iter().map(|row| &row.$column).collect::<Vec<_>>())?;)+
                Ok(())
            }
        }
    };
}

/// Rows as the parameters of a statement: an array per column. That is many times cheaper to parse
/// for the database than one JSON text.
pub trait Bulk: Sized {
    /// The columns, in the order of the parameters.
    const COLUMNS: &'static [&'static str];

    /// Adds the parameters.
    fn bind(arguments: &mut Arguments, rows: &[Self]) -> Result<(), BoxDynError>;

    /// The rows as something to select from, called `r`, when `before` parameters come before theirs.
    fn source(before: usize) -> String {
        format!("(SELECT {}) AS r", unnest::<Self>(before))
    }
}

fn unnest<R: Bulk>(before: usize) -> String {
    let column = |(index, column)| format!("unnest(${}) AS {column}", before + index + 1);
    R::COLUMNS.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
}

/// Runs a query over rows of input; `statement` is given the rows as something to select from.
pub async fn fetch<R: Bulk>(
    connection: &mut Connection,
    rows: &[R],
    statement: impl FnOnce(&str) -> String,
) -> Result<Vec<PgRow>, crate::StoreError> {
    let mut arguments = Arguments::default();
    R::bind(&mut arguments, rows).map_err(sqlx::Error::Encode)?;
    let statement = AssertSqlSafe(statement(&R::source(0)));
    Ok(sqlx::query_with(statement, arguments).fetch_all(connection).await?)
}

/// Statements that are sent to the database as one, so that they take one round trip.
#[derive(Default)]
pub struct Script {
    /// `name AS (statement)` each.
    parts: Vec<String>,
    parameters: usize,
    arguments: Arguments,
    is_guarded: bool,
}

impl Script {
    /// A script that does nothing unless its first statement, over these rows, changes them all.
    pub fn guarded<R: Bulk>(rows: &[R], statement: impl FnOnce(&str) -> String) -> Result<Self, crate::StoreError> {
        let mut script = Self { is_guarded: true, ..Self::default() };
        script.parts.push(format!("held AS ({} RETURNING 1)", statement(&R::source(0))));
        script.parts.push(format!("gate AS (SELECT count(*) = {} AS ok FROM held)", rows.len()));
        script.bind(rows)?;
        Ok(script)
    }

    /// Adds a statement over rows, if there are any.
    pub fn add<R: Bulk>(
        &mut self,
        rows: &[R],
        statement: impl FnOnce(&str) -> String,
    ) -> Result<(), crate::StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let guard = if self.is_guarded { " WHERE (SELECT ok FROM gate)" } else { "" };
        let source = format!("(SELECT {}{guard}) AS r", unnest::<R>(self.parameters));
        self.parts.push(format!("w{} AS ({})", self.parameters, statement(&source)));
        self.bind(rows)
    }

    /// Runs it. False: the guard did not let it.
    pub async fn run(self, connection: &mut Connection) -> Result<bool, crate::StoreError> {
        if self.parts.is_empty() {
            return Ok(true);
        }
        let ok = if self.is_guarded { "ok FROM gate" } else { "true AS ok" };
        let text = format!("WITH {} SELECT {ok}", self.parts.join(", "));
        Ok(sqlx::query_scalar_with(AssertSqlSafe(text), self.arguments).fetch_one(connection).await?)
    }

    fn bind<R: Bulk>(&mut self, rows: &[R]) -> Result<(), crate::StoreError> {
        self.parameters += R::COLUMNS.len();
        R::bind(&mut self.arguments, rows).map_err(|error| sqlx::Error::Encode(error).into())
    }
}

/// Locks the scopes of a group in the order of their keys, creating those that are new, and
/// stamps the next free time in each. A later statement reads what they protect: this one's
/// snapshot may be older than its locks.
pub fn lock_scopes(source: &str) -> String {
    format!(
        "INSERT INTO scopes AS s (key, scope, version, stamped_at) SELECT r.key, r.scope, 1, clock_timestamp() FROM {source} \
         ORDER BY r.key ON CONFLICT (key) DO UPDATE SET version = s.version + 1, \
         stamped_at = greatest(clock_timestamp(), s.stamped_at + interval '1 microsecond') \
         RETURNING key, stamped_at, clock_timestamp() AS now, horizon, swept_at, sweeps"
    )
}

/// A UUID in this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub Uuid);

impl Type<Driver> for Id {
    fn type_info() -> PgTypeInfo {
        <Uuid as Type<Driver>>::type_info()
    }
}

impl PgHasArrayType for Id {
    fn array_type_info() -> PgTypeInfo {
        <Uuid as PgHasArrayType>::array_type_info()
    }
}

impl Encode<'_, Driver> for Id {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Driver>::encode_by_ref(&self.0, buffer)
    }
}

impl Decode<'_, Driver> for Id {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(<Uuid as Decode<Driver>>::decode(value)?))
    }
}

/// A moment in this database: `timestamptz`, which counts microseconds from 2000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub Timestamp);

const YEAR_2000: i64 = 946_684_800_000_000;

impl Type<Driver> for Time {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

impl Encode<'_, Driver> for Time {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Driver>::encode_by_ref(&(self.0.as_microsecond() - YEAR_2000), buffer)
    }
}

impl Decode<'_, Driver> for Time {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let microseconds = <i64 as Decode<Driver>>::decode(value)?;
        Ok(Self(Timestamp::from_microsecond(microseconds.saturating_add(YEAR_2000))?))
    }
}

impl PgHasArrayType for Time {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("_timestamptz")
    }
}

/// Tells feed readers, of this process and others, that something was committed.
pub fn wake(db: &Db) {
    db.wakeups.send_modify(|commits| *commits += 1);
    db.commits.notify_one();
}

/// A label's value; its key follows as a parameter.
pub const LABEL: &str = "i.details::json -> 'labels' ->> ";
/// The component that is broken, or the resource.
pub const COMPONENT: &str = "CASE WHEN i.component <> '' THEN i.component ELSE i.resource_name COLLATE \"C\" END";
/// Only rows of transactions that no running one can precede.
pub const FEED_VISIBLE: &str = " AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
/// Holds off other decisions about causes in a namespace until the transaction ends.
pub const LOCK_DECISIONS: &str = "SELECT pg_advisory_xact_lock(hashtextextended('kite cause decisions ' || $1, 0))";
/// Locks two issues by their ids.
pub const LOCK_TWO_ISSUES: &str =
    "SELECT namespace FROM issues WHERE state > 0 AND id IN ($1, $2) ORDER BY key FOR UPDATE";

/// Adds the database's time.
pub fn push_time(query: &mut sqlx::QueryBuilder<Driver>) {
    query.push("clock_timestamp()");
}

/// The planner finds out by itself.
pub async fn is_rare(_db: &Db, _wanted: &str) -> Result<bool, crate::StoreError> {
    std::future::ready(Ok(true)).await
}

/// Issues with their texts.
pub fn issues_and_texts(_is_rare: bool) -> &'static str {
    "issues i JOIN texts t ON t.key = i.key"
}

/// Adds "the text contains this", found through the trigram index that leads with the namespace.
pub fn push_search(query: &mut sqlx::QueryBuilder<Driver>, search: &super::ops::issues::Search) {
    let escaped = search.wanted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    query.push(" AND t.search LIKE ").push_bind(format!("%{escaped}%"));
}

/// The database's time.
pub async fn clock(db: &Db) -> Result<Timestamp, crate::StoreError> {
    Ok(sqlx::query_scalar::<_, Time>("SELECT clock_timestamp()").fetch_one(&db.readers).await?.0)
}

/// Sorts new texts into the search index.
pub async fn tidy(db: &Db) -> Result<(), crate::StoreError> {
    sqlx::query("SELECT gin_clean_pending_list('texts_search')").execute(&db.readers).await?;
    Ok(())
}
