//! Causes as clients read them.

use kite_api as api;
use kite_core::affected::{self, Group, Movement, Suspicion};
use kite_core::{Issue, State};
use kite_store::{Cause, CauseDecision, Spread};

use super::{days, reference, severity, state};
use crate::use_cases::causes::Story;

/// A cause.
pub fn cause(cause: Cause, spread: Spread) -> api::Cause {
    api::Cause {
        title: cause.example.headline().to_owned(),
        example: reference(&cause.example),
        key: cause.key,
        state: state(cause.state),
        severity: severity(cause.severity),
        issues: cause.issues,
        namespaces: cause.namespaces,
        components: cause.components,
        blast_radius: cause.radius,
        first_seen_at: cause.first_seen_at,
        last_seen_at: cause.last_seen_at,
        resolved_at: cause.resolved_at,
        due_at: cause.due_at,
        overdue: cause.overdue,
        hidden: hidden(spread),
    }
}

/// One cause with everything about it.
pub fn details(story: Story) -> api::CauseDetails {
    let by_reason = affected::by_reason(&story.issues).iter().map(reason).collect();
    let by_namespace = affected::by_namespace(&story.issues).iter().map(namespace).collect();
    api::CauseDetails {
        movement: match story.movement {
            Movement::Spreading => api::Movement::Spreading,
            Movement::Steady => api::Movement::Steady,
            Movement::Shrinking => api::Movement::Shrinking,
        },
        active_yesterday: story.active_yesterday,
        by_reason,
        by_namespace,
        suspicions: story.suspicions.into_iter().map(|one| suspicion(one, story.others)).collect(),
        days: days(story.days, story.daily, story.health),
        is_complete: story.is_complete,
        cause: cause(story.cause, story.spread),
    }
}

/// Who else has the cause of an issue.
pub fn same(issue: &Issue, spread: Spread) -> api::SameCause {
    let itself = u64::from(issue.state == State::Active);
    api::SameCause {
        others: spread.issues.saturating_sub(itself),
        namespaces: spread.namespaces,
        hidden: hidden(spread),
    }
}

/// What a person decided.
pub fn decision(decision: CauseDecision) -> api::CauseDecision {
    let CauseDecision { namespace, cause, issues, into, by, at } = decision;
    api::CauseDecision { namespace, cause, issues, into, decided_by: by, decided_at: at }
}

fn hidden(spread: Spread) -> api::Hidden {
    api::Hidden { issues: spread.hidden_issues, namespaces: spread.hidden_namespaces }
}

fn suspicion(one: Suspicion, others: u64) -> api::Suspicion {
    api::Suspicion { what: one.what, value: one.value, elsewhere: one.elsewhere as u64, others }
}

fn reason(group: &Group<'_>) -> api::CauseReason {
    api::CauseReason {
        reason: group.name.to_owned(),
        remedy: group.remedy().map(str::to_owned),
        issues: group.issues.len() as u64,
        components: group.components() as u64,
        examples: group.examples().iter().map(|issue| reference(issue)).collect(),
    }
}

fn namespace(group: &Group<'_>) -> api::CauseNamespace {
    api::CauseNamespace {
        namespace: group.name.to_owned(),
        issues: group.issues.len() as u64,
        components: group.components() as u64,
    }
}
