//! What is particular to SQLite: types, bulk input, locks, search.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Type};
use uuid::Uuid;

/// The driver.
pub type Driver = sqlx::Sqlite;
/// A statement with its parameters.
type Query<'a> = sqlx::query::Query<'a, Driver, sqlx::sqlite::SqliteArguments>;
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
    /// Which of the counters' slots this process writes.
    pub slot: i16,
    /// Keeps a database in memory alive; the file's lock otherwise.
    pub _hold: Arc<super::connect::Hold>,
}

/// `json_each` over the statement's parameter `$n`: rows of a JSON array.
macro_rules! rows {
    ($n:literal; $($column:ident $kind:ident),+) => {
        concat!("(SELECT ", $("value->>'", stringify!($column), "' AS ", stringify!($column), ", ",)+ "0 AS x_ FROM json_each($", $n, ")) AS r")
    };
}

/// Stamps the next free time in each scope of a group, creating those that are new. There is one
/// writer, so nothing has to be locked.
pub const LOCK_SCOPES: &str = concat!(
    "INSERT INTO scopes AS s (key, scope, stamped_at) SELECT r.key, r.scope, $2 FROM ",
    rows!(1; key id, scope text),
    " WHERE true ORDER BY r.key ON CONFLICT (key) DO UPDATE SET stamped_at = max($2, s.stamped_at + 1) ",
    "RETURNING key, stamped_at, $2 AS now, horizon, swept_at, sweeps"
);

/// A UUID in this database: text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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

/// The statements of a write.
macro_rules! statements {
    ($($put:ident),+) => { const STATEMENTS: [&str; 8] = [$($put!(1)),+]; };
}

/// Runs the statements of a write, each with its rows.
pub async fn write_all(
    transaction: &mut sqlx::Transaction<'static, Driver>,
    statements: &[&'static str; 8],
    input: [String; 8],
) -> Result<(), crate::StoreError> {
    for (statement, rows) in statements.iter().zip(input) {
        if rows != "[]" {
            sqlx::query(*statement).bind(rows).execute(&mut **transaction).await?;
        }
    }
    Ok(())
}

/// Adds the clock to a query that needs one.
pub fn with_clock(query: Query<'_>) -> Query<'_> {
    query.bind(Time(now()))
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
pub const LABEL: &str = "t.details -> 'labels' ->> ";
/// Ids are drawn by the one writer, in order.
pub const FEED_VISIBLE: &str = "";
/// Reads two issues by their ids; the transaction holds the whole database.
pub const LOCK_TWO_ISSUES: &str = "SELECT namespace FROM issues WHERE state > 0 AND id IN ($1, $2)";

/// Adds the machine's time.
pub fn push_time(query: &mut sqlx::QueryBuilder<Driver>) {
    query.push_bind(Time(now()));
}

/// Adds "the text contains this": by the trigram index when there are three characters and more
/// than one namespace to look through, otherwise by looking.
pub fn push_search(query: &mut sqlx::QueryBuilder<Driver>, wanted: &str, reach: &kite_core::Reach) {
    let is_narrow = matches!(reach, kite_core::Reach::Only(namespaces) if namespaces.len() <= 1);
    if is_narrow || wanted.chars().count() < 3 {
        query.push(" AND instr(t.search, ").push_bind(wanted.to_owned()).push(") > 0");
    } else {
        let phrase = format!("\"{}\"", wanted.replace('"', "\"\""));
        query
            .push(" AND t.row IN (SELECT rowid FROM texts_search WHERE texts_search MATCH ")
            .push_bind(phrase)
            .push(")");
    }
}

/// The machine's time.
pub async fn clock(_db: &Db) -> Result<Timestamp, crate::StoreError> {
    std::future::ready(Ok(now())).await
}
