//! Causes: issues by what they have in common.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kite_core::{Issue, IssueFilter, Reach, Severity, State};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::super::dialect::{COMPONENT, Db, Driver, Id, Time};
use super::decisions::{self, CAUSE};
use super::issues::{self, Search, push_filter, push_from, push_in, push_reach, wrong};
use super::load::Row;
use crate::{Cause, CauseCursor, CausePage, CauseQuery, Spread, StoreError};

/// Causes are told from so many issues at most: ranking a million takes seconds.
const MOST: i64 = 10_000;
/// Components of namespaces, then namespaces, then causes: `count(DISTINCT …)` would sort them all.
const CAUSES: &str = "SELECT key, CAST(sum(issues) AS bigint) AS issues, count(*) AS namespaces, \
     CAST(sum(components) AS bigint) AS components, max(severity) AS severity, min(first_seen_at) AS first_seen_at, \
     max(last_seen_at) AS last_seen_at, max(resolved_at) AS resolved_at, min(due_at) AS due_at, \
     CAST(sum(overdue) AS bigint) AS overdue FROM (";
const PLACES: &str = "SELECT key, namespace, sum(issues) AS issues, count(*) AS components, max(severity) AS severity, \
     min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at, max(resolved_at) AS resolved_at, \
     min(due_at) AS due_at, sum(overdue) AS overdue FROM (";
const PARTS: &str = "SELECT i.cause AS key, i.namespace, count(*) AS issues, max(i.severity) AS severity, \
     min(i.detected_at) AS first_seen_at, max(i.detected_at) AS last_seen_at, min(i.due_at) AS due_at, ";
/// How far a cause reaches, as the core tells it; and whether it is late.
const RANKED: &str = "SELECT page.*, count(*) OVER () AS total, CAST(sum(issues) OVER () AS bigint) AS counted, CAST(namespaces * components * (1 << (severity - 1)) AS bigint) \
     AS radius, CASE WHEN overdue > 0 THEN 1 ELSE 0 END AS late FROM (";
/// Active issues are not resolved; the index that finds them does not know when they were.
const NEVER: &str = "CAST(NULL AS timestamptz) AS resolved_at FROM ";
const OF_ISSUE: &str = " AS cause, i.namespace, i.component, i.resource_name, i.severity, i.detected_at, i.due_at, ";
const WORST: &str = " ORDER BY severity DESC, detected_at DESC, id DESC LIMIT 1)";

/// Reads a page of causes.
pub async fn list(db: &Db, wanted: &CauseQuery) -> Result<CausePage, StoreError> {
    let filter = IssueFilter { states: Vec::new(), ..wanted.filter.clone() };
    let search = Search::of(db, &filter).await?;
    let mut query = QueryBuilder::<Driver>::new("SELECT page.*, ");
    push_example(&mut query, wanted.state, &filter.reach);
    query.push(" AS example FROM (SELECT * FROM (").push(RANKED);
    query.push(CAUSES).push(PLACES);
    push_parts(&mut query, wanted, &filter, search.as_ref());
    query.push(") AS parts GROUP BY key, namespace) AS places GROUP BY key) AS page WHERE ");
    match wanted.state {
        State::Active => query.push("true"),
        State::Resolved => {
            push_example(&mut query, State::Active, &filter.reach);
            query.push(" IS NULL")
        }
    };
    query.push(") AS ranked WHERE true");
    if let Some(after) = &wanted.after {
        push_cursor(&mut query, after);
    }
    query.push(" ORDER BY late DESC, radius DESC, key LIMIT ").push_bind(i64::from(wanted.limit) + 1);
    query.push(") AS page ORDER BY late DESC, radius DESC, key");
    let rows = query.build().fetch_all(&db.readers).await?;
    let of_all = |column| rows.first().map(|row| number(row, column)).transpose().map(Option::unwrap_or_default);
    let (total, is_complete) = (of_all("total")?, of_all("counted")? <= MOST.unsigned_abs());
    let shown = rows.get(..rows.len().min(wanted.limit as usize)).unwrap_or_default();
    let causes = read(db, &filter.reach, shown, wanted.state).await?;
    let next = causes.last().filter(|_| rows.len() > shown.len()).map(Cause::cursor);
    Ok(CausePage { causes, total, is_complete, next })
}

/// Counts the active issues of some causes, within reach and beyond it. What people decided elsewhere does not
/// count: beyond reach are those whose reports say the same.
pub async fn spread(db: &Db, reach: &Reach, keys: &[String]) -> Result<BTreeMap<String, Spread>, StoreError> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sources = decisions::sources(db, reach, keys).await?;
    let told = keys.iter().map(|key| (key.clone(), key.clone())).chain(sources);
    let mut told_as: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (source, key) in told {
        told_as.entry(source).or_default().push(key);
    }
    let mut query =
        QueryBuilder::<Driver>::new("SELECT key, namespace, visible, count(*) AS issues FROM (SELECT i.namespace, ");
    push_visible(&mut query, reach);
    query.push(" AS visible, CASE WHEN ");
    push_visible(&mut query, reach);
    query
        .push(" = 1 THEN ")
        .push(CAUSE)
        .push(" ELSE i.cause END AS key FROM issues i WHERE i.state = 1 AND i.cause <> ''");
    push_in(&mut query, "i.cause", told_as.keys().cloned());
    query.push(") AS seen GROUP BY key, namespace, visible");
    let mut spreads: BTreeMap<String, Spread> = BTreeMap::new();
    let mut elsewhere: BTreeSet<(String, String)> = BTreeSet::new();
    for row in query.build().fetch_all(&db.readers).await? {
        let (key, issues): (String, u64) = (row.try_get("key")?, number(&row, "issues")?);
        if row.try_get::<i32, _>("visible")? == 1 {
            if keys.contains(&key) {
                let spread = spreads.entry(key).or_default();
                (spread.issues, spread.namespaces) = (spread.issues + issues, spread.namespaces + 1);
            }
            continue;
        }
        let namespace: String = row.try_get("namespace")?;
        for key in told_as.get(&key).into_iter().flatten() {
            let spread = spreads.entry(key.clone()).or_default();
            spread.hidden_issues += issues;
            spread.hidden_namespaces += u64::from(elsewhere.insert((key.clone(), namespace.clone())));
        }
    }
    Ok(spreads)
}

/// Adds whether the namespace of `i` is within reach.
fn push_visible(query: &mut QueryBuilder<Driver>, reach: &Reach) {
    query.push("CASE WHEN true");
    push_reach(query, "i.namespace", reach);
    query.push(" THEN 1 ELSE 0 END");
}

/// Adds the worst and newest issue of the cause `page.key`: one of those that are stored under this key, or of those
/// that people put down to it.
fn push_example(query: &mut QueryBuilder<Driver>, state: State, reach: &Reach) {
    let found = [
        ("SELECT * FROM (", "issues i WHERE i.cause = page.key", " AS stored"),
        (
            " UNION ALL SELECT * FROM (",
            "cause_decisions p JOIN issues i ON i.namespace = p.namespace AND i.cause = p.source WHERE p.target = page.key",
            " AS decided",
        ),
    ];
    query.push("(SELECT id FROM (");
    for (begin, of, end) in found {
        query.push(begin).push("SELECT i.id, i.severity, i.detected_at FROM ").push(of);
        query.push(" AND i.cause <> '' AND i.state = ").push_bind(state.code());
        push_reach(query, "i.namespace", reach);
        query.push(" AND ").push(CAUSE).push(" = page.key").push(WORST).push(end);
    }
    query.push(") AS found").push(WORST);
}

/// Adds the components that are broken, of each cause in each namespace.
fn push_parts(query: &mut QueryBuilder<Driver>, wanted: &CauseQuery, filter: &IssueFilter, search: Option<&Search>) {
    query
        .push(PARTS)
        .push(COMPONENT)
        .push(" AS component, max(i.resolved_at) AS resolved_at, count(CASE WHEN i.due_at < ");
    query.push_bind(Time(wanted.now)).push(" THEN 1 END) AS overdue FROM (SELECT ");
    query.push(CAUSE).push(OF_ISSUE);
    query.push(match wanted.state {
        State::Active => NEVER,
        State::Resolved => "i.resolved_at FROM ",
    });
    push_from(query, search);
    query.push(match wanted.state {
        State::Active => " WHERE i.state = 1 AND i.cause <> ''",
        State::Resolved => " WHERE i.state = 2 AND i.cause <> '' AND i.resolved_at >= ",
    });
    if wanted.state == State::Resolved {
        query.push_bind(Time(wanted.resolved_since));
    }
    push_filter(query, filter, search);
    query.push(match wanted.state {
        State::Active => " ORDER BY i.severity DESC, i.detected_at DESC, i.key DESC LIMIT ",
        State::Resolved => " ORDER BY i.resolved_at DESC, i.key DESC LIMIT ",
    });
    query.push_bind(MOST + 1).push(") AS i");
    query.push(" GROUP BY i.cause, i.namespace, ").push(COMPONENT);
}

fn push_cursor(query: &mut QueryBuilder<Driver>, after: &CauseCursor) {
    let (late, radius) = (i32::from(after.is_overdue), i64::try_from(after.radius).unwrap_or(i64::MAX));
    query.push(" AND (late < ").push_bind(late).push(" OR (late = ").push_bind(late);
    query.push(" AND (radius < ").push_bind(radius).push(" OR (radius = ").push_bind(radius);
    query.push(" AND key > ").push_bind(after.key.clone()).push("))))");
}

/// Causes from their rows, with the issues that speak for them.
async fn read(db: &Db, reach: &Reach, rows: &[Row], state: State) -> Result<Vec<Cause>, StoreError> {
    let ids = rows.iter().filter_map(|row| row.try_get::<Option<Id>, _>("example").transpose());
    let ids: Vec<Uuid> = ids.map(|id| Ok(id?.0)).collect::<Result<_, StoreError>>()?;
    let examples = issues::get_all(db, reach, &ids).await?;
    let mut examples: HashMap<_, _> = examples.into_iter().map(|issue| (issue.id, issue)).collect();
    let mut causes = Vec::with_capacity(rows.len());
    for row in rows {
        let id: Option<Id> = row.try_get("example")?;
        // It may have changed since.
        if let Some(example) = id.and_then(|id| examples.remove(&id.0)) {
            causes.push(cause(row, example, state)?);
        }
    }
    Ok(causes)
}

fn cause(row: &Row, example: Issue, state: State) -> Result<Cause, StoreError> {
    let time = |column| Ok::<_, StoreError>(row.try_get::<Option<Time>, _>(column)?.map(|time| time.0));
    Ok(Cause {
        key: row.try_get("key")?,
        example,
        state,
        issues: number(row, "issues")?,
        namespaces: number(row, "namespaces")?,
        components: number(row, "components")?,
        severity: Severity::from_code(row.try_get("severity")?).ok_or_else(|| wrong("severity"))?,
        radius: number(row, "radius")?,
        first_seen_at: row.try_get::<Time, _>("first_seen_at")?.0,
        last_seen_at: row.try_get::<Time, _>("last_seen_at")?.0,
        resolved_at: time("resolved_at")?,
        due_at: time("due_at")?,
        overdue: number(row, "overdue")?,
    })
}

fn number(row: &Row, column: &'static str) -> Result<u64, StoreError> {
    Ok(row.try_get::<i64, _>(column)?.unsigned_abs())
}
