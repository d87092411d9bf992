//! What a batch writes, as rows for bulk input.

use std::collections::BTreeMap;

use kite_core::batch::{Counter, IssueChange, Record, Said, ScopeState, StoredReport, Written};
use kite_core::change::state;
use kite_core::ledger::Episode;
use kite_core::{Scope, View, text};
use uuid::Uuid;

use super::super::dialect::{Id, Time};
use crate::keys;
use crate::stored::{self, ChangeJson, ContentJson, DetailsJson, LedgerJson, PositionJson, ScopeJson};

bulk! {
    /// What of a locked scope changes.
    pub struct ScopeRow {
        key: Id,
        stamped_at: Time,
        horizon: Option<String>,
        swept_at: Option<Time>,
        sweeps: String,
    }
}

bulk! {
    /// A report.
    pub struct ReportRow {
        target_key: Id,
        run_id: String,
        kind: i16,
        scope_key: Id,
        issue_type: Option<i16>,
        variant: Option<String>,
        occurred_at: Time,
        sweep_run: Option<String>,
        ended_at: Option<Time>,
        expires_at: Option<Time>,
        anchor_key: Option<Id>,
        said: String,
        received_at: Time,
    }
}

bulk! {
    /// An issue; a known one only where it changes (see `update_issues`).
    pub struct IssueRow {
        key: Id,
        scope_key: Id,
        cluster: String,
        namespace: String,
        resource_type: String,
        resource_name: String,
        resource_namespace: String,
        reported_type: i16,
        variant: String,
        id: Id,
        state: i16,
        severity: i16,
        issue_type: i16,
        application: String,
        component: String,
        cause: String,
        due_at: Option<Time>,
        detected_at: Time,
        resolved_at: Option<Time>,
        expires_at: Option<Time>,
        settled_at: Option<Time>,
        ledger: String,
        details: Option<String>,
        related: bool,
        created_at: Time,
        updated_at: Time,
        text_hash: Id,
    }
}

bulk! {
    /// The searchable text of an issue.
    pub struct TextRow {
        key: Id,
        namespace: String,
        title: String,
        description: String,
        search: String,
    }
}

bulk! {
    /// An episode that ended.
    pub struct EpisodeRow {
        key: Id,
        number: i64,
        started_at: Time,
        count: i64,
        count_so_far: i64,
        end_at: Time,
        end_run: String,
        end_code: i16,
        ending: i16,
        ended_by: Option<String>,
        clean: bool,
        namespace: String,
    }
}

bulk! {
    /// An entry of a history.
    pub struct ChangeRow {
        at: Time,
        issue_id: Id,
        namespace: String,
        change: String,
    }
}

bulk! {
    /// A difference to a counter.
    pub struct CounterRow {
        namespace: String,
        application: String,
        state: i16,
        severity: i16,
        issue_type: i16,
        slot: i16,
        count: i64,
    }
}

bulk! {
    /// A difference to the total of a namespace.
    pub struct TotalRow {
        namespace: String,
        state: i16,
        severity: i16,
        issue_type: i16,
        slot: i16,
        count: i64,
    }
}

impl ScopeRow {
    pub(super) fn of(scope: &Scope, state: &ScopeState) -> Self {
        let sweeps: Vec<_> = state.sweeps.iter().map(ScopeJson::from).collect();
        Self {
            key: Id(keys::scope_key(scope)),
            stamped_at: Time(state.stamped_at),
            horizon: state.horizon.as_ref().map(|horizon| stored::write(&PositionJson::from(horizon))),
            swept_at: state.swept_at.map(Time),
            sweeps: stored::write(&sweeps),
        }
    }
}

impl ReportRow {
    pub(super) fn of(report: &StoredReport, clock: Time) -> Self {
        let StoredReport { key, position, said } = report;
        let mut row = Self {
            target_key: Id(keys::target_key(&key.target)),
            run_id: key.run_id.clone(),
            kind: key.kind.code(),
            scope_key: Id(keys::scope_key(&key.target.scope)),
            issue_type: key.target.issue_type.map(kite_core::IssueType::code),
            variant: key.target.variant.clone(),
            occurred_at: Time(position.at),
            sweep_run: None,
            ended_at: None,
            expires_at: None,
            anchor_key: None,
            said: stored::write_said(said),
            received_at: clock,
        };
        match said {
            Said::Failed(content) => {
                let run = content.run(&key.run_id, position.at);
                (row.ended_at, row.expires_at) = (Some(Time(run.ended_at)), run.expires_at.map(Time));
                row.said = stored::write(&ContentJson::from(&**content));
            }
            Said::Swept { anchor, .. } => {
                (row.sweep_run, row.anchor_key) = (Some(position.run_id.clone()), Some(Id(keys::scope_key(anchor))));
            }
            Said::FailedAt { .. } | Said::Cleared(_) | Said::Decided { .. } | Said::Ticked => {}
        }
        row
    }
}

impl IssueRow {
    /// Details are absent when they stay as they are stored.
    pub(super) fn of(Written { record, is_new, .. }: &Written, text_hash: Uuid) -> Self {
        let Scope { cluster, namespace, resource_type, resource_name, resource_namespace } =
            record.identity.scope.clone();
        let ledger = &record.ledger;
        let started_at = ledger.open.as_ref().map(|open| open.started_at);
        let started_at = started_at.or_else(|| ledger.last.as_ref().map(|last| last.started_at));
        let ended_at = ledger.last.as_ref().filter(|_| ledger.open.is_none()).map(|last| Time(last.end.at));
        let details = record.view.as_ref().map(|view| stored::write(&DetailsJson::from(&view.content)));
        Self {
            key: Id(keys::identity_key(&record.identity)),
            scope_key: Id(keys::scope_key(&record.identity.scope)),
            cluster,
            namespace,
            resource_type,
            resource_name,
            resource_namespace,
            reported_type: record.identity.issue_type.code(),
            variant: record.identity.variant.clone(),
            id: Id(record.id),
            state: state(ledger).map_or(0, kite_core::State::code),
            severity: record.severity.code(),
            issue_type: record.issue_type.code(),
            application: record.application.clone(),
            component: record.component.clone(),
            cause: record.cause.clone(),
            due_at: record.due_at.map(Time),
            detected_at: Time(started_at.unwrap_or(record.created_at)),
            resolved_at: ended_at,
            expires_at: ledger.newest.as_ref().and_then(|run| run.expires_at).map(Time),
            settled_at: ledger.settled.as_ref().map(|settled| Time(settled.at)),
            ledger: stored::write(&LedgerJson::from(ledger)),
            details: details.or_else(|| is_new.then(|| "{}".to_owned())),
            related: record.related,
            created_at: Time(record.created_at),
            updated_at: Time(record.updated_at),
            text_hash: Id(text_hash),
        }
    }
}

impl TextRow {
    pub(super) fn of(record: &Record, view: &View) -> Self {
        Self {
            key: Id(keys::identity_key(&record.identity)),
            namespace: record.identity.scope.namespace.clone(),
            title: view.content.title.clone(),
            description: view.content.description.clone(),
            search: text::searchable(&view.content.title, &view.content.description),
        }
    }
}

impl EpisodeRow {
    pub(super) fn of(record: &Record, episode: &Episode) -> Self {
        let (ending, ended_by) = stored::ending_code(&episode.ending);
        Self {
            key: Id(keys::identity_key(&record.identity)),
            number: whole(episode.number),
            started_at: Time(episode.started_at),
            count: whole(episode.count),
            count_so_far: whole(episode.count_so_far),
            end_at: Time(episode.end.at),
            end_run: episode.end.run_id.clone(),
            end_code: episode.end.code(),
            ending,
            ended_by,
            clean: episode.clean,
            namespace: record.identity.scope.namespace.clone(),
        }
    }
}

impl ChangeRow {
    pub(super) fn of(change: &IssueChange, at: Time) -> Self {
        Self {
            at,
            issue_id: Id(change.issue_id),
            namespace: change.identity.scope.namespace.clone(),
            change: stored::write(&ChangeJson::from(&change.change)),
        }
    }
}

impl CounterRow {
    pub(super) fn of(counter: &Counter, difference: i64, slot: i16) -> Self {
        Self {
            namespace: counter.namespace.clone(),
            application: counter.application.clone(),
            state: counter.state.code(),
            severity: counter.severity.code(),
            issue_type: counter.issue_type.code(),
            slot,
            count: difference,
        }
    }
}

impl TotalRow {
    /// The differences without their applications.
    pub(super) fn of_all(counters: &[CounterRow], slots: i16) -> Vec<Self> {
        let mut totals = BTreeMap::new();
        for CounterRow { namespace, state, severity, issue_type, slot, count, .. } in counters {
            *totals.entry((namespace, *state, *severity, *issue_type, slot % slots)).or_default() += count;
        }
        let differences = totals.into_iter().filter(|(_, count)| *count != 0);
        let row = |((namespace, state, severity, issue_type, slot), count): ((&String, _, _, _, _), _)| Self {
            namespace: namespace.clone(),
            state,
            severity,
            issue_type,
            slot,
            count,
        };
        differences.map(row).collect()
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
