//! What people decided about causes. It is applied when issues are read: what the reports say stays as it is.

use kite_core::Reach;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::super::connect::begin;
use super::super::dialect::{Db, Driver, Id, Time};
use super::issues::{push_in, push_reach};
use super::load::Row;
use crate::{CauseDecision, StoreError};

/// The cause of an issue `i` as people have decided: about this one, or about all of its cause in its namespace.
pub(super) const CAUSE: &str = "CASE WHEN (i.namespace, i.cause) IN (SELECT d.namespace, d.source FROM cause_decisions d) THEN \
     coalesce((SELECT d.target FROM cause_decisions d WHERE d.namespace = i.namespace AND d.source = i.cause \
     AND d.issue_key IN (i.key, '00000000-0000-0000-0000-000000000000') ORDER BY d.issue_key DESC LIMIT 1), i.cause) \
     ELSE i.cause END";
const DECIDE: &str = "INSERT INTO cause_decisions (namespace, source, issue_key, target, decided_by, decided_at) ";
const AGAIN: &str = " ON CONFLICT (namespace, source, issue_key) DO UPDATE SET target = excluded.target, \
     decided_by = excluded.decided_by, decided_at = excluded.decided_at";

/// Puts all issues of a cause in a namespace down to another one, those to come, too; into itself: not any more.
/// Gives the cause that they have then.
pub async fn merge(db: &Db, decision: &CauseDecision) -> Result<String, StoreError> {
    let CauseDecision { namespace, cause, into, by, at, .. } = decision;
    let mut transaction = begin(db).await?;
    let known = "SELECT target FROM cause_decisions WHERE namespace = $1 AND source = $2 AND issue_key = $3";
    let known = sqlx::query_scalar(known).bind(namespace).bind(into).bind(Id(Uuid::nil()));
    // Who names a cause that was merged means what it was merged into.
    let target =
        known.fetch_optional(&mut *transaction).await?.filter(|_| into != cause).unwrap_or_else(|| into.clone());
    if target == *cause {
        let back = "DELETE FROM cause_decisions WHERE namespace = $1 AND source = $2 AND issue_key = $3";
        sqlx::query(back).bind(namespace).bind(cause).bind(Id(Uuid::nil())).execute(&mut *transaction).await?;
    } else {
        // What came into it before goes along, so that one look at a decision is enough.
        let along = "UPDATE cause_decisions SET target = $1 WHERE namespace = $2 AND target = $3";
        sqlx::query(along).bind(&target).bind(namespace).bind(cause).execute(&mut *transaction).await?;
        let mut query = QueryBuilder::<Driver>::new(DECIDE);
        query.push("VALUES (").push_bind(namespace.clone()).push(", ").push_bind(cause.clone()).push(", ");
        query.push_bind(Id(Uuid::nil())).push(", ").push_bind(target.clone()).push(", ");
        query.push_bind(by.clone()).push(", ").push_bind(Time(*at)).push(")").push(AGAIN);
        query.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(target)
}

/// Puts some issues of a namespace down to another cause, as long as they fail as they do now. Returns how many.
pub async fn split(db: &Db, decision: &CauseDecision) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::<Driver>::new(DECIDE);
    query.push("SELECT i.namespace, i.cause, i.key, CAST(").push_bind(decision.into.clone()).push(" AS text), CAST(");
    query.push_bind(decision.by.clone()).push(" AS text), ").push_bind(Time(decision.at));
    query.push(" FROM issues i WHERE i.state > 0 AND i.cause <> '' AND i.namespace = ");
    query.push_bind(decision.namespace.clone());
    push_in(&mut query, "i.id", decision.issues.iter().map(|id| Id(*id)));
    query.push(AGAIN);
    Ok(query.build().execute(&db.writers).await?.rows_affected())
}

/// Reads the decisions that put all issues of one cause down to another one, the newest first.
pub async fn list(db: &Db, reach: &Reach, into: Option<&str>, limit: u32) -> Result<Vec<CauseDecision>, StoreError> {
    let mut query = QueryBuilder::<Driver>::new(
        "SELECT namespace, source, target, decided_by, decided_at FROM cause_decisions WHERE issue_key = ",
    );
    query.push_bind(Id(Uuid::nil()));
    push_reach(&mut query, "namespace", reach);
    if let Some(into) = into {
        query.push(" AND target = ").push_bind(into.to_owned());
    }
    query.push(" ORDER BY decided_at DESC, namespace, source LIMIT ").push_bind(i64::from(limit));
    query.build().fetch_all(&db.readers).await?.iter().map(decision).collect()
}

/// How many decisions there are in a namespace.
pub async fn count(db: &Db, namespace: &str) -> Result<u64, StoreError> {
    let count =
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM cause_decisions WHERE namespace = $1").bind(namespace);
    Ok(count.fetch_one(&db.readers).await?.unsigned_abs())
}

/// From which causes people have put issues down to one of these: source and target.
pub async fn sources(db: &Db, reach: &Reach, causes: &[String]) -> Result<Vec<(String, String)>, StoreError> {
    let mut query = QueryBuilder::<Driver>::new("SELECT DISTINCT source, target FROM cause_decisions WHERE true");
    push_reach(&mut query, "namespace", reach);
    push_in(&mut query, "target", causes.iter().cloned());
    let rows = query.build().fetch_all(&db.readers).await?;
    rows.iter().map(|row| Ok((row.try_get("source")?, row.try_get("target")?))).collect()
}

fn decision(row: &Row) -> Result<CauseDecision, StoreError> {
    Ok(CauseDecision {
        namespace: row.try_get("namespace")?,
        cause: row.try_get("source")?,
        issues: Vec::new(),
        into: row.try_get("target")?,
        by: row.try_get("decided_by")?,
        at: row.try_get::<Time, _>("decided_at")?.0,
    })
}
