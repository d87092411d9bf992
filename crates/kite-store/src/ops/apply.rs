//! Writing: one transaction per group, in which the core decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kite_core::batch::{Batch, MoreScopes, Outcome, ScopeState};
use kite_core::{Scope, Submission};
use sqlx::Row as _;
use uuid::Uuid;

use super::super::connect::{begin, do_not_wait};
use super::super::dialect::{Connection, Db, Id, Time, fetch, lock_scopes, wake};
use super::super::optimistic;
use super::load::Row;
use super::{load, past, write};
use crate::stored::{self, PositionJson, ScopeJson};
use crate::{StoreError, keys};

/// A transaction that takes longer is given up; the database itself gives up earlier.
const PATIENCE: Duration = Duration::from_secs(12);

/// Applies a group; when it fails for one submission's sake, halves of it, so that only the
/// culprit fails.
pub async fn apply(db: &Db, submissions: Vec<Submission>) -> Vec<Result<Outcome, StoreError>> {
    apply_or_halve(db, submissions.into(), false).await
}

/// A part of a group that failed does not wait long for locks again: the culprit's companions have
/// waited long enough. Only the culprit, when it is found, may.
async fn apply_or_halve(db: &Db, submissions: Arc<[Submission]>, is_part: bool) -> Vec<Result<Outcome, StoreError>> {
    let hurry = is_part && submissions.len() > 1;
    let failed = match tokio::time::timeout(PATIENCE, Box::pin(attempt(db, &submissions, hurry))).await {
        Ok(Ok(outcomes)) => return outcomes.into_iter().map(Ok).collect(),
        Ok(Err(error)) => error,
        Err(_) => StoreError::Unavailable(sqlx::Error::PoolTimedOut),
    };
    if submissions.len() == 1 || matches!(failed, StoreError::Unavailable(_)) {
        return each_failed(failed, submissions.len());
    }
    tracing::warn!(
        error = &failed as &dyn std::error::Error,
        submissions = submissions.len(),
        "a group failed and is halved"
    );
    let (first, second) = submissions.split_at(submissions.len() / 2);
    let mut outcomes = Box::pin(apply_or_halve(db, first.into(), true)).await;
    outcomes.extend(Box::pin(apply_or_halve(db, second.into(), true)).await);
    outcomes
}

fn each_failed(error: StoreError, count: usize) -> Vec<Result<Outcome, StoreError>> {
    let again = (1..count).map(|_| Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut))).collect::<Vec<_>>();
    again.into_iter().chain([Err(error)]).collect()
}

async fn attempt(db: &Db, submissions: &Arc<[Submission]>, hurry: bool) -> Result<Vec<Outcome>, StoreError> {
    if !hurry && let Some(outcomes) = optimistic::apply(db, submissions).await? {
        return Ok(outcomes);
    }
    let mut batch = Batch::new(Arc::clone(submissions), Uuid::now_v7);
    let mut scopes = batch.scopes();
    let mut transaction = loop {
        let mut transaction = begin(db).await?;
        if hurry {
            do_not_wait(&mut transaction).await?;
        }
        let (clock, held) = lock(&mut transaction, &scopes).await?;
        match batch.locked(clock, held) {
            Ok(()) => break transaction,
            Err(MoreScopes(more)) => {
                transaction.rollback().await?;
                scopes.extend(more);
            }
        }
    };
    let (loaded, texts) = load::load(&mut transaction, &batch.lookups(), &load::Names::of(&scopes)).await?;
    batch.apply(loaded);
    let rewrites = batch.rewrites();
    if !rewrites.is_empty() {
        let pasts = past::read(&mut transaction, rewrites).await?;
        let needed = batch.refold(pasts);
        let contents = past::contents(&mut transaction, &needed).await?;
        batch.reread(needed, &contents);
    }
    let clock = batch.clock();
    let decision = batch.finish();
    write::write(&mut transaction, db, &decision, &texts, clock).await?;
    transaction.commit().await?;
    wake(db);
    Ok(decision.outcomes)
}

bulk! {
    struct Named {
        key: Id,
        scope: String,
    }
}

async fn lock(
    connection: &mut Connection,
    scopes: &BTreeSet<Scope>,
) -> Result<(Timestamp, BTreeMap<Scope, ScopeState>), StoreError> {
    let by_key: BTreeMap<Uuid, &Scope> = scopes.iter().map(|scope| (keys::scope_key(scope), scope)).collect();
    let named =
        |(key, scope): (&Uuid, &&Scope)| Named { key: Id(*key), scope: stored::write(&ScopeJson::from(*scope)) };
    let input: Vec<_> = by_key.iter().map(named).collect();
    let mut clock = Timestamp::UNIX_EPOCH;
    let mut held = BTreeMap::new();
    for row in fetch(connection, &input, lock_scopes).await? {
        let Id(key) = row.try_get("key")?;
        clock = clock.max(row.try_get::<Time, _>("now")?.0);
        if let Some(scope) = by_key.get(&key) {
            held.insert((*scope).clone(), scope_state(&row)?);
        }
    }
    Ok((clock, held))
}

/// What a row says of a scope.
pub fn scope_state(row: &Row) -> Result<ScopeState, StoreError> {
    let horizon: Option<String> = row.try_get("horizon")?;
    let horizon: Option<PositionJson> = horizon.map(|text| stored::read("scopes", "horizon", &text)).transpose()?;
    let sweeps: Vec<ScopeJson> = stored::read("scopes", "sweeps", row.try_get("sweeps")?)?;
    Ok(ScopeState {
        stamped_at: row.try_get::<Time, _>("stamped_at")?.0,
        horizon: horizon.map(kite_core::Position::from),
        swept_at: row.try_get::<Option<Time>, _>("swept_at")?.map(|time| time.0),
        sweeps: sweeps.into_iter().map(Scope::from).collect(),
    })
}
