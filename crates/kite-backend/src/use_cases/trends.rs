//! What was broken when.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::SignedDuration;
use kite_core::trend::{self, Daily, DayHealth, Days};
use kite_core::{Issue, IssueFilter, Stretch};
use kite_store::Stretches;
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;

/// Open and ended episodes that are looked at, each.
const MOST_STRETCHES: u32 = 5_000;
/// Components and issues that are shown.
const SHOWN: usize = 10;

/// What was broken in some days.
#[derive(Debug)]
pub struct Trends {
    /// The days, oldest first.
    pub days: Days,
    /// How each day was.
    pub health: Vec<DayHealth>,
    /// What happened on each day.
    pub daily: Vec<Daily>,
    /// How long it took on average until it was over.
    pub mean_time_to_recovery: Option<SignedDuration>,
    /// The components that were broken longest.
    pub components: Vec<Component>,
    /// The issues that came back most often, with their episodes.
    pub flapping: Vec<(Issue, u32)>,
    /// Whether the figures are of all that was broken.
    pub is_complete: bool,
}

/// How long a component was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Tenant in which its issues are filed.
    pub namespace: String,
    /// Its application.
    pub application: String,
    /// Its name.
    pub component: String,
    /// How long its issues were active, added up.
    pub active: SignedDuration,
    /// Episodes of its issues.
    pub episodes: u32,
}

/// Reads what was broken in the last days.
pub async fn read_trends(app: &App, filter: &IssueFilter, days: u16) -> Result<Trends, Problem> {
    let days = Days::until(app.clock.now(), days);
    let Stretches { stretches, is_complete } = app.store.stretches(filter, days.start(), MOST_STRETCHES).await?;
    Ok(Trends {
        days,
        health: trend::strip(&stretches, days),
        daily: trend::daily(&stretches, days),
        mean_time_to_recovery: trend::mean_time_to_recovery(&stretches, days),
        components: components(&stretches, days),
        flapping: flapping(app, filter, &stretches).await?,
        is_complete,
    })
}

fn components(stretches: &[Stretch], days: Days) -> Vec<Component> {
    let groups = trend::by_component(stretches).into_iter().map(|(place, group)| Component {
        namespace: place.namespace.to_owned(),
        application: place.application.to_owned(),
        component: place.component.to_owned(),
        episodes: count(&group),
        active: trend::active_time(group, days),
    });
    let mut components: Vec<_> = groups.collect();
    // Stable, so that what is equal stays in the order of the names.
    components.sort_by_key(|component| Reverse(component.active));
    components.truncate(SHOWN);
    components
}

/// Only the few that are shown need their texts.
async fn flapping(app: &App, filter: &IssueFilter, stretches: &[Stretch]) -> Result<Vec<(Issue, u32)>, Problem> {
    let episodes = trend::by_issue(stretches).into_iter().map(|(id, group)| (id, count(&group)));
    let mut most: Vec<(Uuid, u32)> = episodes.filter(|(_, episodes)| *episodes > 1).collect();
    most.sort_by_key(|(_, episodes)| Reverse(*episodes));
    most.truncate(SHOWN);
    let ids: Vec<_> = most.iter().map(|(id, _)| *id).collect();
    let issues = app.store.issue_get_all(&filter.reach, &ids).await?;
    let mut issues: HashMap<_, _> = issues.into_iter().map(|issue| (issue.id, issue)).collect();
    // Somebody may have deleted one since.
    Ok(most.into_iter().filter_map(|(id, episodes)| Some((issues.remove(&id)?, episodes))).collect())
}

fn count(group: &[&Stretch]) -> u32 {
    u32::try_from(group.len()).unwrap_or(u32::MAX)
}
