//! Counting issues.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kite_core::{IssueFilter, IssueType, Reach, Severity, State};
use sqlx::{QueryBuilder, Row as _};

use super::super::dialect::{Db, Driver, Time};
use super::issues::{Search, push_filter, push_found, push_from, wrong};
use crate::{Counts, StoreError};

/// Counting across namespaces stops here.
const MOST_COUNTED: i64 = 10_000;

/// How many issues match.
pub async fn all(db: &Db, filter: &IssueFilter) -> Result<u64, StoreError> {
    Ok(total(db, filter, Search::of(db, filter).await?.as_ref()).await?.0)
}

/// How many issues match, and whether counting stopped early.
pub async fn total(db: &Db, filter: &IssueFilter, search: Option<&Search>) -> Result<(u64, bool), StoreError> {
    if is_counted(filter) {
        let mut query = QueryBuilder::<Driver>::new("SELECT CAST(coalesce(sum(i.count), 0) AS bigint) AS n FROM ");
        query.push(counters(filter)).push(" WHERE true");
        push_filter(&mut query, filter, None);
        return Ok((count(query.build().fetch_one(&db.readers).await?.try_get("n")?), false));
    }
    let one_namespace = matches!(&filter.reach, Reach::Only(namespaces) if namespaces.len() <= 1);
    let mut query = QueryBuilder::<Driver>::new("SELECT count(*) AS n FROM (SELECT 1 AS one FROM ");
    match search {
        // Every issue has one text, and there are no others. In one namespace its issues lead to few
        // texts; the index of texts would go through all that contain a frequent word.
        Some(search) if !one_namespace && is_search_only(filter) => {
            query.push("texts t WHERE true");
            push_found(&mut query, filter, search);
        }
        _ => {
            push_from(&mut query, search);
            query.push(" WHERE i.state > 0");
            push_filter(&mut query, filter, search);
        }
    }
    if !one_namespace {
        // In the order of an index, so that a frequent match is found early.
        query.push(" LIMIT ").push_bind(MOST_COUNTED + 1);
    }
    query.push(") AS matches");
    let found: i64 = query.build().fetch_one(&db.readers).await?.try_get("n")?;
    let stopped = !one_namespace && found > MOST_COUNTED;
    Ok((count(if stopped { MOST_COUNTED } else { found }), stopped))
}

/// All namespaces in which there ever was an issue, or that a source reports for.
pub async fn namespaces(db: &Db) -> Result<BTreeSet<String>, StoreError> {
    // From one namespace to the next in the index: there are many totals in each.
    let query = "WITH RECURSIVE found(namespace) AS (SELECT min(namespace) FROM totals UNION ALL \
         SELECT (SELECT min(c.namespace) FROM totals c WHERE c.namespace > found.namespace) FROM found \
         WHERE found.namespace IS NOT NULL) SELECT namespace FROM found WHERE namespace IS NOT NULL \
         UNION SELECT namespace FROM sources WHERE namespace <> ''";
    let rows = QueryBuilder::<Driver>::new(query).build().fetch_all(&db.readers).await?;
    rows.iter().map(|row| Ok(row.try_get("namespace")?)).collect()
}

/// All counts of the issues that match, and of those resolved since a time.
pub async fn counts(db: &Db, filter: &IssueFilter, resolved_since: Timestamp) -> Result<Counts, StoreError> {
    let search = Search::of(db, filter).await?;
    let mut query = if is_counted(filter) {
        QueryBuilder::<Driver>::new(
            "SELECT i.application, i.state, i.severity, i.issue_type, CAST(sum(i.count) AS bigint) AS n FROM counters i WHERE true",
        )
    } else {
        let mut query =
            QueryBuilder::<Driver>::new("SELECT i.application, i.state, i.severity, i.issue_type, count(*) AS n FROM ");
        push_from(&mut query, search.as_ref());
        query.push(" WHERE i.state > 0");
        query
    };
    push_filter(&mut query, filter, search.as_ref());
    query.push(" GROUP BY i.application, i.state, i.severity, i.issue_type");
    let mut issues = BTreeMap::new();
    for row in query.build().fetch_all(&db.readers).await? {
        let n = count(row.try_get("n")?);
        let state = State::from_code(row.try_get("state")?).ok_or_else(|| wrong("state"))?;
        let severity = Severity::from_code(row.try_get("severity")?).ok_or_else(|| wrong("severity"))?;
        let issue_type = IssueType::from_code(row.try_get("issue_type")?).ok_or_else(|| wrong("issue_type"))?;
        if n > 0 {
            issues.insert((row.try_get("application")?, state, severity, issue_type), n);
        }
    }
    Ok(Counts { issues, resolved_since: resolved(db, filter, search.as_ref(), resolved_since).await? })
}

/// How many issues match and were resolved since a time.
pub async fn resolved(
    db: &Db,
    filter: &IssueFilter,
    search: Option<&Search>,
    since: Timestamp,
) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::<Driver>::new("SELECT count(*) AS n FROM ");
    push_from(&mut query, search);
    query.push(" WHERE i.state = 2 AND i.resolved_at >= ").push_bind(Time(since));
    push_filter(&mut query, filter, search);
    Ok(count(query.build().fetch_one(&db.readers).await?.try_get("n")?))
}

/// How many active issues that match must be fixed before a time, and before a later one.
pub async fn due(db: &Db, filter: &IssueFilter, now: Timestamp, soon: Timestamp) -> Result<(u64, u64), StoreError> {
    let search = Search::of(db, filter).await?;
    let mut query = QueryBuilder::<Driver>::new("SELECT count(CASE WHEN i.due_at < ");
    query.push_bind(Time(now)).push(" THEN 1 END) AS overdue, count(*) AS n FROM ");
    push_from(&mut query, search.as_ref());
    query.push(" WHERE i.state = 1 AND i.due_at IS NOT NULL AND i.due_at < ").push_bind(Time(soon));
    push_filter(&mut query, filter, search.as_ref());
    let row = query.build().fetch_one(&db.readers).await?;
    Ok((count(row.try_get("overdue")?), count(row.try_get("n")?)))
}

/// Whether nothing but the text decides.
fn is_search_only(filter: &IssueFilter) -> bool {
    *filter == IssueFilter { search: filter.search.clone(), ..IssueFilter::all(filter.reach.clone()) }
}

/// Whether the counters answer for this filter.
pub(super) fn is_counted(filter: &IssueFilter) -> bool {
    filter.clusters.is_empty()
        && filter.resource_types.is_empty()
        && filter.resource_names.is_empty()
        && filter.components.is_empty()
        && filter.labels.is_empty()
        && filter.causes.is_empty()
        && filter.detected_from.is_none()
        && filter.detected_before.is_none()
        && filter.due_before.is_none()
        && filter.search.is_none()
}

/// The counters that answer for a filter, as `i`: those without applications when it asks for none.
pub(super) fn counters(filter: &IssueFilter) -> &'static str {
    if filter.applications.is_empty() { "totals i" } else { "counters i" }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
