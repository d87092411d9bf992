//! What is done from time to time.

use jiff::Timestamp;
use kite_core::{Identity, IssueType, Reach};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::super::dialect::{Db, Driver, FEED_VISIBLE, Time, push_time};
use super::issues::{self, scope, wrong};
use super::{history, load::Row};
use crate::stored::{self, LedgerJson};
use crate::{Due, FeedCursor, FeedPage, StoreError};

const DUE: &str = "SELECT cluster, namespace, resource_type, resource_name, resource_namespace, reported_type, variant, ledger \
     FROM issues WHERE state = 1 AND expires_at <= ";
const PRUNE: &str = "DELETE FROM reports WHERE (target_key, run_id, kind) IN (\
     SELECT p.target_key, p.run_id, p.kind FROM reports p WHERE p.kind IN (1, 2, 3) AND p.received_at < $1 AND EXISTS (\
     SELECT 1 FROM reports n WHERE n.scope_key = p.scope_key AND n.kind IN (1, 2, 3) AND n.target_key = p.target_key \
     AND n.occurred_at > p.occurred_at) AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.scope_key = p.scope_key) LIMIT $2)";

/// Expiries that have come, oldest first.
pub async fn due(db: &Db, limit: u32) -> Result<Vec<Due>, StoreError> {
    let mut query = QueryBuilder::<Driver>::new(DUE);
    push_time(&mut query);
    query.push(" ORDER BY expires_at LIMIT ").push_bind(i64::from(limit));
    let rows = query.build().fetch_all(&db.readers).await?;
    rows.iter().filter_map(|row| one_due(row).transpose()).collect()
}

/// Forgets clears of scopes that never had an issue, received before a time, except the newest of
/// each part of a scope. Returns how many.
pub async fn prune(db: &Db, received_before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let deleted = sqlx::query(PRUNE).bind(Time(received_before)).bind(i64::from(limit)).execute(&db.writers).await?;
    Ok(deleted.rows_affected())
}

/// Reads the feed after a cursor.
pub async fn feed_after(
    db: &Db,
    epoch: Uuid,
    after: FeedCursor,
    reach: &Reach,
    limit: u32,
) -> Result<FeedPage, StoreError> {
    let mut query = QueryBuilder::<Driver>::new(
        "SELECT id, xact, at, issue_id, namespace, change FROM changes WHERE (xact, id) > (",
    );
    query
        .push_bind(i64::try_from(after.transaction).unwrap_or(i64::MAX))
        .push(", ")
        .push_bind(after.id)
        .push(")")
        .push(FEED_VISIBLE);
    if let Reach::Only(namespaces) = reach {
        query.push(" AND namespace IN (");
        let mut list = query.separated(", ");
        for namespace in namespaces {
            list.push_bind(namespace.clone());
        }
        list.push_bind(String::new());
        query.push(")");
    }
    query.push(" ORDER BY xact, id LIMIT ").push_bind(i64::from(limit));
    let rows = query.build().fetch_all(&db.readers).await?;
    let changes = rows.iter().map(|row| history::change(row, epoch)).collect::<Result<Vec<_>, _>>()?;
    let mut ids: Vec<Uuid> = changes.iter().map(|change| change.issue_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = issues::get_all(db, reach, &ids).await?;
    let next = changes.last().map_or(after, |last| last.cursor);
    let issue = |id: Uuid| found.iter().find(|issue| issue.id == id).cloned();
    Ok(FeedPage { changes: changes.into_iter().map(|change| (change.clone(), issue(change.issue_id))).collect(), next })
}

fn one_due(row: &Row) -> Result<Option<Due>, StoreError> {
    let ledger: LedgerJson = stored::read("issues", "ledger", row.try_get("ledger")?)?;
    let ledger = ledger.ledger().ok_or_else(|| wrong("ledger"))?;
    // What a person reopened stays, whatever its last run said.
    let is_heard = ledger.open.as_ref().is_some_and(|open| open.count > 0);
    let Some((run, at)) = ledger.newest.filter(|_| is_heard).and_then(|run| Some((run.clone(), run.expires_at?)))
    else {
        return Ok(None);
    };
    let identity = Identity {
        scope: scope(row)?,
        issue_type: IssueType::from_code(row.try_get("reported_type")?).ok_or_else(|| wrong("reported_type"))?,
        variant: row.try_get("variant")?,
    };
    Ok(Some(Due { identity, at: at.max(run.occurred_at), run_id: run.run_id }))
}
