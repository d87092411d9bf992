//! Who reports, and when each was heard last.

use jiff::Timestamp;
use kite_core::Reach;
use sqlx::{QueryBuilder, Row as _};

use super::super::connect::begin;
use super::super::dialect::{Db, Driver, Script, Time};
use super::issues::push_reach;
use super::load::Row;
use crate::{Source, SourceKind, StoreError};

bulk! {
    /// A source and what is new of it.
    struct SourceRow {
        kind: i16,
        name: String,
        cluster: String,
        namespace: String,
        version: String,
        first_heard_at: Time,
        last_heard_at: Time,
        reports: i64,
    }
}

/// Notes that sources were heard; none may be named twice.
pub async fn note(db: &Db, heard: &[Source]) -> Result<(), StoreError> {
    let rows: Vec<_> = heard.iter().map(SourceRow::of).collect();
    let mut script = Script::default();
    script.add(&rows, upsert)?;
    let mut transaction = begin(db).await?;
    script.run(&mut transaction).await?;
    Ok(transaction.commit().await?)
}

/// Reads the sources of namespaces within reach, and those of no namespace if anything is within
/// reach; the last one that was heard first.
pub async fn list(db: &Db, reach: &Reach, limit: u32) -> Result<Vec<Source>, StoreError> {
    let reach = match reach {
        Reach::Only(namespaces) if !namespaces.is_empty() => {
            Reach::Only(namespaces.iter().cloned().chain([String::new()]).collect())
        }
        reach => reach.clone(),
    };
    let mut query = QueryBuilder::<Driver>::new(
        "SELECT kind, name, cluster, namespace, version, first_heard_at, last_heard_at, reports FROM sources WHERE true",
    );
    push_reach(&mut query, "namespace", &reach);
    query.push(" ORDER BY last_heard_at DESC, kind, name, cluster, namespace LIMIT ").push_bind(i64::from(limit));
    query.build().fetch_all(&db.readers).await?.iter().map(source).collect()
}

/// Forgets sources that were heard last before a time. Returns how many.
pub async fn forget(db: &Db, heard_before: Timestamp) -> Result<u64, StoreError> {
    let forgotten = sqlx::query("DELETE FROM sources WHERE last_heard_at < $1").bind(Time(heard_before));
    Ok(forgotten.execute(&db.writers).await?.rows_affected())
}

// In the order of the key, so that two writers never wait for each other in a circle.
fn upsert(source: &str) -> String {
    const COLUMNS: &str = "kind, name, cluster, namespace, version, first_heard_at, last_heard_at, reports";
    let newer = |column: &str| {
        format!(
            "{column} = CASE WHEN excluded.last_heard_at >= t.last_heard_at THEN excluded.{column} ELSE t.{column} END"
        )
    };
    let (version, last_heard_at) = (newer("version"), newer("last_heard_at"));
    format!(
        "INSERT INTO sources AS t ({COLUMNS}) SELECT {COLUMNS} FROM {source} WHERE true ORDER BY 1, 2, 3, 4 \
         ON CONFLICT (kind, name, cluster, namespace) DO UPDATE SET {version}, {last_heard_at}, \
         first_heard_at = CASE WHEN excluded.first_heard_at < t.first_heard_at THEN excluded.first_heard_at \
         ELSE t.first_heard_at END, reports = t.reports + excluded.reports"
    )
}

impl SourceRow {
    fn of(source: &Source) -> Self {
        Self {
            kind: source.kind.code(),
            name: source.name.clone(),
            cluster: source.cluster.clone(),
            namespace: source.namespace.clone(),
            version: source.version.clone(),
            first_heard_at: Time(source.first_heard_at),
            last_heard_at: Time(source.last_heard_at),
            reports: i64::try_from(source.reports).unwrap_or(i64::MAX),
        }
    }
}

fn source(row: &Row) -> Result<Source, StoreError> {
    let wrong = StoreError::Inconsistent { table: "sources", column: "kind" };
    Ok(Source {
        kind: SourceKind::from_code(row.try_get("kind")?).ok_or(wrong)?,
        name: row.try_get("name")?,
        cluster: row.try_get("cluster")?,
        namespace: row.try_get("namespace")?,
        version: row.try_get("version")?,
        first_heard_at: row.try_get::<Time, _>("first_heard_at")?.0,
        last_heard_at: row.try_get::<Time, _>("last_heard_at")?.0,
        reports: row.try_get::<i64, _>("reports")?.unsigned_abs(),
    })
}
