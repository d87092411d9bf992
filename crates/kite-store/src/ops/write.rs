//! Writing what a batch decided.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use kite_core::batch::{Decision, Written};

use super::super::dialect::{Bulk, Connection, Db, Id, Script, Time};
use super::load::TextHashes;
use super::rows::{ChangeRow, CounterRow, EpisodeRow, IssueRow, ReportRow, ScopeRow, TextRow, TotalRow};
use crate::{StoreError, keys};

/// Counters are kept in so many parts, so that groups in flight do not wait for each other's.
const SLOTS: u16 = 8;
/// Totals are read often and as a whole, so they are kept in fewer parts.
const SLOTS_OF_TOTALS: i16 = 4;

/// Writes a decision about scopes that are locked.
pub(super) async fn write(
    connection: &mut Connection,
    db: &Db,
    decision: &Decision,
    texts: &TextHashes,
    clock: Timestamp,
) -> Result<(), StoreError> {
    for written in decision.records.iter().filter(|written| must_clear_away(written)) {
        clear_away(connection, written).await?;
    }
    let mut script = Script::default();
    let scopes: Vec<_> = decision.scopes.iter().map(|(scope, state)| ScopeRow::of(scope, state)).collect();
    script.add(&scopes, |source| update::<ScopeRow>("scopes", source, &["key"], ""))?;
    add_all(&mut script, db, decision, texts, clock)?;
    script.run(connection).await?;
    Ok(())
}

/// Whether something stored must go before this is written.
pub fn must_clear_away(written: &Written) -> bool {
    written.purged.is_some() || written.replace_from.is_some()
}

/// Adds all but the scopes to a script.
pub fn add_all(
    script: &mut Script,
    db: &Db,
    decision: &Decision,
    texts: &TextHashes,
    clock: Timestamp,
) -> Result<(), StoreError> {
    let now = Time(clock);
    let reports: Vec<_> = decision.reports.iter().map(|report| ReportRow::of(report, now)).collect();
    script.add(&reports, |source| insert::<ReportRow>("reports", source, ""))?;
    let corrected: Vec<_> = decision.corrected.iter().map(|report| ReportRow::of(report, now)).collect();
    script.add(&corrected, correct_reports)?;
    add_issues(script, decision, texts)?;
    let of_record = |written: &Written| {
        written.ended.iter().map(|episode| EpisodeRow::of(&written.record, episode)).collect::<Vec<_>>()
    };
    let ended: Vec<_> = decision.records.iter().flat_map(of_record).collect();
    script.add(&ended, |source| insert::<EpisodeRow>("episodes", source, ""))?;
    let changes: Vec<_> = decision.changes.iter().map(|change| ChangeRow::of(change, now)).collect();
    script.add(&changes, |source| insert::<ChangeRow>("changes", source, ""))?;
    let slot = i16::try_from(db.turn.fetch_add(1, Ordering::Relaxed) % SLOTS).unwrap_or(0);
    let counters: Vec<_> =
        decision.counters.iter().map(|(counter, count)| CounterRow::of(counter, *count, slot)).collect();
    script.add(&counters, add_to_counters)?;
    script.add(&TotalRow::of_all(&counters, SLOTS_OF_TOTALS), add_to_totals)
}

fn add_issues(script: &mut Script, decision: &Decision, known_texts: &TextHashes) -> Result<(), StoreError> {
    let (mut new, mut known, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for written in &decision.records {
        let Written { record, is_new, purged, .. } = written;
        // What was purged has no text any more, whatever hash the row carried.
        let stored = known_texts.get(&record.identity).filter(|_| purged.is_none()).copied().unwrap_or_default();
        let hash = record.view.as_ref().map_or(stored, keys::text_hash);
        if let Some(view) = record.view.as_ref().filter(|_| hash != stored) {
            texts.push(TextRow::of(record, view));
        }
        let rows = if *is_new { &mut new } else { &mut known };
        rows.push(IssueRow::of(written, hash));
    }
    // In the order of the key, in which relations lock issues, too.
    known.sort_unstable_by_key(|row| row.key);
    script.add(&new, |source| insert::<IssueRow>("issues", source, ""))?;
    script.add(&known, update_issues)?;
    script.add(&texts, |source| {
        let rest = "ON CONFLICT (key) DO UPDATE SET title = excluded.title, description = excluded.description, \
                    search = excluded.search";
        insert::<TextRow>("texts", source, rest)
    })
}

// Seeing an issue again changes only columns that no index knows, so PostgreSQL rewrites the row
// in place (HOT). Relations are marked by others; only a reborn issue starts without.
fn update_issues(source: &str) -> String {
    let identity = ["key", "scope_key", "cluster", "namespace", "resource_type", "resource_name", "resource_namespace"];
    let stays = [&identity[..], &["reported_type", "variant", "details", "related"]].concat();
    let more = ", details = coalesce(r.details, t.details), related = (t.related AND t.id = r.id)";
    update::<IssueRow>("issues", source, &stays, more)
}

fn correct_reports(source: &str) -> String {
    format!(
        "UPDATE reports AS t SET occurred_at = r.occurred_at, sweep_run = r.sweep_run, ended_at = r.ended_at, \
         expires_at = r.expires_at, said = r.said FROM {source} \
         WHERE t.target_key = r.target_key AND t.run_id = r.run_id AND t.kind = r.kind"
    )
}

// In the order of the key, so that two writers never wait for each other in a circle.
fn add_to_counters(source: &str) -> String {
    let rest = "ORDER BY 1, 2, 3, 4, 5 ON CONFLICT (namespace, application, state, severity, issue_type, slot) \
                DO UPDATE SET count = t.count + excluded.count";
    insert::<CounterRow>("counters", source, rest)
}

fn add_to_totals(source: &str) -> String {
    let rest = "ORDER BY 1, 2, 3, 4, 5 ON CONFLICT (namespace, state, severity, issue_type, slot) \
                DO UPDATE SET count = t.count + excluded.count";
    insert::<TotalRow>("totals", source, rest)
}

/// `INSERT … SELECT …`, with what follows.
fn insert<R: Bulk>(table: &str, source: &str, rest: &str) -> String {
    let columns = R::COLUMNS.join(", ");
    format!("INSERT INTO {table} AS t ({columns}) SELECT {columns} FROM {source} WHERE true {rest}")
}

/// `UPDATE … SET …` of all columns but those that stay, and more.
fn update<R: Bulk>(table: &str, source: &str, stays: &[&str], more: &str) -> String {
    let columns = R::COLUMNS.iter().filter(|column| !stays.contains(column));
    let settings: Vec<_> = columns.map(|column| format!("{column} = r.{column}")).collect();
    format!("UPDATE {table} AS t SET {}{more} FROM {source} WHERE t.key = r.key", settings.join(", "))
}

/// Removes what is replaced: episodes that are told anew, and everything of an issue that was deleted.
async fn clear_away(connection: &mut Connection, written: &Written) -> Result<(), StoreError> {
    let key = Id(keys::identity_key(&written.record.identity));
    if let Some(from) = written.replace_from {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        sqlx::query("DELETE FROM episodes WHERE key = $1 AND number >= $2")
            .bind(key)
            .bind(from)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(issue) = written.purged {
        sqlx::query("DELETE FROM texts WHERE key = $1").bind(key).execute(&mut *connection).await?;
        let relations = sqlx::query("DELETE FROM relations WHERE source = $1 OR target = $1").bind(Id(issue));
        relations.execute(&mut *connection).await?;
    }
    Ok(())
}
