//! Writing what a batch decided.

use jiff::Timestamp;
use kite_core::batch::{Decision, Written};

use super::super::dialect::{Id, Time, write_all};
use super::apply::Transaction;
use super::load::TextHashes;
use super::rows::{ChangeRow, CounterRow, EpisodeRow, IssueRow, ReportRow, ScopeRow, StandingRow, TextRow};
use crate::{StoreError, keys, stored};

/// A comma-separated list of columns.
macro_rules! columns {
    ($first:ident $(, $more:ident)*) => { concat!(stringify!($first) $(, ", ", stringify!($more))*) };
}

/// `INSERT … SELECT … ` over bulk input, with what follows.
macro_rules! insert {
    ($n:literal, $table:literal, ($($column:ident $kind:ident),+), $rest:literal) => {
        concat!(
            "INSERT INTO ", $table, " AS t (", columns!($($column),+), ") SELECT ", columns!($($column),+), " FROM ",
            rows!($n; $($column $kind),+), " WHERE true ", $rest
        )
    };
}

/// `UPDATE … SET …` over bulk input, found by `key`, with what follows.
macro_rules! update {
    ($n:literal, $table:literal, ($($column:ident $kind:ident),+), $rest:literal) => {
        concat!(
            "UPDATE ", $table, " AS t SET ", settings!($($column),+), $rest, " FROM ",
            rows!($n; key id, $($column $kind),+), " WHERE t.key = r.key"
        )
    };
}

/// A comma-separated list of `column = r.column`.
macro_rules! settings {
    ($first:ident $(, $more:ident)*) => {
        concat!(stringify!($first), " = r.", stringify!($first) $(, ", ", stringify!($more), " = r.", stringify!($more))*)
    };
}

macro_rules! put_scopes {
    ($n:literal) => {
        update!($n, "scopes", (stamped_at time, horizon text, swept_at time, sweeps text), "")
    };
}

macro_rules! add_reports {
    ($n:literal) => {
        insert!($n, "reports", (target_key id, run_id text, kind small, scope_key id, issue_type small, variant text,
                occurred_at time, sweep_run text, ended_at time, expires_at time, anchor_key id, said text, received_at time), "")
    };
}

macro_rules! add_issues {
    ($n:literal) => {
        insert!($n, "issues", (key id, scope_key id, cluster text, namespace text, resource_type text, resource_name text,
                resource_namespace text, reported_type small, variant text, id id, state small, severity small,
                issue_type small, application text, component text, detected_at time, resolved_at time, expires_at time,
                settled_at time, ledger text, related flag, created_at time, updated_at time, text_hash id), "")
    };
}

// Seeing an issue again changes only columns that no index knows, so PostgreSQL rewrites the row
// in place (HOT). Relations are marked by others; only a reborn issue starts without.
macro_rules! put_issues {
    ($n:literal) => {
        update!($n, "issues", (id id, state small, severity small, issue_type small, application text, component text,
                detected_at time, resolved_at time, expires_at time, settled_at time, ledger text, created_at time,
                updated_at time, text_hash id), ", related = (t.related AND t.id = r.id)")
    };
}

macro_rules! put_texts {
    ($n:literal) => {
        insert!($n, "texts", (key id, namespace text, title text, description text, details text, search text),
            "ON CONFLICT (key) DO UPDATE SET title = excluded.title, description = excluded.description, \
             details = excluded.details, search = excluded.search")
    };
}

macro_rules! add_episodes {
    ($n:literal) => {
        insert!($n, "episodes", (key id, number int, started_at time, count int, count_so_far int, end_at time,
                end_run text, end_code small, ending small, ended_by text, clean flag), "")
    };
}

macro_rules! add_changes {
    ($n:literal) => {
        insert!($n, "changes", (at time, issue_id id, namespace text, change text), "")
    };
}

// In the order of the key, so that two writers never wait for each other in a circle.
macro_rules! put_counters {
    ($n:literal) => {
        insert!($n, "counters", (namespace text, application text, state small, severity small, issue_type small,
                slot small, count int),
            "ORDER BY 1, 2, 3, 4, 5 ON CONFLICT (namespace, application, state, severity, issue_type, slot) \
             DO UPDATE SET count = t.count + excluded.count")
    };
}

statements!(put_scopes, add_reports, add_issues, put_issues, put_texts, add_episodes, add_changes, put_counters);

const CORRECT_REPORTS: &str = concat!(
    "UPDATE reports AS t SET ",
    settings!(occurred_at, sweep_run, ended_at, expires_at, said),
    " FROM ",
    rows!(1; target_key id, run_id text, kind small, occurred_at time, sweep_run text, ended_at time, expires_at time,
        said text),
    " WHERE t.target_key = r.target_key AND t.run_id = r.run_id AND t.kind = r.kind"
);

/// Writes a decision.
pub(super) async fn write(
    transaction: &mut Transaction,
    decision: &Decision,
    texts: &TextHashes,
    clock: Timestamp,
    slot: i16,
) -> Result<(), StoreError> {
    for written in decision.records.iter().filter(|written| written.purged.is_some() || written.replace_from.is_some())
    {
        clear_away(transaction, written).await?;
    }
    let now = Time(clock);
    let mut new_issues = Vec::new();
    let mut known_issues = Vec::new();
    let mut text_rows = Vec::new();
    for Written { record, is_new, purged, .. } in &decision.records {
        // What was purged has no text any more, whatever hash the row carried.
        let known = texts.get(&record.identity).filter(|_| purged.is_none()).copied().unwrap_or_default();
        let hash = match &record.view {
            Some(view) => {
                let (row, hash) = TextRow::of(record, view);
                if hash != known {
                    text_rows.push(row);
                }
                hash
            }
            None => known,
        };
        let standing = StandingRow::of(record, hash);
        if *is_new {
            new_issues.push(IssueRow::of(record, standing));
        } else {
            known_issues.push(standing);
        }
    }
    let scopes: Vec<_> = decision.scopes.iter().map(|(scope, state)| ScopeRow::of(scope, state)).collect();
    if !decision.corrected.is_empty() {
        let rows: Vec<_> = decision.corrected.iter().map(|report| ReportRow::of(report, now)).collect();
        sqlx::query(CORRECT_REPORTS).bind(stored::write(&rows)).execute(&mut **transaction).await?;
    }
    let reports: Vec<_> = decision.reports.iter().map(|report| ReportRow::of(report, now)).collect();
    let ended = decision
        .records
        .iter()
        .flat_map(|written| written.ended.iter().map(|episode| EpisodeRow::of(&written.record, episode)));
    let changes: Vec<_> = decision.changes.iter().map(|change| ChangeRow::of(change, now)).collect();
    let counters: Vec<_> =
        decision.counters.iter().map(|(counter, count)| CounterRow::of(counter, *count, slot)).collect();
    let input = [
        stored::write(&scopes),
        stored::write(&reports),
        stored::write(&new_issues),
        stored::write(&known_issues),
        stored::write(&text_rows),
        stored::write(&ended.collect::<Vec<_>>()),
        stored::write(&changes),
        stored::write(&counters),
    ];
    write_all(transaction, &STATEMENTS, input).await
}

/// Removes what is replaced: episodes that are told anew, and everything of an issue that was deleted.
async fn clear_away(transaction: &mut Transaction, written: &Written) -> Result<(), StoreError> {
    let key = Id(keys::identity_key(&written.record.identity));
    if let Some(from) = written.replace_from {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        sqlx::query("DELETE FROM episodes WHERE key = $1 AND number >= $2")
            .bind(key)
            .bind(from)
            .execute(&mut **transaction)
            .await?;
    }
    if let Some(issue) = written.purged {
        sqlx::query("DELETE FROM texts WHERE key = $1").bind(key).execute(&mut **transaction).await?;
        let relations = sqlx::query("DELETE FROM relations WHERE source = $1 OR target = $1").bind(Id(issue));
        relations.execute(&mut **transaction).await?;
    }
    Ok(())
}
