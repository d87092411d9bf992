//! What is particular to PostgreSQL: types, bulk input, locks, search.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use sqlx::{Decode, Encode, Type};
use uuid::Uuid;

/// The driver.
pub type Driver = sqlx::Postgres;
/// A statement with its parameters.
type Query<'a> = sqlx::query::Query<'a, Driver, sqlx::postgres::PgArguments>;
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
    pub wakeups: tokio::sync::watch::Receiver<u64>,
    /// Which of the counters' slots this process writes.
    pub slot: i16,
}

/// `json_to_recordset` over the statement's parameter `$n`: rows of a JSON array, with types.
macro_rules! rows {
    ($n:literal; $($column:ident $kind:ident),+) => {
        concat!("json_to_recordset($", $n, "::json) AS r(", $(stringify!($column), " ", column_type!($kind), ", ",)+ "x_ int)")
    };
}

macro_rules! column_type {
    (id) => {
        "uuid"
    };
    (time) => {
        "timestamptz"
    };
    (int) => {
        "bigint"
    };
    (small) => {
        "smallint"
    };
    (flag) => {
        "boolean"
    };
    (text) => {
        "text"
    };
}

/// Locks the scopes of a group in the order of their keys, creating those that are new, and
/// stamps the next free time in each. A later statement reads what they protect: this one's
/// snapshot may be older than its locks.
pub const LOCK_SCOPES: &str = concat!(
    "INSERT INTO scopes AS s (key, scope, stamped_at) SELECT r.key, r.scope, clock_timestamp() FROM ",
    rows!(1; key id, scope text),
    " ORDER BY r.key ON CONFLICT (key) DO UPDATE SET stamped_at = greatest(clock_timestamp(), s.stamped_at + interval '1 microsecond') ",
    "RETURNING key, stamped_at, clock_timestamp() AS now, horizon, swept_at, sweeps"
);

/// A UUID in this database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Id(pub Uuid);

impl Type<Driver> for Id {
    fn type_info() -> PgTypeInfo {
        <Uuid as Type<Driver>>::type_info()
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

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// All statements of a write as one, so that they take one round trip.
macro_rules! statements {
    ($one:ident, $two:ident, $three:ident, $four:ident, $five:ident, $six:ident, $seven:ident, $eight:ident) => {
        const STATEMENTS: [&str; 1] = [concat!(
            "WITH w1 AS (",
            $one!(1),
            "), w2 AS (",
            $two!(2),
            "), w3 AS (",
            $three!(3),
            "), w4 AS (",
            $four!(4),
            "), w5 AS (",
            $five!(5),
            "), w6 AS (",
            $six!(6),
            "), w7 AS (",
            $seven!(7),
            "), w8 AS (",
            $eight!(8),
            ") SELECT pg_notify('kite_feed', '')"
        )];
    };
}

/// Runs the statements of a write, each with its rows.
pub async fn write_all(
    transaction: &mut sqlx::Transaction<'static, Driver>,
    statements: &[&'static str; 1],
    input: [String; 8],
) -> Result<(), crate::StoreError> {
    let [statement] = *statements;
    let query = input.into_iter().fold(sqlx::query(statement), sqlx::query::Query::bind);
    query.execute(&mut **transaction).await?;
    Ok(())
}

/// Adds the clock to a query that needs one; here the database has its own.
pub fn with_clock(query: Query<'_>) -> Query<'_> {
    query
}

/// Tells feed readers that something was committed; here the database notifies them.
pub fn wake(_db: &Db) {}

/// A label's value; its key follows as a parameter.
pub const LABEL: &str = "t.details::json -> 'labels' ->> ";
/// Only rows of transactions that no running one can precede.
pub const FEED_VISIBLE: &str = " AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
/// Locks two issues by their ids.
pub const LOCK_TWO_ISSUES: &str =
    "SELECT namespace FROM issues WHERE state > 0 AND id IN ($1, $2) ORDER BY key FOR UPDATE";

/// Adds the database's time.
pub fn push_time(query: &mut sqlx::QueryBuilder<Driver>) {
    query.push("clock_timestamp()");
}

/// Adds "the text contains this", found through the trigram index that leads with the namespace.
pub fn push_search(query: &mut sqlx::QueryBuilder<Driver>, wanted: &str, reach: &kite_core::Reach) {
    let escaped = wanted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    query.push(" AND t.search LIKE ").push_bind(format!("%{escaped}%"));
    if let kite_core::Reach::Only(namespaces) = reach {
        query.push(" AND t.namespace IN (");
        let mut list = query.separated(", ");
        for namespace in namespaces {
            list.push_bind(namespace.clone());
        }
        query.push(")");
    }
}

/// The database's time.
pub async fn clock(db: &Db) -> Result<Timestamp, crate::StoreError> {
    Ok(sqlx::query_scalar::<_, Time>("SELECT clock_timestamp()").fetch_one(&db.readers).await?.0)
}
