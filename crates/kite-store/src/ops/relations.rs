//! Relations between issues of one namespace.

use std::collections::HashMap;

use kite_core::{IssueType, Severity, State};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::super::connect::begin;
use super::super::dialect::{Db, Driver, Id, Time};
use super::issues::{scope, wrong};
use super::load::Row;
use crate::{Related, Relating, Relation, StoreError};

const RELATED: &str = "SELECT i.id, i.cluster, i.namespace, i.resource_type, i.resource_name, i.resource_namespace, i.state, \
     i.severity, i.issue_type, i.detected_at, t.title FROM issues i JOIN texts t ON t.key = i.key WHERE i.state > 0 AND i.id IN (";
const EXISTS: &str =
    "SELECT 1 AS one FROM relations WHERE (source = $1 AND target = $2) OR (source = $2 AND target = $1)";
const REMOVE: &str = "DELETE FROM relations WHERE (source = $1 AND target = $2) OR (source = $2 AND target = $1)";

/// Reads the relations of these issues, in both directions.
pub async fn list(db: &Db, issues: &[Uuid]) -> Result<Vec<Relation>, StoreError> {
    if issues.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Driver>::new("SELECT id, source, target FROM relations WHERE source IN (");
    push_ids(&mut query, issues);
    query.push(") OR target IN (");
    push_ids(&mut query, issues);
    query.push(") ORDER BY id");
    let mut pairs = Vec::new();
    for row in query.build().fetch_all(&db.readers).await? {
        let id = |column| Ok::<_, StoreError>(row.try_get::<Id, _>(column)?.0);
        pairs.push((id("id")?, id("source")?, id("target")?));
    }
    let ends: Vec<Uuid> = pairs.iter().flat_map(|(_, source, target)| [*source, *target]).collect();
    let ends = related(db, &ends).await?;
    let relation = |(id, source, target): (Uuid, Uuid, Uuid)| {
        Some(Relation { id, source: ends.get(&source)?.clone(), target: ends.get(&target)?.clone() })
    };
    Ok(pairs.into_iter().filter_map(relation).collect())
}

/// Relates two issues of one namespace.
pub async fn add(db: &Db, source: Uuid, target: Uuid) -> Result<Relating, StoreError> {
    let mut transaction = begin(db).await?;
    // Locked in the order of their keys, as every writer does.
    let statement = super::super::dialect::LOCK_TWO_ISSUES;
    let rows = sqlx::query(statement).bind(Id(source)).bind(Id(target)).fetch_all(&mut *transaction).await?;
    let namespaces = rows.iter().map(|row| row.try_get::<String, _>("namespace")).collect::<Result<Vec<_>, _>>()?;
    if !matches!(&namespaces[..], [one, other] if one == other) {
        return Ok(Relating::Missing);
    }
    let exists = sqlx::query(EXISTS).bind(Id(source)).bind(Id(target)).fetch_optional(&mut *transaction).await?;
    if exists.is_some() {
        return Ok(Relating::Exists);
    }
    let insert = sqlx::query("INSERT INTO relations (id, source, target) VALUES ($1, $2, $3)");
    insert.bind(Id(Uuid::now_v7())).bind(Id(source)).bind(Id(target)).execute(&mut *transaction).await?;
    let mark = sqlx::query("UPDATE issues SET related = true WHERE id IN ($1, $2)");
    mark.bind(Id(source)).bind(Id(target)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Relating::Added)
}

/// Removes the relation between two issues. False: there was none.
pub async fn remove(db: &Db, one: Uuid, other: Uuid) -> Result<bool, StoreError> {
    let mut transaction = begin(db).await?;
    let removed = sqlx::query(REMOVE).bind(Id(one)).bind(Id(other)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(removed.rows_affected() > 0)
}

async fn related(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Related>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = QueryBuilder::<Driver>::new(RELATED);
    push_ids(&mut query, ids);
    query.push(")");
    let rows = query.build().fetch_all(&db.readers).await?;
    rows.iter().map(|row| one_related(row).map(|related| (related.id, related))).collect()
}

fn one_related(row: &Row) -> Result<Related, StoreError> {
    Ok(Related {
        id: row.try_get::<Id, _>("id")?.0,
        title: row.try_get("title")?,
        severity: Severity::from_code(row.try_get("severity")?).ok_or_else(|| wrong("severity"))?,
        issue_type: IssueType::from_code(row.try_get("issue_type")?).ok_or_else(|| wrong("issue_type"))?,
        state: State::from_code(row.try_get("state")?).ok_or_else(|| wrong("state"))?,
        detected_at: row.try_get::<Time, _>("detected_at")?.0,
        scope: scope(row)?,
    })
}

fn push_ids(query: &mut QueryBuilder<Driver>, ids: &[Uuid]) {
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(Id(*id));
    }
}
