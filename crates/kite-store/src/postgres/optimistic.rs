//! Writing a group without a transaction of its own, in the common case that nobody else writes to
//! its scopes.
//!
//! Everything is read without locks. Then one statement raises the versions of all scopes, which
//! also locks them in the order of their keys, and writes the rest only if every version is still
//! the one that was read. So a group takes three round trips instead of five.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kite_core::batch::{Batch, Decision, Outcome, ScopeState};
use kite_core::{Scope, Submission};
use sqlx::Row as _;
use uuid::Uuid;

use super::dialect::{Bulk as _, Connection, Db, Id, Script, Time, fetch, wake};
use super::ops::{apply::scope_state, load, write};
use crate::stored::{self, PositionJson, ScopeJson};
use crate::{StoreError, keys};

bulk! {
    struct Key {
        key: Id,
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
/// one of the scopes, or because something stored must be replaced.
pub async fn apply(db: &Db, submissions: &[Submission]) -> Result<Option<Vec<Outcome>>, StoreError> {
    let mut connection = db.writers.acquire().await?;
    let mut batch = Batch::new(submissions.to_vec(), Uuid::now_v7);
    let scopes = batch.scopes();
    let by_key = scopes.iter().map(|scope| (keys::scope_key(scope), scope)).collect();
    let (clock, seen) = see(&mut connection, &by_key).await?;
    let states = seen.iter().map(|(scope, (_, state))| (scope.clone(), state.clone())).collect();
    if batch.locked(clock, states).is_err() {
        return Ok(None);
    }
    let (loaded, texts) = load::load(&mut connection, &batch.lookups(), &load::Names::of(&scopes)).await?;
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
    drop(connection);
    if is_written {
        wake(db);
    }
    Ok(is_written.then_some(decision.outcomes))
}

async fn see(connection: &mut Connection, by_key: &BTreeMap<Uuid, &Scope>) -> Result<(Timestamp, Seen), StoreError> {
    let input: Vec<_> = by_key.keys().map(|key| Key { key: Id(*key) }).collect();
    let (mut clock, mut seen) = (Timestamp::UNIX_EPOCH, Seen::new());
    for row in fetch(connection, &input, see_query).await? {
        let Id(key) = row.try_get("key")?;
        clock = clock.max(row.try_get::<Time, _>("now")?.0);
        if let Some(scope) = by_key.get(&key) {
            seen.insert((*scope).clone(), (row.try_get("version")?, scope_state(&row)?));
        }
    }
    Ok((clock, seen))
}

fn see_query(source: &str) -> String {
    format!(
        "SELECT r.key, coalesce(s.version, 0) AS version, clock_timestamp() AS now, s.horizon, s.swept_at, \
         greatest(clock_timestamp(), s.stamped_at + interval '1 microsecond') AS stamped_at, coalesce(s.sweeps, '[]') AS sweeps \
         FROM {source} LEFT JOIN scopes s ON s.key = r.key"
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
