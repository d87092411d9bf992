//! Causes: what issues have in common, and whom it concerns.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use kite_core::affected::{Movement, Suspicion, suspicions};
use kite_core::trend::{self, Daily, DayHealth, Days};
use kite_core::{Issue, IssueFilter, Reach, text};
use kite_store::{Cause, CauseDecision, CausePage, CauseQuery, Decided, ListQuery, Sort, Spread, Start};

use crate::access::Verb;
use crate::app::App;
use crate::input::Asking;
use crate::problem::Problem;

/// Issues of a cause that are looked at.
const MOST_ISSUES: u32 = 500;
/// Other issues that are looked at, to see what they have in common with it.
const MOST_OTHERS: u32 = 200;
/// Open and ended episodes that are looked at, each.
const MOST_STRETCHES: u32 = 5_000;
/// Decisions in one namespace.
const MOST_DECISIONS: u64 = 1_000;
const DAYS: u16 = 14;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// One cause, as far as somebody may read of it.
#[derive(Debug)]
pub struct Story {
    /// The cause.
    pub cause: Cause,
    /// How many active issues it has, also beyond reach.
    pub spread: Spread,
    /// Its issues, worst and newest first.
    pub issues: Vec<Issue>,
    /// Issues that were active 24 hours ago.
    pub active_yesterday: u64,
    /// Which way it goes.
    pub movement: Movement,
    /// The last days.
    pub days: Days,
    /// How each day was.
    pub health: Vec<DayHealth>,
    /// What happened on each day.
    pub daily: Vec<Daily>,
    /// What all its issues have in common and others have not.
    pub suspicions: Vec<Suspicion>,
    /// How many other issues were looked at for that.
    pub others: u64,
    /// Whether this is all of it that is within reach.
    pub is_complete: bool,
}

/// A page of causes, and how many active issues each has.
pub async fn list_causes(
    app: &App,
    asking: &Asking,
    query: &CauseQuery,
) -> Result<(CausePage, BTreeMap<String, Spread>), Problem> {
    let page = app.store.cause_list(query).await?;
    let spreads = spreads(app, asking, page.causes.iter().map(|cause| cause.key.as_str())).await?;
    Ok((page, spreads))
}

/// One cause. One of which nothing is within reach is as good as none.
pub async fn read_cause(app: &App, asking: &Asking, key: &str) -> Result<Story, Problem> {
    let (reach, now) = (asking.shown(app).await?, app.clock.now());
    // Nothing that is stored has such a key, and PostgreSQL would not even look for it.
    let is_key = !key.is_empty() && key.len() <= text::NAME_BYTES && !key.chars().any(char::is_control);
    let cause = if is_key { app.store.cause_get(&reach, key, now).await? } else { None };
    let cause = cause.ok_or_else(no_such_cause)?;
    let all = IssueFilter { causes: vec![cause.key.clone()], ..IssueFilter::all(reach) };
    let of_state = IssueFilter { states: vec![cause.state], ..all.clone() };
    let worst = ListQuery { filter: of_state, sort: Sort::Worst, limit: MOST_ISSUES, start: Start::Offset(0) };
    let anything = IssueFilter { states: vec![cause.state], ..IssueFilter::all(all.reach.clone()) };
    let newest = ListQuery { filter: anything, sort: Sort::Newest, limit: MOST_OTHERS, start: Start::Offset(0) };
    let days = Days::until(now, DAYS);
    let (others, page, stretches, spreads) = tokio::try_join!(
        async { Ok(app.store.issue_list(&newest).await?) },
        async { Ok(app.store.issue_list(&worst).await?) },
        async { Ok(app.store.stretches(&all, days.start(), MOST_STRETCHES).await?) },
        spreads(app, asking, [cause.key.as_str()]),
    )?;
    let mut others = others.issues;
    others.retain(|issue| issue.cause.as_deref() != Some(&cause.key));
    let active_at = |time| trend::active_at(&stretches.stretches, time).values().sum();
    let (active, active_yesterday) = (active_at(now), active_at(now - DAY));
    Ok(Story {
        movement: Movement::between(active_yesterday, active),
        spread: spreads.get(&cause.key).copied().unwrap_or_default(),
        active_yesterday,
        health: trend::strip(&stretches.stretches, days),
        daily: trend::daily(&stretches.stretches, days),
        days,
        suspicions: suspicions(&page.issues, &others),
        others: others.len() as u64,
        is_complete: stretches.is_complete && page.next.is_none(),
        issues: page.issues,
        cause,
    })
}

/// Writes down what a person decided about a cause, in one namespace and for it alone.
pub async fn decide(app: &App, asking: &Asking, decision: CauseDecision) -> Result<CauseDecision, Problem> {
    let CauseDecision { namespace, cause, into, issues, .. } = &decision;
    asking.may(Verb::Update, namespace).await?;
    asking.may(Verb::Read, namespace).await?;
    let here = Reach::Only([namespace.clone()].into());
    if issues.is_empty() && into != cause && app.store.cause_get(&here, cause, decision.at).await?.is_none() {
        return Err(no_such_cause());
    }
    match app.store.cause_decide(&decision, MOST_DECISIONS).await? {
        Decided::Holds(decision) => Ok(decision),
        Decided::NoSuchIssue => Err(Problem::no_such_issue()),
        Decided::TooMany => Err(Problem::Conflict(format!(
            "there are {MOST_DECISIONS} decisions about causes in `{namespace}`: take some back first"
        ))),
    }
}

/// What people decided about causes in the namespaces that the caller may read: about all, or those put down to one.
pub async fn list_decisions(app: &App, asking: &Asking, into: Option<&str>) -> Result<Vec<CauseDecision>, Problem> {
    let limit = u32::try_from(MOST_DECISIONS).unwrap_or(u32::MAX);
    Ok(app.store.cause_decision_list(&asking.reach(app).await?, into, limit).await?)
}

/// How many active issues some causes have. Whoever asks inside one namespace shares a failure with others
/// all the same: hidden is what the caller may not read at all.
pub async fn spreads<'a>(
    app: &App,
    asking: &Asking,
    keys: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, Spread>, Problem> {
    let keys: BTreeSet<_> = keys.into_iter().map(str::to_owned).collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let reach = asking.everywhere().reach(app).await?;
    Ok(app.store.cause_spread(&reach, &keys.into_iter().collect::<Vec<_>>()).await?)
}

/// How many active issues the cause of an issue has; `None` when no cause is known.
pub async fn spread_of(app: &App, asking: &Asking, issue: &Issue) -> Result<Option<Spread>, Problem> {
    let spreads = spreads(app, asking, issue.cause.as_deref()).await?;
    Ok(issue.cause.as_ref().map(|key| spreads.get(key).copied().unwrap_or_default()))
}

fn no_such_cause() -> Problem {
    Problem::NotFound("there is no such cause".to_owned())
}
