//! Counts beside the values of filters.

use std::collections::BTreeMap;

use kite_core::{IssueFilter, IssueType, Severity, State};
use sqlx::{QueryBuilder, Row as _};

use super::super::dialect::{Db, Driver};
use super::issues::{push_filter, wrong};
use super::totals::{counters, is_counted};
use crate::{Cube, Dimension, StoreError};

/// Counters that are summed up to count values, at most.
const MOST_COUNTERS: i64 = 20_000;
/// Issues that are looked at one by one to count values, at most.
const MOST_ISSUES: i64 = 10_000;
const COUNTED: &str =
    "WITH found AS MATERIALIZED (SELECT i.application AS value, i.count FROM counters i WHERE i.application <> ''";
const APPLICATIONS: &str = "WITH found AS MATERIALIZED (SELECT i.application AS value, 1 AS count FROM issues i \
     WHERE i.state > 0 AND i.application <> ''";
const COMPONENTS: &str = "WITH found AS MATERIALIZED (SELECT i.component AS value, 1 AS count FROM issues i \
     WHERE i.state > 0 AND i.component <> ''";

/// How many issues there are of each state, severity and type, whatever the filter says of these;
/// `None` when that takes counting them one by one.
pub async fn cube(db: &Db, filter: &IssueFilter) -> Result<Option<Cube>, StoreError> {
    let filter = IssueFilter { states: Vec::new(), severities: Vec::new(), types: Vec::new(), ..filter.clone() };
    if !is_counted(&filter) {
        return Ok(None);
    }
    let mut query = QueryBuilder::<Driver>::new(
        "SELECT i.state, i.severity, i.issue_type, CAST(sum(i.count) AS bigint) AS n FROM ",
    );
    query.push(counters(&filter)).push(" WHERE true");
    push_filter(&mut query, &filter, None);
    query.push(" GROUP BY i.state, i.severity, i.issue_type");
    let mut cube = BTreeMap::new();
    for row in query.build().fetch_all(&db.readers).await? {
        let state = State::from_code(row.try_get("state")?).ok_or_else(|| wrong("state"))?;
        let severity = Severity::from_code(row.try_get("severity")?).ok_or_else(|| wrong("severity"))?;
        let issue_type = IssueType::from_code(row.try_get("issue_type")?).ok_or_else(|| wrong("issue_type"))?;
        cube.insert((state, severity, issue_type), count(row.try_get("n")?));
    }
    cube.retain(|_, n| *n > 0);
    Ok(Some(cube))
}

/// The most frequent values among the issues that match, a search aside, and how many have each. Empty when there
/// is too much to count.
pub async fn top(
    db: &Db,
    filter: &IssueFilter,
    dimension: Dimension,
    limit: u32,
) -> Result<Vec<(String, u64)>, StoreError> {
    let filter = IssueFilter { search: None, ..filter.clone() };
    let (some, most) = match dimension {
        Dimension::Application if is_counted(&filter) => (COUNTED, MOST_COUNTERS),
        Dimension::Application => (APPLICATIONS, MOST_ISSUES),
        Dimension::Component => (COMPONENTS, MOST_ISSUES),
    };
    let mut query = QueryBuilder::<Driver>::new(some);
    push_filter(&mut query, &filter, None);
    query.push(" LIMIT ").push_bind(most + 1).push(") SELECT value, CAST(sum(count) AS bigint) AS n FROM found");
    query.push(" WHERE (SELECT count(*) FROM found) <= ").push_bind(most);
    query.push(" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ").push_bind(i64::from(limit));
    let mut values = Vec::new();
    for row in query.build().fetch_all(&db.readers).await? {
        values.push((row.try_get("value")?, count(row.try_get("n")?)));
    }
    values.retain(|(_, n)| *n > 0);
    Ok(values)
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
