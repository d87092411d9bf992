//! What happened to one issue.

use kite_core::{Change, Identity};
use sqlx::Row as _;
use uuid::Uuid;

use super::super::dialect::{Db, Id, Time};
use super::issues::wrong;
use super::load::Row;
use crate::stored::{self, ChangeJson, LedgerJson};
use crate::{ChangeRow, EpisodeRow, FeedCursor, History, Occurrence, StoreError, keys};

const CHANGES: &str = "SELECT id, xact, at, issue_id, namespace, change FROM changes WHERE issue_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const EPISODES: &str = "SELECT number, started_at, count, count_so_far, end_at, end_run, end_code, ending, ended_by, clean \
     FROM episodes WHERE key = $1 ORDER BY number DESC LIMIT 100";

const OCCURRENCES: &str = "SELECT run_id, occurred_at FROM reports WHERE scope_key = $1 AND target_key = $2 AND kind = 0 \
     ORDER BY occurred_at DESC LIMIT $3";

/// Reads an issue's history, newest first, from before a change on.
pub async fn read(db: &Db, issue: Uuid, before: Option<i64>, limit: u32) -> Result<Option<History>, StoreError> {
    let found = sqlx::query("SELECT key, ledger FROM issues WHERE id = $1 AND state > 0").bind(Id(issue));
    let Some(found) = found.fetch_optional(&db.readers).await? else {
        return Ok(None);
    };
    let ledger: LedgerJson = stored::read("issues", "ledger", found.try_get("ledger")?)?;
    let open = ledger.ledger().ok_or_else(|| wrong("ledger"))?.open.map(|open| EpisodeRow {
        number: open.number,
        started_at: open.started_at,
        ended_at: None,
        count: open.count,
        end_reason: None,
        ended_by: None,
    });
    let ended = sqlx::query(EPISODES).bind(found.try_get::<Id, _>("key")?).fetch_all(&db.readers).await?;
    let ended = ended.iter().map(episode).collect::<Result<Vec<_>, _>>()?;
    let query = sqlx::query(CHANGES).bind(Id(issue)).bind(before.unwrap_or(i64::MAX)).bind(i64::from(limit) + 1);
    let rows = query.fetch_all(&db.readers).await?;
    let mut changes = rows.iter().map(|row| change(row, Uuid::nil())).collect::<Result<Vec<_>, _>>()?;
    let more = changes.len() > limit as usize;
    changes.truncate(limit as usize);
    Ok(Some(History { episodes: open.into_iter().chain(ended).collect(), changes, more }))
}

/// Reads an issue's last failed attempts, newest first.
pub async fn occurrences(db: &Db, issue: &Identity, limit: u32) -> Result<Vec<Occurrence>, StoreError> {
    let (scope, key) = (keys::scope_key(&issue.scope), keys::identity_key(issue));
    let query = sqlx::query(OCCURRENCES).bind(Id(scope)).bind(Id(key)).bind(i64::from(limit));
    let rows = query.fetch_all(&db.readers).await?;
    let occurrence = |row: &Row| {
        Ok(Occurrence { run_id: row.try_get("run_id")?, occurred_at: row.try_get::<Time, _>("occurred_at")?.0 })
    };
    rows.iter().map(occurrence).collect()
}

fn episode(row: &Row) -> Result<EpisodeRow, StoreError> {
    let episode = super::past::episode(row)?;
    let (reason, ended_by) = stored::ending_code(&episode.ending);
    Ok(EpisodeRow {
        number: episode.number,
        started_at: episode.started_at,
        ended_at: Some(episode.end.at),
        count: episode.count,
        end_reason: kite_core::Reason::from_code(reason),
        ended_by,
    })
}

/// A change from its row.
pub fn change(row: &Row, epoch: Uuid) -> Result<ChangeRow, StoreError> {
    let change: ChangeJson = stored::read("changes", "change", row.try_get("change")?)?;
    let change: Change = change.change().ok_or(StoreError::Inconsistent { table: "changes", column: "change" })?;
    Ok(ChangeRow {
        cursor: FeedCursor {
            epoch,
            transaction: row.try_get::<i64, _>("xact")?.unsigned_abs(),
            id: row.try_get("id")?,
        },
        at: row.try_get::<Time, _>("at")?.0,
        issue_id: row.try_get::<Id, _>("issue_id")?.0,
        namespace: row.try_get("namespace")?,
        change,
    })
}
