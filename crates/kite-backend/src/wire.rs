//! From what the core knows to what clients read.

pub mod cause;

use jiff::SignedDuration;
use jiff::civil::Date;
use kite_api as api;
use kite_core::trend::{Daily, DayHealth, Days};
use kite_core::{Issue, IssueType, ReportedDiagnosis, Scope, Severity, State};
use kite_store::{ChangeRow, Counts, EpisodeRow, History, Related, Relation, Source, SourceKind};
use uuid::Uuid;

use crate::input::cursor;
use crate::use_cases::issues::Deadlines;
use crate::use_cases::trends::{Component, Trends};

/// Ids that are derived from what they name, so that nothing needs to be stored for them.
const NAMESPACE: Uuid = Uuid::from_u128(0x6b69_7465_0000_5000_8000_0000_0000_0001);

/// An issue as everybody sees it who may read it: with those relations whose both ends are in its namespace, and
/// without excerpts of logs.
pub fn issue(issue: Issue, relations: &[Relation]) -> api::Issue {
    whole_issue(issue.without_logs(), relations)
}

/// An issue with all that is in it, for those who may read logs, too.
pub fn whole_issue(issue: Issue, relations: &[Relation]) -> api::Issue {
    let (id, cluster, namespace) =
        (issue.id, issue.identity.scope.cluster.clone(), issue.identity.scope.namespace.clone());
    let scope = scope(issue.identity.scope);
    let is_here = |related: &Related| related.scope.namespace == namespace;
    let shown = |relation: &&Relation| is_here(&relation.source) && is_here(&relation.target);
    let from = relations.iter().filter(|relation| relation.source.id == id).filter(shown).map(relation).collect();
    let to = relations.iter().filter(|relation| relation.target.id == id).filter(shown).map(relation).collect();
    api::Issue {
        id,
        namespace,
        title: issue.title,
        description: issue.description,
        severity: severity(issue.severity),
        issue_type: issue_type(issue.issue_type),
        state: state(issue.state),
        detected_at: issue.detected_at,
        resolved_at: issue.resolved_at,
        scope_id: scope.id,
        scope,
        links: links(id, issue.links),
        related_from: from,
        related_to: to,
        created_at: issue.created_at,
        updated_at: issue.updated_at,
        cluster,
        variant: issue.identity.variant,
        labels: issue.labels,
        count: issue.count,
        episodes: issue.episodes,
        last_failed_at: issue.last_failed_at,
        run_id: issue.run_id,
        cause: issue.cause,
        same_cause: None,
        reason: issue.reason,
        diagnosis: issue.diagnosis.map(|known| diagnosis(*known)),
        due_at: issue.due_at,
        expires_at: issue.expires_at,
    }
}

fn diagnosis(diagnosis: ReportedDiagnosis) -> api::Diagnosis {
    let known = |text: String| Some(text).filter(|text| !text.is_empty());
    let ReportedDiagnosis { class, task, step, summary, remedy, confidence, excerpt, message } = diagnosis;
    api::Diagnosis {
        class: known(class),
        task: known(task),
        step: known(step),
        summary: known(summary),
        remedy: known(remedy),
        confidence: known(confidence),
        excerpt: known(excerpt),
        message: known(message),
    }
}

/// What happened to an issue.
pub fn history(issue_id: Uuid, history: History) -> api::History {
    let last = history.changes.last().filter(|_| history.more);
    api::History {
        issue_id,
        next_cursor: last.map(|change| cursor::write_history(change.cursor.id)),
        episodes: history.episodes.into_iter().map(episode).collect(),
        changes: history.changes.into_iter().map(change).collect(),
    }
}

/// One entry of a history.
pub fn change(ChangeRow { cursor, at, change, .. }: ChangeRow) -> api::Change {
    let (from, to) = (change.from_severity, change.to_severity);
    let has_changed = from != to && from.is_some();
    api::Change {
        id: cursor.id.to_string(),
        at,
        reason: change.reason.as_str().to_owned(),
        by: change.by,
        note: change.note,
        from_state: change.from_state.map(state),
        to_state: change.to_state.map(state),
        from_severity: from.filter(|_| has_changed).map(severity),
        to_severity: to.filter(|_| has_changed).map(severity),
        run_id: change.run_id,
    }
}

/// All counts.
pub fn summary(counts: Counts, deadlines: Deadlines) -> api::Summary {
    let mut summary = api::Summary {
        resolved_last24h: counts.resolved_since,
        overdue: deadlines.overdue,
        due_soon: deadlines.soon,
        ..api::Summary::default()
    };
    for severity in Severity::ALL {
        summary.by_severity.insert(severity.to_string(), api::Count::default());
    }
    for issue_type in IssueType::ALL {
        summary.by_type.insert(issue_type.to_string(), api::Count::default());
    }
    for ((application, state, severity, issue_type), count) in counts.issues {
        let groups = [
            &mut summary.total,
            summary.by_severity.entry(severity.to_string()).or_default(),
            summary.by_type.entry(issue_type.to_string()).or_default(),
            summary.by_application.entry(application).or_default(),
        ];
        for group in groups {
            match state {
                State::Active => group.active += count,
                State::Resolved => group.resolved += count,
            }
        }
    }
    summary
}

/// What was broken when.
pub fn trends(trends: Trends) -> api::Trends {
    api::Trends {
        days: days(trends.days, trends.daily, trends.health),
        mean_time_to_recovery_seconds: trends.mean_time_to_recovery.map(seconds),
        components: trends.components.into_iter().map(component).collect(),
        flapping: trends.flapping.into_iter().map(flapping).collect(),
        is_complete: trends.is_complete,
    }
}

fn days(days: Days, daily: Vec<Daily>, health: Vec<DayHealth>) -> Vec<api::TrendDay> {
    let day = |((date, daily), health): ((Date, Daily), DayHealth)| api::TrendDay {
        date: date.to_string(),
        opened: daily.opened,
        resolved: daily.resolved,
        active_at_end: daily.active_at_end,
        worst: health.worst.map(severity),
    };
    days.dates().into_iter().zip(daily).zip(health).map(day).collect()
}

/// Somebody who reports.
pub fn source(source: Source, is_silent: bool) -> api::Source {
    api::Source {
        kind: match source.kind {
            SourceKind::Operator => api::SourceKind::Operator,
            SourceKind::Webhook => api::SourceKind::Webhook,
            SourceKind::Api => api::SourceKind::Api,
        },
        name: source.name,
        cluster: source.cluster,
        namespace: source.namespace,
        version: source.version,
        first_heard_at: source.first_heard_at,
        last_heard_at: source.last_heard_at,
        reports: source.reports,
        is_silent,
    }
}

fn component(component: Component) -> api::TrendComponent {
    api::TrendComponent {
        namespace: component.namespace,
        application: component.application,
        component: component.component,
        active_seconds: seconds(component.active),
        episodes: component.episodes,
    }
}

fn flapping((issue, episodes): (Issue, u32)) -> api::Flapping {
    let component = issue.labels.get("component").cloned().unwrap_or_default();
    api::Flapping { issue: reference(&issue), component, episodes }
}

/// An issue in a few words.
fn reference(issue: &Issue) -> api::IssueRef {
    related(&Related {
        id: issue.id,
        title: issue.title.clone(),
        severity: issue.severity,
        issue_type: issue.issue_type,
        state: issue.state,
        detected_at: issue.detected_at,
        scope: issue.identity.scope.clone(),
    })
}

fn seconds(duration: SignedDuration) -> u64 {
    u64::try_from(duration.as_secs()).unwrap_or(0)
}

fn relation(relation: &Relation) -> api::Relation {
    api::Relation {
        id: relation.id,
        source_id: relation.source.id,
        target_id: relation.target.id,
        source: related(&relation.source),
        target: related(&relation.target),
    }
}

fn related(related: &Related) -> api::IssueRef {
    let scope = scope(related.scope.clone());
    api::IssueRef {
        id: related.id,
        title: related.title.clone(),
        severity: severity(related.severity),
        issue_type: issue_type(related.issue_type),
        state: state(related.state),
        detected_at: related.detected_at,
        namespace: related.scope.namespace.clone(),
        scope_id: scope.id,
        scope,
    }
}

fn episode(episode: EpisodeRow) -> api::Episode {
    api::Episode {
        number: episode.number,
        started_at: episode.started_at,
        ended_at: episode.ended_at,
        count: episode.count,
        end_reason: episode.end_reason.map(|reason| reason.to_string()),
        ended_by: episode.ended_by,
    }
}

fn links(issue_id: Uuid, links: Vec<kite_core::Link>) -> Vec<api::Link> {
    let link = |(index, link): (u64, kite_core::Link)| api::Link {
        id: Uuid::new_v5(&issue_id, &index.to_be_bytes()),
        url: link.url().to_owned(),
        title: link.title,
        issue_id,
    };
    (0..).zip(links).map(link).collect()
}

fn scope(scope: Scope) -> api::Scope {
    let id = scope_id(&scope);
    let Scope { namespace, resource_type, resource_name, resource_namespace, .. } = scope;
    let resource_namespace = if resource_namespace.is_empty() { namespace } else { resource_namespace };
    api::Scope { id, resource_type, resource_name, resource_namespace }
}

fn scope_id(scope: &Scope) -> Uuid {
    let Scope { cluster, namespace, resource_type, resource_name, resource_namespace } = scope;
    // No name holds a control character, so no two scopes have the same text.
    let text = [cluster, namespace, resource_type, resource_name, resource_namespace].map(String::as_str).join("\0");
    Uuid::new_v5(&NAMESPACE, text.as_bytes())
}

fn severity(severity: Severity) -> api::Severity {
    match severity {
        Severity::Info => api::Severity::Info,
        Severity::Minor => api::Severity::Minor,
        Severity::Major => api::Severity::Major,
        Severity::Critical => api::Severity::Critical,
    }
}

fn issue_type(issue_type: IssueType) -> api::IssueType {
    match issue_type {
        IssueType::Build => api::IssueType::Build,
        IssueType::Test => api::IssueType::Test,
        IssueType::Release => api::IssueType::Release,
        IssueType::Dependency => api::IssueType::Dependency,
        IssueType::Pipeline => api::IssueType::Pipeline,
    }
}

fn state(state: State) -> api::State {
    match state {
        State::Active => api::State::Active,
        State::Resolved => api::State::Resolved,
    }
}
