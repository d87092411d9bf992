//! What people decided about causes. It is applied when issues are read: what the reports say stays as it is.

use jiff::Timestamp;
use kite_core::Reach;
use kite_core::attribution::Merges;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::super::connect::begin;
use super::super::dialect::{Connection, Db, Driver, Id, LOCK_DECISIONS, Time};
use super::issues::{push_in, push_reach};
use super::load::Row;
use crate::{CauseDecision, Decided, StoreError};

/// The cause of an issue `i` as people have decided: about this one, or about all of its cause in its namespace.
pub(super) const CAUSE: &str = "CASE WHEN (i.namespace, i.cause) IN (SELECT d.namespace, d.source FROM cause_decisions d) THEN \
     coalesce((SELECT d.target FROM cause_decisions d WHERE d.namespace = i.namespace AND d.source = i.cause \
     AND d.issue_key IN (i.key, '00000000-0000-0000-0000-000000000000') ORDER BY d.issue_key DESC LIMIT 1), i.cause) \
     ELSE i.cause END";
const DECIDE: &str =
    "INSERT INTO cause_decisions (namespace, source, issue_key, chosen, target, decided_by, decided_at) ";
const AGAIN: &str = " ON CONFLICT (namespace, source, issue_key) DO UPDATE SET chosen = excluded.chosen, \
     target = excluded.target, decided_by = excluded.decided_by, decided_at = excluded.decided_at";
/// A decision about all issues of a cause has no key of an issue.
const ALL: Id = Id(Uuid::nil());
/// The issues that a decision names, of the cause as people see it.
const NAMED: &str = " FROM issues i WHERE i.state > 0 AND i.cause <> '' AND i.namespace = ";

/// Puts issues of a cause down to another one, or takes back what was decided about them. A namespace holds at most
/// `limit` decisions.
pub async fn decide(db: &Db, decision: &CauseDecision, limit: u64) -> Result<Decided, StoreError> {
    let mut transaction = begin(db).await?;
    sqlx::query(LOCK_DECISIONS).bind(&decision.namespace).execute(&mut *transaction).await?;
    let merges = merges(&mut transaction, &decision.namespace).await?;
    let decided = if decision.issues.is_empty() {
        merge(&mut transaction, decision, merges).await?
    } else {
        split(&mut transaction, decision, &merges).await?
    };
    if matches!(decided, Decided::Holds(_)) {
        let count = count(&mut transaction, &decision.namespace).await?;
        if count > limit && decision.into != decision.cause {
            return Ok(Decided::TooMany);
        }
        transaction.commit().await?;
    }
    Ok(decided)
}

/// Decides about all issues of a cause, those to come, too.
async fn merge(
    connection: &mut Connection,
    decision: &CauseDecision,
    mut merges: Merges,
) -> Result<Decided, StoreError> {
    let CauseDecision { namespace, cause, into, .. } = decision;
    let chosen = merges.root(into).to_owned();
    if into == cause {
        merges.take_back(cause);
        let back = "DELETE FROM cause_decisions WHERE namespace = $1 AND source = $2 AND issue_key = $3";
        sqlx::query(back).bind(namespace).bind(cause).bind(ALL).execute(&mut *connection).await?;
    } else if chosen != *cause {
        merges.put_down(cause, &chosen);
        let mut query = QueryBuilder::<Driver>::new(DECIDE);
        query.push("VALUES (").push_bind(namespace.clone()).push(", ").push_bind(cause.clone()).push(", ");
        query.push_bind(ALL);
        push_decision(&mut query, decision, &chosen);
        query.push(")").push(AGAIN).build().execute(&mut *connection).await?;
    }
    settle(connection, namespace, &merges).await?;
    Ok(Decided::Holds(CauseDecision { into: merges.root(cause).to_owned(), ..decision.clone() }))
}

/// Decides about some issues, as long as they fail as they do now.
async fn split(connection: &mut Connection, decision: &CauseDecision, merges: &Merges) -> Result<Decided, StoreError> {
    let CauseDecision { namespace, cause, into, .. } = decision;
    let mut query = QueryBuilder::<Driver>::new("SELECT i.id");
    push_named(&mut query, decision, &decision.issues);
    query.push(" AND ").push(CAUSE).push(" = ").push_bind(cause.clone()).push(" ORDER BY i.id");
    let found: Vec<Id> = query.build_query_scalar().fetch_all(&mut *connection).await?;
    let issues: Vec<Uuid> = found.iter().map(|id| id.0).collect();
    let Some(first) = issues.first() else { return Ok(Decided::NoSuchIssue) };
    let mut query = QueryBuilder::<Driver>::new("DELETE FROM cause_decisions WHERE namespace = ");
    query.push_bind(namespace.clone()).push(" AND (source, issue_key) IN (SELECT i.cause, i.key");
    push_named(&mut query, decision, &issues);
    query.push(")").build().execute(&mut *connection).await?;
    if into != cause {
        let target = merges.root(into);
        let mut query = QueryBuilder::<Driver>::new(DECIDE);
        query.push("SELECT i.namespace, i.cause, i.key");
        push_decision(&mut query, decision, target);
        push_named(&mut query, decision, &issues);
        // What its reports say needs no decision.
        query.push(" AND i.cause <> ").push_bind(target.to_owned()).build().execute(&mut *connection).await?;
    }
    let mut query = QueryBuilder::<Driver>::new("SELECT ");
    query.push(CAUSE);
    push_named(&mut query, decision, &[*first]);
    let into = query.build_query_scalar().fetch_one(&mut *connection).await?;
    Ok(Decided::Holds(CauseDecision { issues, into, ..decision.clone() }))
}

fn push_named(query: &mut QueryBuilder<Driver>, decision: &CauseDecision, issues: &[Uuid]) {
    query.push(NAMED).push_bind(decision.namespace.clone());
    push_in(query, "i.id", issues.iter().map(|id| Id(*id)));
}

/// Adds what is chosen, which leads nowhere else yet, and who chose it.
fn push_decision(query: &mut QueryBuilder<Driver>, decision: &CauseDecision, chosen: &str) {
    query.push(", CAST(").push_bind(chosen.to_owned()).push(" AS text), CAST(").push_bind(chosen.to_owned());
    query.push(" AS text), CAST(").push_bind(decision.by.clone()).push(" AS text), ").push_bind(Time(decision.at));
}

/// What was decided about whole causes in a namespace.
async fn merges(connection: &mut Connection, namespace: &str) -> Result<Merges, StoreError> {
    let chosen = "SELECT source, chosen FROM cause_decisions WHERE namespace = $1 AND issue_key = $2";
    let rows = sqlx::query_as(chosen).bind(namespace).bind(ALL).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Writes down where each decision leads now, so that one look at it is enough.
async fn settle(connection: &mut Connection, namespace: &str, merges: &Merges) -> Result<(), StoreError> {
    let known = "SELECT DISTINCT chosen, target FROM cause_decisions WHERE namespace = $1";
    let known: Vec<(String, String)> = sqlx::query_as(known).bind(namespace).fetch_all(&mut *connection).await?;
    for (chosen, target) in known {
        let root = merges.root(&chosen);
        if root != target {
            let again = "UPDATE cause_decisions SET target = $1 WHERE namespace = $2 AND chosen = $3";
            sqlx::query(again).bind(root).bind(namespace).bind(&chosen).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn count(connection: &mut Connection, namespace: &str) -> Result<u64, StoreError> {
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM cause_decisions WHERE namespace = $1");
    Ok(count.bind(namespace).fetch_one(connection).await?.unsigned_abs())
}

/// Forgets decisions about issues that fail in another way by now, or not at all any more, when they were made before
/// a time. Returns how many.
pub async fn forget(db: &Db, before: Timestamp) -> Result<u64, StoreError> {
    let forget = "DELETE FROM cause_decisions WHERE issue_key <> $1 AND decided_at < $2 AND NOT EXISTS (SELECT 1 FROM issues i \
         WHERE i.key = cause_decisions.issue_key AND i.cause = cause_decisions.source AND i.state > 0)";
    Ok(sqlx::query(forget).bind(ALL).bind(Time(before)).execute(&db.writers).await?.rows_affected())
}

/// Reads the decisions that put all issues of one cause down to another one, the newest first.
pub async fn list(db: &Db, reach: &Reach, into: Option<&str>, limit: u32) -> Result<Vec<CauseDecision>, StoreError> {
    let mut query = QueryBuilder::<Driver>::new(
        "SELECT namespace, source, target, decided_by, decided_at FROM cause_decisions WHERE issue_key = ",
    );
    query.push_bind(ALL);
    push_reach(&mut query, "namespace", reach);
    if let Some(into) = into {
        query.push(" AND target = ").push_bind(into.to_owned());
    }
    query.push(" ORDER BY decided_at DESC, namespace, source LIMIT ").push_bind(i64::from(limit));
    query.build().fetch_all(&db.readers).await?.iter().map(decision).collect()
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
