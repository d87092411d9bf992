//! What is particular to SQLite: types, bulk input, locks, search.

use std::sync::Arc;
use std::sync::atomic::AtomicU16;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteRow, SqliteTypeInfo, SqliteValueRef};
use sqlx::{AssertSqlSafe, Decode, Encode, Type};
use uuid::Uuid;

/// The driver.
pub type Driver = sqlx::Sqlite;
/// A connection.
pub type Connection = sqlx::SqliteConnection;
/// A pool of connections.
pub type Pool = sqlx::SqlitePool;

/// The pools of one database.
#[derive(Clone, Debug)]
pub struct Db {
    /// For reading: several connections.
    pub readers: Pool,
    /// For writing: one connection.
    pub writers: Pool,
    /// Wakes feed readers.
    pub wakeups: Arc<tokio::sync::watch::Sender<u64>>,
    /// Takes turns with the counters' slots.
    pub turn: Arc<AtomicU16>,
    /// Keeps a database in memory alive; the file's lock otherwise.
    pub _hold: Arc<super::connect::Hold>,
}

/// A struct whose fields are columns, for reading and writing many rows in one statement.
macro_rules! bulk {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($column:ident: $kind:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        $vis struct $name { $($vis $column: $kind),+ }

        impl $crate::sqlite::dialect::Bulk for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];
        }
    };
}

/// Rows as the parameter of a statement: a JSON array of objects.
pub trait Bulk: Serialize + Sized {
    /// The columns.
    const COLUMNS: &'static [&'static str];

    /// The rows, which are the first parameter, as something to select from, called `r`.
    fn source() -> String {
        let columns = Self::COLUMNS.iter().map(|column| format!("value->>'{column}' AS {column}"));
        format!("(SELECT {} FROM json_each($1)) AS r", columns.collect::<Vec<_>>().join(", "))
    }
}

/// Runs a query over rows of input; `statement` is given the rows as something to select from.
pub async fn fetch<R: Bulk>(
    connection: &mut Connection,
    rows: &[R],
    statement: impl FnOnce(&str) -> String,
) -> Result<Vec<SqliteRow>, crate::StoreError> {
    let statement = AssertSqlSafe(statement(&R::source()));
    let query = sqlx::query(statement).bind(crate::stored::write(&rows));
    Ok(query.fetch_all(connection).await?)
}

/// Statements that are run one after the other.
#[derive(Default)]
pub struct Script {
    statements: Vec<(String, String)>,
}

impl Script {
    /// Adds a statement over rows, if there are any.
    #[expect(clippy::unnecessary_wraps, reason = "the other database's can fail")]
    pub fn add<R: Bulk>(
        &mut self,
        rows: &[R],
        statement: impl FnOnce(&str) -> String,
    ) -> Result<(), crate::StoreError> {
        if !rows.is_empty() {
            self.statements.push((statement(&R::source()), crate::stored::write(&rows)));
        }
        Ok(())
    }

    /// Runs it.
    pub async fn run(self, connection: &mut Connection) -> Result<bool, crate::StoreError> {
        for (statement, rows) in self.statements {
            sqlx::query(AssertSqlSafe(statement)).bind(rows).execute(&mut *connection).await?;
        }
        Ok(true)
    }
}

/// Stamps the next free time in each scope of a group, creating those that are new. There is one
/// writer, so nothing has to be locked.
pub fn lock_scopes(source: &str) -> String {
    let now = now().as_microsecond();
    format!(
        "INSERT INTO scopes AS s (key, scope, stamped_at) SELECT r.key, r.scope, {now} FROM {source} \
         WHERE true ORDER BY r.key ON CONFLICT (key) DO UPDATE SET stamped_at = max({now}, s.stamped_at + 1) \
         RETURNING key, stamped_at, {now} AS now, horizon, swept_at, sweeps"
    )
}

/// A UUID in this database: text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Id(pub Uuid);

impl Type<Driver> for Id {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Driver>>::type_info()
    }

    fn compatible(info: &SqliteTypeInfo) -> bool {
        <String as Type<Driver>>::compatible(info)
    }
}

impl Encode<'_, Driver> for Id {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Driver>::encode(self.0.hyphenated().to_string(), buffer)
    }
}

impl Decode<'_, Driver> for Id {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(Uuid::try_parse(<&str as Decode<Driver>>::decode(value)?)?))
    }
}

/// A moment in this database: microseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub Timestamp);

impl Type<Driver> for Time {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Driver>>::type_info()
    }

    fn compatible(info: &SqliteTypeInfo) -> bool {
        <i64 as Type<Driver>>::compatible(info)
    }
}

impl Encode<'_, Driver> for Time {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Driver>::encode(self.0.as_microsecond(), buffer)
    }
}

impl Decode<'_, Driver> for Time {
    fn decode(value: SqliteValueRef<'_>) -> Result<Self, BoxDynError> {
        Ok(Self(Timestamp::from_microsecond(<i64 as Decode<Driver>>::decode(value)?)?))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.as_microsecond())
    }
}

/// The machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "SQLite has no clock of its own; this is the one place that stands in for it"
)]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// Tells feed readers that something was committed.
pub fn wake(db: &Db) {
    db.wakeups.send_modify(|commits| *commits += 1);
}

/// A label's value; its key follows as a parameter.
pub const LABEL: &str = "i.details -> 'labels' ->> ";
/// The component that is broken, or the resource.
pub const COMPONENT: &str = "CASE WHEN i.component <> '' THEN i.component ELSE i.resource_name END";
/// Ids are drawn by the one writer, in order.
pub const FEED_VISIBLE: &str = "";
/// There is one writer.
pub const LOCK_DECISIONS: &str = "SELECT $1";
/// Reads two issues by their ids; the transaction holds the whole database.
pub const LOCK_TWO_ISSUES: &str = "SELECT namespace FROM issues WHERE state > 0 AND id IN ($1, $2)";

/// Adds the machine's time.
pub fn push_time(query: &mut sqlx::QueryBuilder<Driver>) {
    query.push_bind(Time(now()));
}

/// Up to so many texts are found first and sorted then.
const RARE: i64 = 5_000;
const COUNT_FEW: &str = "SELECT count(*) FROM (SELECT 1 FROM texts_search WHERE texts_search MATCH $1 LIMIT $2)";

/// Whether the trigram index knows few texts that contain this. It knows nothing shorter than
/// three characters.
pub async fn is_rare(db: &Db, wanted: &str) -> Result<bool, crate::StoreError> {
    if wanted.chars().count() < 3 {
        return Ok(false);
    }
    let few = sqlx::query_scalar::<_, i64>(COUNT_FEW).bind(phrase(wanted)).bind(RARE + 1);
    Ok(few.fetch_one(&db.readers).await? <= RARE)
}

/// Issues with their texts, in the order in which they are to be looked through.
pub fn issues_and_texts(is_rare: bool) -> &'static str {
    if is_rare {
        "texts t CROSS JOIN issues i ON i.key = t.key"
    } else {
        "issues i CROSS JOIN texts t ON t.key = i.key"
    }
}

/// Adds "the text contains this".
pub fn push_search(query: &mut sqlx::QueryBuilder<Driver>, search: &super::ops::issues::Search) {
    if search.is_rare {
        query
            .push(" AND t.row IN (SELECT rowid FROM texts_search WHERE texts_search MATCH ")
            .push_bind(phrase(&search.wanted))
            .push(")");
    } else {
        query.push(" AND instr(t.search, ").push_bind(search.wanted.clone()).push(") > 0");
    }
}

/// A search expression for one text.
fn phrase(wanted: &str) -> String {
    format!("\"{}\"", wanted.replace('"', "\"\""))
}

/// The machine's time.
pub async fn clock(_db: &Db) -> Result<Timestamp, crate::StoreError> {
    std::future::ready(Ok(now())).await
}

/// Writers keep the search index themselves.
pub async fn tidy(_db: &Db) -> Result<(), crate::StoreError> {
    std::future::ready(Ok(())).await
}
