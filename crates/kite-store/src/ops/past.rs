//! Reading the past of identities that must be folded again.

use std::collections::HashMap;

use kite_core::batch::{Past, ReportKey, Reread, Rewrite, Said};
use kite_core::ledger::Episode;
use kite_core::{Content, Identity, Position};
use sqlx::Row as _;

use super::super::dialect::{Connection, Id, Time};
use super::load::{self, Row};
use crate::{StoreError, keys, stored};

/// The columns of a report whose content, if it is a failure, is not needed.
macro_rules! slim_reports {
    ($condition:literal) => {
        concat!(
            "SELECT kind, run_id, occurred_at, sweep_run, issue_type, variant, ended_at, expires_at, ",
            "CASE WHEN kind = 0 THEN '' ELSE said END AS said FROM reports WHERE ",
            $condition
        )
    };
}

const CHECKPOINT: &str = "SELECT number, started_at, count, count_so_far, end_at, end_run, end_code, ending, ended_by, clean \
     FROM episodes WHERE key = $1 AND clean AND end_at < $2 ORDER BY number DESC LIMIT 1";
const OF_SCOPE: &str = slim_reports!("scope_key = $1 AND occurred_at >= $2 AND (target_key = $3 OR kind IN (1, 2, 3))");
const DECISIONS: &str = slim_reports!("target_key = $1 AND kind IN (4, 5, 6, 7) AND occurred_at < $2");
const SAID: &str = "SELECT said FROM reports WHERE target_key = $1 AND run_id = $2 AND kind = $3";

/// Reads each past from its last clean episode on.
pub(super) async fn read(connection: &mut Connection, rewrites: Vec<Rewrite>) -> Result<Vec<Past>, StoreError> {
    let mut pasts = Vec::with_capacity(rewrites.len());
    for Rewrite { identity, from } in rewrites {
        let checkpoint = match from {
            Some(from) => checkpoint(connection, &identity, &from).await?,
            None => None,
        };
        let since = Time(checkpoint.as_ref().map_or(jiff::Timestamp::UNIX_EPOCH, |episode| episode.end.at));
        let (scope_key, key) = (Id(keys::scope_key(&identity.scope)), Id(keys::identity_key(&identity)));
        let of_scope = sqlx::query(OF_SCOPE).bind(scope_key).bind(since).bind(key).fetch_all(&mut *connection).await?;
        let decisions = sqlx::query(DECISIONS).bind(key).bind(since).fetch_all(&mut *connection).await?;
        let reports = of_scope.iter().chain(&decisions).map(|row| load::report(row, &identity.scope));
        let mut reports = reports.collect::<Result<Vec<_>, _>>()?;
        reports.retain(|report| report.key.target.covers(&identity));
        pasts.push(Past { identity, checkpoint, reports });
    }
    Ok(pasts)
}

/// Reads the contents that are to be shown again.
pub(super) async fn contents(
    connection: &mut Connection,
    needed: &[Reread],
) -> Result<HashMap<ReportKey, Content>, StoreError> {
    let mut contents = HashMap::new();
    for Reread { key, .. } in needed {
        let query = sqlx::query(SAID).bind(Id(keys::target_key(&key.target))).bind(&key.run_id).bind(key.kind.code());
        let Some(row) = query.fetch_optional(&mut *connection).await? else {
            continue;
        };
        if let Said::Failed(content) = stored::read_said(key.kind, row.try_get("said")?)? {
            contents.insert(key.clone(), *content);
        }
    }
    Ok(contents)
}

async fn checkpoint(
    connection: &mut Connection,
    identity: &Identity,
    from: &Position,
) -> Result<Option<Episode>, StoreError> {
    let query = sqlx::query(CHECKPOINT).bind(Id(keys::identity_key(identity))).bind(Time(from.at));
    query.fetch_optional(&mut *connection).await?.map(|row| episode(&row)).transpose()
}

/// An episode from its row.
pub(super) fn episode(row: &Row) -> Result<Episode, StoreError> {
    let ending = stored::ending_of(row.try_get("ending")?, row.try_get("ended_by")?);
    Ok(Episode {
        number: row.try_get::<i64, _>("number")?.unsigned_abs(),
        started_at: row.try_get::<Time, _>("started_at")?.0,
        count: row.try_get::<i64, _>("count")?.unsigned_abs(),
        count_so_far: row.try_get::<i64, _>("count_so_far")?.unsigned_abs(),
        end: Position::from_code(
            row.try_get::<Time, _>("end_at")?.0,
            row.try_get("end_run")?,
            row.try_get("end_code")?,
        ),
        ending: ending.ok_or(StoreError::Inconsistent { table: "episodes", column: "ending" })?,
        clean: row.try_get("clean")?,
    })
}
