//! Writing a group without a transaction of its own, in the common case that nobody else writes to
//! its scopes.
//!
//! Everything is read without locks. Then one statement raises the versions of all scopes, which
//! also locks them in the order of their keys, and writes the rest only if every version is still
//! the one that was read. So a group takes two round trips instead of five.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use kite_core::batch::{Batch, Decision, Outcome, ReportKey, ScopeState};
use kite_core::{Scope, Submission};
use sqlx::Row as _;
use uuid::Uuid;

use super::dialect::{Bulk as _, Connection, Db, Id, Script, Time, fetch, wake};
use super::ops::apply::scope_state;
use super::ops::load::{KNOWN, Names, Reader, number};
use super::ops::write;
use crate::stored::{self, PositionJson, ScopeJson};
use crate::{StoreError, keys};

bulk! {
    /// A report that may be known.
    struct Asked {
        n: i64,
        key: Id,
        run_id: String,
        kind: i16,
        scope_key: Id,
    }
}

bulk! {
    /// A scope as it shall be.
    struct Next {
        key: Id,
        scope: String,
        version: i64,
        stamped_at: Time,
        horizon: Option<String>,
        swept_at: Option<Time>,
        sweeps: String,
    }
}

/// A scope as it was read: its version, 0 when there is none, and its state.
type Seen = BTreeMap<Scope, (i64, ScopeState)>;

/// Applies a group. `None`: that needs a transaction with locks, because somebody else writes to
/// one of the scopes, or because more than one report each must be looked at.
pub async fn apply(db: &Db, submissions: &Arc<[Submission]>) -> Result<Option<Vec<Outcome>>, StoreError> {
    let mut batch = Batch::new(Arc::clone(submissions), Uuid::now_v7);
    let Some(reports) = batch.plain_reports() else { return Ok(None) };
    let scopes = batch.scopes();
    let (by_key, names) = (scopes.iter().map(|scope| (keys::scope_key(scope), scope)).collect(), Names::of(&scopes));
    let mut connection = db.writers.acquire().await?;
    let mut reader = Reader::new(&names);
    let (clock, seen) = see(&mut connection, &by_key, &reports, &mut reader).await?;
    let states = seen.iter().map(|(scope, (_, state))| (scope.clone(), state.clone())).collect();
    if batch.locked(clock, states).is_err() {
        return Ok(None);
    }
    let (loaded, texts) = reader.finish(&mut connection, &batch.lookups()).await?;
    batch.apply(loaded);
    if !batch.rewrites().is_empty() {
        return Ok(None);
    }
    let decision = batch.finish();
    if decision.records.iter().any(write::must_clear_away) {
        return Ok(None);
    }
    let mut script = Script::guarded(&next(&by_key, seen, &decision), raise)?;
    write::add_all(&mut script, db, &decision, &texts, clock)?;
    let is_written = script.run(&mut connection).await?;
    if is_written {
        wake(db);
    }
    Ok(is_written.then_some(decision.outcomes))
}

/// Reads the scopes, and what is known of the reports.
async fn see(
    connection: &mut Connection,
    by_key: &BTreeMap<Uuid, &Scope>,
    reports: &[ReportKey],
    reader: &mut Reader<'_>,
) -> Result<(Timestamp, Seen), StoreError> {
    let asked = |(n, report): (usize, &ReportKey)| Asked {
        n: number(n),
        key: Id(keys::target_key(&report.target)),
        run_id: report.run_id.clone(),
        kind: report.kind.code(),
        scope_key: Id(keys::scope_key(&report.target.scope)),
    };
    let input: Vec<_> = reports.iter().enumerate().map(asked).collect();
    let (mut clock, mut seen) = (Timestamp::UNIX_EPOCH, Seen::new());
    for row in fetch(connection, &input, see_query).await? {
        reader.take_known(&row, reports)?;
        clock = clock.max(row.try_get::<Time, _>("now")?.0);
        if let Some(scope) = by_key.get(&row.try_get::<Id, _>("asked_scope")?.0) {
            seen.insert((*scope).clone(), (row.try_get("version")?, scope_state(&row)?));
        }
    }
    Ok((clock, seen))
}

fn see_query(source: &str) -> String {
    let [columns, join] = KNOWN;
    format!(
        "SELECT {columns}, r.scope_key AS asked_scope, coalesce(s.version, 0) AS version, clock_timestamp() AS now, s.horizon, \
         greatest(clock_timestamp(), s.stamped_at + interval '1 microsecond') AS stamped_at, s.swept_at, \
         coalesce(s.sweeps, '[]') AS sweeps FROM {source} {join} LEFT JOIN scopes s ON s.key = r.scope_key"
    )
}

/// All scopes as they shall be, in the order of their keys: also those that only took a time.
fn next(by_key: &BTreeMap<Uuid, &Scope>, mut seen: Seen, decision: &Decision) -> Vec<Next> {
    for (scope, state) in &decision.scopes {
        if let Some((_, held)) = seen.get_mut(scope) {
            held.clone_from(state);
        }
    }
    let next = |(key, scope): (&Uuid, &&Scope)| {
        let (version, state) = seen.get(*scope)?;
        let sweeps: Vec<_> = state.sweeps.iter().map(ScopeJson::from).collect();
        Some(Next {
            key: Id(*key),
            scope: stored::write(&ScopeJson::from(*scope)),
            version: version + 1,
            stamped_at: Time(state.stamped_at),
            horizon: state.horizon.as_ref().map(|horizon| stored::write(&PositionJson::from(horizon))),
            swept_at: state.swept_at.map(Time),
            sweeps: stored::write(&sweeps),
        })
    };
    by_key.iter().filter_map(next).collect()
}

fn raise(source: &str) -> String {
    let columns = Next::COLUMNS.join(", ");
    format!(
        "INSERT INTO scopes AS t ({columns}) SELECT {columns} FROM {source} ORDER BY key ON CONFLICT (key) DO UPDATE SET \
         version = excluded.version, stamped_at = excluded.stamped_at, horizon = excluded.horizon, \
         swept_at = excluded.swept_at, sweeps = excluded.sweeps WHERE t.version = excluded.version - 1"
    )
}
