//! What was broken when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::{IssueFilter, IssueType, Severity, Stretch};
use sqlx::{QueryBuilder, Row as _};

use super::super::dialect::{Db, Driver, Id, Time};
use super::issues::{Search, push_filter, push_from, push_reach, wrong};
use super::load::Row;
use super::totals::{counters, is_counted};
use crate::{StoreError, Stretches};

/// The last to end first.
const LAST_FIRST: &str = " ORDER BY e.end_at DESC, e.key DESC, e.number DESC";
const BY_KIND: &str = " GROUP BY i.severity, i.issue_type";
/// The columns of a stretch but for its times.
const OF_ISSUE: &str = "i.id, i.namespace, i.application, i.component, i.severity, i.issue_type";

/// Reads the open episodes of the issues that match, worst and newest first, and the episodes that
/// ended at or after a time, the last to end first: up to `limit` of each.
pub async fn read(db: &Db, filter: &IssueFilter, since: Timestamp, limit: u32) -> Result<Stretches, StoreError> {
    let search = Search::of(db, filter).await?;
    // One statement, so that what ends meanwhile is seen once. One more than asked for tells
    // whether there is more.
    let most = i64::from(limit) + 1;
    let mut query = QueryBuilder::<Driver>::new("SELECT * FROM (SELECT ");
    query.push(OF_ISSUE).push(", i.detected_at AS started_at, i.resolved_at AS ended_at FROM ");
    push_from(&mut query, search.as_ref());
    query.push(" WHERE i.state = 1");
    push_filter(&mut query, filter, search.as_ref());
    query.push(" ORDER BY i.severity DESC, i.detected_at DESC, i.id DESC LIMIT ").push_bind(most);
    query.push(") AS open UNION ALL SELECT * FROM (SELECT ");
    query.push(OF_ISSUE).push(", e.started_at, e.end_at AS ended_at FROM ");
    if is_reach_only(filter) {
        // Only what is shown needs its issue.
        query.push("(SELECT * FROM episodes e WHERE e.end_at >= ").push_bind(Time(since));
        push_reach(&mut query, "e.namespace", &filter.reach);
        query
            .push(LAST_FIRST)
            .push(" LIMIT ")
            .push_bind(most)
            .push(") AS e JOIN issues i ON i.key = e.key WHERE i.state > 0");
    } else {
        push_from(&mut query, search.as_ref());
        query.push(" JOIN episodes e ON e.key = i.key WHERE i.state > 0 AND e.end_at >= ").push_bind(Time(since));
        push_reach(&mut query, "e.namespace", &filter.reach);
        push_filter(&mut query, filter, search.as_ref());
    }
    query.push(LAST_FIRST).push(" LIMIT ").push_bind(most).push(") AS ended");
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
    let mut query = if is_counted(filter) {
        by_counters(filter, time)
    } else {
        let search = Search::of(db, filter).await?;
        one_by_one(filter, search.as_ref(), time)
    };
    query.push(BY_KIND).push(") AS parts GROUP BY severity, issue_type");
    let rows = query.build().fetch_all(&db.readers).await?;
    let counts = rows.iter().map(|row| Ok((kind(row)?, u64::try_from(row.try_get::<i64, _>("n")?).unwrap_or(0))));
    counts.filter(|count| !matches!(count, Ok((_, 0)))).collect()
}

/// What is active now, without what began since, and what ended since: little beside the rest.
fn by_counters(filter: &IssueFilter, time: Timestamp) -> QueryBuilder<Driver> {
    // Apart, as PostgreSQL would start workers for what takes less time than to start them.
    let mut query = QueryBuilder::new("WITH e AS MATERIALIZED (SELECT e.key FROM episodes e WHERE e.end_at > ");
    query.push_bind(Time(time)).push(" AND e.started_at <= ").push_bind(Time(time));
    push_reach(&mut query, "e.namespace", &filter.reach);
    query.push(") SELECT severity, issue_type, CAST(sum(n) AS bigint) AS n FROM (");
    query.push("SELECT i.severity, i.issue_type, CAST(sum(i.count) AS bigint) AS n FROM ");
    query.push(counters(filter)).push(" WHERE i.state = 1");
    push_filter(&mut query, filter, None);
    query.push(BY_KIND).push(" UNION ALL SELECT i.severity, i.issue_type, -count(*) AS n FROM issues i");
    query.push(" WHERE i.state = 1 AND i.detected_at > ").push_bind(Time(time));
    push_filter(&mut query, filter, None);
    query.push(BY_KIND).push(" UNION ALL SELECT i.severity, i.issue_type, count(*) AS n FROM e");
    query.push(" JOIN issues i ON i.key = e.key WHERE i.state > 0");
    push_filter(&mut query, filter, None);
    query
}

/// What has been active since before, and what ended since.
fn one_by_one(filter: &IssueFilter, search: Option<&Search>, time: Timestamp) -> QueryBuilder<Driver> {
    let mut query = QueryBuilder::new("SELECT severity, issue_type, CAST(sum(n) AS bigint) AS n FROM (");
    query.push("SELECT i.severity, i.issue_type, count(*) AS n FROM ");
    push_from(&mut query, search);
    query.push(" WHERE i.state = 1 AND i.detected_at <= ").push_bind(Time(time));
    push_filter(&mut query, filter, search);
    query.push(BY_KIND).push(" UNION ALL SELECT i.severity, i.issue_type, count(*) AS n FROM ");
    push_from(&mut query, search);
    query.push(" JOIN episodes e ON e.key = i.key WHERE i.state > 0 AND e.end_at > ").push_bind(Time(time));
    query.push(" AND e.started_at <= ").push_bind(Time(time));
    push_filter(&mut query, filter, search);
    query
}

/// Whether nothing but the namespace decides.
fn is_reach_only(filter: &IssueFilter) -> bool {
    *filter == IssueFilter::all(filter.reach.clone())
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
