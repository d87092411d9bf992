//! What was broken when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::{IssueFilter, IssueType, Severity, Stretch};
use sqlx::{QueryBuilder, Row as _};

use super::super::dialect::{Db, Driver, Id, Time};
use super::issues::{Search, push_filter, push_from, push_reach, wrong};
use super::load::Row;
use super::totals::is_counted;
use crate::{StoreError, Stretches};

/// The columns of a stretch but for its times.
const OF_ISSUE: &str = "i.id, i.namespace, i.application, i.component, i.severity, i.issue_type";

/// Reads the open episodes of the issues that match, worst and newest first, and the episodes that
/// ended at or after a time, the last to end first: up to `limit` of each.
pub async fn read(db: &Db, filter: &IssueFilter, since: Timestamp, limit: u32) -> Result<Stretches, StoreError> {
    let search = Search::of(db, filter).await?;
    // One statement, so that what ends meanwhile is seen once. One more than asked for tells
    // whether there is more.
    let mut query = QueryBuilder::<Driver>::new("SELECT * FROM (SELECT ");
    query.push(OF_ISSUE).push(", i.detected_at AS started_at, i.resolved_at AS ended_at FROM ");
    push_from(&mut query, search.as_ref());
    query.push(" WHERE i.state = 1");
    push_filter(&mut query, filter, search.as_ref());
    query.push(" ORDER BY i.severity DESC, i.detected_at DESC, i.id DESC LIMIT ").push_bind(i64::from(limit) + 1);
    query.push(") AS open UNION ALL SELECT * FROM (SELECT ");
    query.push(OF_ISSUE).push(", e.started_at, e.end_at AS ended_at FROM ");
    push_ended(&mut query, filter, search.as_ref(), since);
    push_filter(&mut query, filter, search.as_ref());
    query.push(" ORDER BY e.end_at DESC, e.key DESC, e.number DESC LIMIT ").push_bind(i64::from(limit) + 1);
    query.push(") AS ended");
    let rows = query.build().fetch_all(&db.readers).await?;
    let stretches = rows.iter().map(stretch).collect::<Result<Vec<_>, _>>()?;
    Ok(bounded(stretches, limit as usize))
}

/// Counts what was active at a time, of the issues that match.
pub async fn active_at(
    db: &Db,
    filter: &IssueFilter,
    time: Timestamp,
) -> Result<BTreeMap<(Severity, IssueType), u64>, StoreError> {
    let search = Search::of(db, filter).await?;
    let mut query = QueryBuilder::<Driver>::new("SELECT severity, issue_type, CAST(sum(n) AS bigint) AS n FROM (");
    if is_counted(filter) {
        // What began since is little beside what is counted already.
        query.push(
            "SELECT i.severity, i.issue_type, CAST(sum(i.count) AS bigint) AS n FROM counters i WHERE i.state = 1",
        );
        push_filter(&mut query, filter, None);
        query.push(GROUPED).push(" UNION ALL SELECT i.severity, i.issue_type, -count(*) AS n FROM issues i");
        query.push(" WHERE i.state = 1 AND i.detected_at > ").push_bind(Time(time));
        push_filter(&mut query, filter, None);
    } else {
        query.push("SELECT i.severity, i.issue_type, count(*) AS n FROM ");
        push_from(&mut query, search.as_ref());
        query.push(" WHERE i.state = 1 AND i.detected_at <= ").push_bind(Time(time));
        push_filter(&mut query, filter, search.as_ref());
    }
    query.push(GROUPED).push(" UNION ALL SELECT i.severity, i.issue_type, count(*) AS n FROM ");
    push_ended(&mut query, filter, search.as_ref(), time);
    query.push(" AND e.end_at > ").push_bind(Time(time)).push(" AND e.started_at <= ").push_bind(Time(time));
    push_filter(&mut query, filter, search.as_ref());
    query.push(GROUPED).push(") AS parts GROUP BY severity, issue_type");
    let rows = query.build().fetch_all(&db.readers).await?;
    let counts = rows.iter().map(|row| Ok((kind(row)?, u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or(0))));
    counts.filter(|count| !matches!(count, Ok((_, 0)))).collect()
}

const GROUPED: &str = " GROUP BY i.severity, i.issue_type";

/// Adds `i` and their episodes `e` that ended at or after a time. Episodes know their namespace, so
/// that an index finds those of few namespaces.
fn push_ended(query: &mut QueryBuilder<Driver>, filter: &IssueFilter, search: Option<&Search>, since: Timestamp) {
    push_from(query, search);
    query.push(" JOIN episodes e ON e.key = i.key WHERE i.state > 0 AND e.end_at >= ").push_bind(Time(since));
    push_reach(query, "e.namespace", &filter.reach);
}

fn bounded(stretches: Vec<Stretch>, limit: usize) -> Stretches {
    let (mut open, mut ended): (Vec<_>, Vec<_>) = stretches.into_iter().partition(|one| one.ended_at.is_none());
    let is_complete = open.len() <= limit && ended.len() <= limit;
    open.truncate(limit);
    ended.truncate(limit);
    open.append(&mut ended);
    Stretches { stretches: open, is_complete }
}

fn stretch(row: &Row) -> Result<Stretch, StoreError> {
    let (severity, issue_type) = kind(row)?;
    Ok(Stretch {
        issue_id: row.try_get::<Id, _>("id")?.0,
        namespace: row.try_get("namespace")?,
        application: row.try_get("application")?,
        component: row.try_get("component")?,
        severity,
        issue_type,
        started_at: row.try_get::<Time, _>("started_at")?.0,
        ended_at: row.try_get::<Option<Time>, _>("ended_at")?.map(|time| time.0),
    })
}

fn kind(row: &Row) -> Result<(Severity, IssueType), StoreError> {
    Ok((
        Severity::from_code(row.try_get("severity")?).ok_or_else(|| wrong("severity"))?,
        IssueType::from_code(row.try_get("issue_type")?).ok_or_else(|| wrong("issue_type"))?,
    ))
}
