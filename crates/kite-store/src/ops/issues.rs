//! Reading issues: one, or pages of them.

use jiff::Timestamp;
use kite_core::{Identity, Issue, IssueFilter, IssueType, Reach, Scope, Severity, State, text};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::super::dialect::{Db, Driver, Id, LABEL, Time, is_rare, issues_and_texts, push_search};
use super::decisions::CAUSE;
use super::load::Row;
use super::totals;
use crate::stored::{self, DetailsJson, LedgerJson};
use crate::{Cursor, ListQuery, Page, Sort, Start, StoreError};

const COLUMNS: &str = "SELECT i.id, i.cluster, i.namespace, i.resource_type, i.resource_name, i.resource_namespace, \
     i.reported_type, i.variant, i.state, i.severity, i.issue_type, i.detected_at, i.resolved_at, i.ledger, i.details, i.related, \
     i.created_at, i.updated_at, t.title, t.description, ";
const ISSUES: &str = "issues i JOIN texts t ON t.key = i.key WHERE i.state > 0";

/// Reads one issue. One that is out of reach takes as long as none, as no text of it is read.
pub async fn get(db: &Db, reach: &Reach, id: Uuid) -> Result<Option<Issue>, StoreError> {
    let mut query = columns();
    query.push(ISSUES).push(" AND i.id = ").push_bind(Id(id));
    push_reach(&mut query, "i.namespace", reach);
    query.build().fetch_optional(&db.readers).await?.map(|row| issue(&row)).transpose()
}

/// Reads the issues of these ids that are there and within reach.
pub async fn get_all(db: &Db, reach: &Reach, ids: &[Uuid]) -> Result<Vec<Issue>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = columns();
    query.push(ISSUES);
    push_in(&mut query, "i.id", ids.iter().map(|id| Id(*id)));
    push_reach(&mut query, "i.namespace", reach);
    query.build().fetch_all(&db.readers).await?.iter().map(issue).collect()
}

/// Reads a page.
pub async fn list(db: &Db, wanted: &ListQuery) -> Result<Page, StoreError> {
    let order = match wanted.sort {
        Sort::Newest => " ORDER BY i.detected_at DESC, i.id DESC",
        Sort::Worst => " ORDER BY i.severity DESC, i.detected_at DESC, i.id DESC",
    };
    let search = Search::of(db, &wanted.filter).await?;
    // Only what is shown needs its text, not what an offset skips.
    let mut query = columns();
    query.push("(SELECT i.* FROM ");
    push_from(&mut query, search.as_ref());
    query.push(" WHERE i.state > 0");
    push_filter(&mut query, &wanted.filter, search.as_ref());
    if let Start::After(cursor) = &wanted.start {
        push_cursor(&mut query, wanted.sort, cursor);
    }
    // One more than asked for tells whether there is a next page.
    query.push(order).push(" LIMIT ").push_bind(i64::from(wanted.limit) + 1);
    if let Start::Offset(offset) = wanted.start {
        query.push(" OFFSET ").push_bind(i64::try_from(offset).unwrap_or(i64::MAX));
    }
    query.push(") AS i JOIN texts t ON t.key = i.key").push(order);
    let (rows, (total, total_is_lower_bound)) = tokio::try_join!(
        async { Ok(query.build().fetch_all(&db.readers).await?) },
        totals::total(db, &wanted.filter, search.as_ref())
    )?;
    let mut issues = rows.iter().map(issue).collect::<Result<Vec<_>, _>>()?;
    let limit = wanted.limit as usize;
    let more = issues.len() > limit;
    issues.truncate(limit);
    let next = issues.last().filter(|_| more).map(|last| Cursor {
        severity: last.severity,
        detected_at: last.detected_at,
        id: last.id,
    });
    Ok(Page { issues, total, total_is_lower_bound, next })
}

/// Reads issues that match and were resolved since a time, newest first; a search is left aside.
pub async fn resolved(db: &Db, filter: &IssueFilter, since: Timestamp, limit: u32) -> Result<Vec<Issue>, StoreError> {
    let filter = IssueFilter { search: None, ..filter.clone() };
    let mut query = columns();
    query.push("(SELECT i.* FROM issues i WHERE i.state = 2 AND i.resolved_at >= ").push_bind(Time(since));
    push_filter(&mut query, &filter, None);
    let order = " ORDER BY i.resolved_at DESC, i.id DESC";
    query.push(order).push(" LIMIT ").push_bind(i64::from(limit));
    query.push(") AS i JOIN texts t ON t.key = i.key").push(order);
    query.build().fetch_all(&db.readers).await?.iter().map(issue).collect()
}

/// A text that is searched for.
#[derive(Debug)]
pub struct Search {
    /// In lower case, as texts are stored.
    pub wanted: String,
    /// Whether few texts contain it; then they are found first, and otherwise it is looked for in
    /// issue after issue.
    pub is_rare: bool,
}

impl Search {
    /// What a filter searches for, if anything.
    pub(super) async fn of(db: &Db, filter: &IssueFilter) -> Result<Option<Self>, StoreError> {
        let Some(wanted) = filter.search.as_deref().map(text::fold_case) else { return Ok(None) };
        let is_rare = is_rare(db, &wanted).await?;
        Ok(Some(Self { wanted, is_rare }))
    }
}

/// Adds `i` (issues), with `t` (texts) when something is searched for.
pub(super) fn push_from(query: &mut QueryBuilder<Driver>, search: Option<&Search>) {
    query.push(search.map_or("issues i", |search| issues_and_texts(search.is_rare)));
}

/// Adds the search's conditions on `t`.
pub(super) fn push_found(query: &mut QueryBuilder<Driver>, filter: &IssueFilter, search: &Search) {
    push_search(query, search);
    push_reach(query, "t.namespace", &filter.reach);
}

/// Adds the filter's conditions on `i` and `t`.
pub(super) fn push_filter(query: &mut QueryBuilder<Driver>, filter: &IssueFilter, search: Option<&Search>) {
    push_reach(query, "i.namespace", &filter.reach);
    push_any(query, "i.cluster", filter.clusters.iter().cloned());
    push_any(query, "i.state", filter.states.iter().map(|state| state.code()));
    push_any(query, "i.severity", filter.severities.iter().map(|severity| severity.code()));
    push_any(query, "i.issue_type", filter.types.iter().map(|issue_type| issue_type.code()));
    push_any(query, "i.resource_type", filter.resource_types.iter().cloned());
    push_any(query, "i.resource_name", filter.resource_names.iter().cloned());
    push_label(query, "i.application", &filter.applications);
    push_label(query, "i.component", &filter.components);
    if !filter.causes.is_empty() {
        push_causes(query, filter);
    }
    for (key, values) in &filter.labels {
        query.push(" AND ").push(LABEL).push_bind(key.clone()).push(" IN (");
        let mut list = query.separated(", ");
        for value in values {
            list.push_bind(value.clone());
        }
        query.push(")");
    }
    if let Some(from) = filter.detected_from {
        query.push(" AND i.detected_at >= ").push_bind(Time(from));
    }
    if let Some(before) = filter.detected_before {
        query.push(" AND i.detected_at < ").push_bind(Time(before));
    }
    if let Some(before) = filter.due_before {
        query.push(" AND i.due_at < ").push_bind(Time(before));
    }
    if let Some(search) = search {
        push_found(query, filter, search);
    }
}

/// Adds the condition that the cause is one of some, found by the key that it has without people's decisions.
fn push_causes(query: &mut QueryBuilder<Driver>, filter: &IssueFilter) {
    let keys: Vec<_> = filter.causes.iter().chain(&filter.merged_causes).cloned().collect();
    push_in(query, "i.cause", keys.into_iter());
    // Its index leaves out issues without a cause.
    query.push(" AND i.cause <> ''");
    push_in(query, CAUSE, filter.causes.iter().cloned());
}

/// Begins a query for issues.
fn columns() -> QueryBuilder<Driver> {
    let mut query = QueryBuilder::new(COLUMNS);
    query.push(CAUSE).push(" AS cause FROM ");
    query
}

/// Adds the condition that a namespace is within reach.
pub(super) fn push_reach(query: &mut QueryBuilder<Driver>, column: &'static str, reach: &Reach) {
    if let Reach::Only(namespaces) = reach {
        push_in(query, column, namespaces.iter().cloned());
    }
}

/// Adds a condition on a label that has a column. Its index leaves out issues without the label.
fn push_label(query: &mut QueryBuilder<Driver>, column: &'static str, values: &[String]) {
    push_any(query, column, values.iter().cloned());
    if !values.is_empty() && values.iter().all(|value| !value.is_empty()) {
        query.push(" AND ").push(column).push(" <> ''");
    }
}

fn push_cursor(query: &mut QueryBuilder<Driver>, sort: Sort, cursor: &Cursor) {
    match sort {
        Sort::Newest => query.push(" AND (i.detected_at, i.id) < ("),
        Sort::Worst => {
            query.push(" AND (i.severity, i.detected_at, i.id) < (").push_bind(cursor.severity.code()).push(", ")
        }
    };
    query.push_bind(Time(cursor.detected_at)).push(", ").push_bind(Id(cursor.id)).push(")");
}

fn push_any<T>(query: &mut QueryBuilder<Driver>, column: &'static str, values: impl ExactSizeIterator<Item = T>)
where
    T: sqlx::Type<Driver> + for<'q> sqlx::Encode<'q, Driver> + Send + 'static,
{
    if values.len() > 0 {
        push_in(query, column, values);
    }
}

/// Adds the condition that a column has one of some values.
pub(super) fn push_in<T>(
    query: &mut QueryBuilder<Driver>,
    column: &'static str,
    values: impl ExactSizeIterator<Item = T>,
) where
    T: sqlx::Type<Driver> + for<'q> sqlx::Encode<'q, Driver> + Send + 'static,
{
    if values.len() == 0 {
        query.push(" AND false");
        return;
    }
    query.push(" AND ").push(column).push(" IN (");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}

/// The scope in a row of `i`.
pub(super) fn scope(row: &Row) -> Result<Scope, StoreError> {
    Ok(Scope {
        cluster: row.try_get("cluster")?,
        namespace: row.try_get("namespace")?,
        resource_type: row.try_get("resource_type")?,
        resource_name: row.try_get("resource_name")?,
        resource_namespace: row.try_get("resource_namespace")?,
    })
}

/// An error that names a column of `issues`.
pub(super) fn wrong(column: &'static str) -> StoreError {
    StoreError::Inconsistent { table: "issues", column }
}

fn issue(row: &Row) -> Result<Issue, StoreError> {
    let ledger: LedgerJson = stored::read("issues", "ledger", row.try_get("ledger")?)?;
    let ledger = ledger.ledger().ok_or_else(|| wrong("ledger"))?;
    let newest = ledger.newest.as_ref().ok_or_else(|| wrong("ledger"))?;
    let details: DetailsJson = stored::read("issues", "details", row.try_get("details")?)?;
    let severity = Severity::from_code(row.try_get("severity")?).ok_or_else(|| wrong("severity"))?;
    let content = details.content(row.try_get("title")?, row.try_get("description")?, severity);
    let issue_type = |column| IssueType::from_code(row.try_get(column).unwrap_or(-1)).ok_or_else(|| wrong(column));
    Ok(Issue {
        id: row.try_get::<Id, _>("id")?.0,
        identity: Identity {
            scope: scope(row)?,
            issue_type: issue_type("reported_type")?,
            variant: row.try_get("variant")?,
        },
        issue_type: issue_type("issue_type")?,
        state: State::from_code(row.try_get("state")?).ok_or_else(|| wrong("state"))?,
        severity,
        title: content.title,
        description: content.description,
        links: content.links,
        labels: content.labels,
        cause: Some(row.try_get::<String, _>("cause")?).filter(|cause| !cause.is_empty()),
        reason: content.reason,
        diagnosis: content.diagnosis,
        due_at: content.due_at,
        expires_at: content.expires_at,
        run_id: newest.run_id.clone(),
        last_failed_at: newest.occurred_at,
        detected_at: row.try_get::<Time, _>("detected_at")?.0,
        resolved_at: row.try_get::<Option<Time>, _>("resolved_at")?.map(|time| time.0),
        count: ledger.count,
        episodes: ledger.episodes(),
        created_at: row.try_get::<Time, _>("created_at")?.0,
        updated_at: row.try_get::<Time, _>("updated_at")?.0,
        related: row.try_get("related")?,
    })
}
