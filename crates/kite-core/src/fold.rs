//! The standing of one identity from all its events, whatever order they arrived in.

use crate::issue::View;
use crate::ledger::{Ending, Episode, Ledger, Run};
use crate::position::{Position, Rank};
use crate::report::{Action, Clear, Content, Edit};

/// Something that happened to one identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An attempt failed. The content may be left out when it is stored elsewhere.
    Failed(Run, Option<Box<Content>>),
    /// Its scope, or the part it is in, was clear.
    Cleared(Position, Clear),
    /// A person decided something.
    Decided(Position, Option<String>, Action),
    /// The sweeper noticed that an expiry time had passed.
    Ticked(Position),
}

/// The result of a fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The standing.
    pub ledger: Ledger,
    /// The episodes that ended after the fold's starting point, oldest first.
    pub ended: Vec<Episode>,
    /// The newest run's content, when the events carried it.
    pub content: Option<Box<Content>>,
    /// The edits that cover the newest run, oldest first.
    pub edits: Vec<Edit>,
}

impl Event {
    /// Its place in the order.
    pub fn position(&self) -> Position {
        match self {
            Self::Failed(run, _) => run.position(),
            Self::Cleared(position, _) | Self::Decided(position, ..) | Self::Ticked(position) => position.clone(),
        }
    }
}

/// The standing after all these events.
///
/// `start` is the standing at the end of a clean episode, or the empty one; events up to that end
/// are left out, except that decisions of all times must be given, because an old edit may cover
/// the newest run.
pub fn fold(start: Ledger, mut events: Vec<Event>) -> Folded {
    let deleted = events.iter().filter_map(deletion).max();
    let deleted_until = deleted.as_ref().map(|position| position.at).max(start.deleted_until);
    let from = start.settled.clone();
    events.retain(|event| survives(event, deleted_until));
    events.sort_by_cached_key(Event::position);

    let edits = events.iter().filter_map(edit).collect::<Vec<_>>();
    let mut folding =
        Folding { ledger: Ledger { deleted_until, ..start }, runs: Vec::new(), ended: Vec::new(), content: None };
    for event in events {
        if Some(event.position()) > from {
            folding.apply(event);
        }
    }
    if let Some(deleted) = deleted {
        folding.ledger.settle(&deleted);
    }

    let Folding { ledger, ended, content, .. } = folding;
    let covering = |at| ledger.newest.as_ref().is_some_and(|run| run.ended_at <= at);
    let edits = edits.into_iter().filter(|(at, _)| covering(*at)).map(|(_, edit)| edit).collect();
    Folded { ledger, ended, content, edits }
}

/// What an issue shows: the newest run's content with the edits that cover it.
pub fn view(reported: crate::IssueType, content: Content, edits: &[Edit]) -> View {
    let mut view = View { issue_type: reported, content };
    for edit in edits {
        edit.apply(&mut view);
    }
    view
}

impl Edit {
    /// Replaces what the person gave.
    pub fn apply(&self, view: &mut View) {
        let Self { title, description, severity, issue_type, links } = self.clone();
        let content = &mut view.content;
        content.title = title.unwrap_or_else(|| std::mem::take(&mut content.title));
        content.description = description.unwrap_or_else(|| std::mem::take(&mut content.description));
        content.severity = severity.unwrap_or(content.severity);
        content.links = links.unwrap_or_else(|| std::mem::take(&mut content.links));
        view.issue_type = issue_type.unwrap_or(view.issue_type);
    }
}

fn deletion(event: &Event) -> Option<Position> {
    match event {
        Event::Decided(position, _, Action::Delete) => Some(position.clone()),
        _ => None,
    }
}

fn edit(event: &Event) -> Option<(jiff::Timestamp, Edit)> {
    match event {
        Event::Decided(position, _, Action::Edit(edit)) => Some((position.at, edit.clone())),
        _ => None,
    }
}

fn survives(event: &Event, deleted_until: Option<jiff::Timestamp>) -> bool {
    match event {
        Event::Failed(run, _) => Some(run.ended_at) > deleted_until,
        Event::Decided(position, ..) => Some(position.at) > deleted_until,
        Event::Cleared(..) | Event::Ticked(_) => true,
    }
}

struct Folding {
    ledger: Ledger,
    /// The runs of the open episode, needed when a decision covers only some of them.
    runs: Vec<Run>,
    ended: Vec<Episode>,
    content: Option<Box<Content>>,
}

impl Folding {
    fn apply(&mut self, event: Event) {
        let position = event.position();
        let expired = self.ledger.elapse(&position);
        self.push(expired);
        match event {
            Event::Failed(run, content) => {
                self.ledger.join(run.occurred_at, &run);
                self.runs.push(run.clone());
                self.ledger.newest = Some(run);
                self.content = content;
            }
            Event::Cleared(position, clear) => {
                let ended = self.ledger.clear(&position, clear).unwrap_or_default();
                self.push(ended);
            }
            Event::Decided(position, by, Action::Resolve { .. }) => self.resolve(&position, by),
            Event::Decided(position, _, Action::Reopen) => {
                let ended = self.ledger.reopen(&position, None).unwrap_or_default();
                self.push(ended);
            }
            Event::Decided(position, _, Action::Edit(_) | Action::Delete) | Event::Ticked(position) => {
                self.ledger.settle(&position);
            }
        }
    }

    /// Ends the open episode; the runs that ended after the decision go on in a new one.
    fn resolve(&mut self, position: &Position, by: Option<String>) {
        self.ledger.settle(position);
        let (outliving, covered): (Vec<Run>, Vec<Run>) =
            self.runs.drain(..).partition(|run| run.ended_at > position.at);
        let Some(open) = &mut self.ledger.open else {
            return;
        };
        if covered.is_empty() && !outliving.is_empty() {
            self.runs = outliving;
            return;
        }
        open.count = covered.len() as u64;
        if let Some(first) = covered.iter().map(|run| run.occurred_at).min()
            && !outliving.is_empty()
        {
            open.started_at = open.started_at.max(first);
        }
        let all = self.ledger.count;
        self.ledger.count -= outliving.len() as u64;
        let mut ended = self.ledger.close(position, Ending::ResolvedBy(by));
        self.ledger.count = all;
        if let Some(episode) = &mut ended {
            episode.clean = outliving.is_empty();
            self.ledger.last = Some(episode.clone());
        }
        for run in &outliving {
            self.ledger.carry(position.at, run);
        }
        self.ended.extend(ended);
        self.runs = outliving;
    }

    fn push(&mut self, ended: Vec<Episode>) {
        if !ended.is_empty() {
            self.runs.clear();
        }
        self.ended.extend(ended);
    }
}

/// The starting point of a fold: the standing at the end of a clean episode.
pub fn resume(ledger: &Ledger, episode: Episode) -> Ledger {
    let newest = ledger.newest.clone().filter(|run| run.position() < episode.end);
    Ledger {
        open: None,
        count: episode.count_so_far,
        newest,
        latest_end: ledger.latest_end,
        settled: Some(episode.end.clone()),
        deleted_until: ledger.deleted_until,
        last: Some(episode),
    }
}

/// The position of a clear that a sweep means: that of the anchor's previous run.
pub fn sweep_position(previous: Option<&Position>) -> Position {
    match previous {
        Some(run) => Position::attempt(run.at, run.run_id.clone(), Rank::Healthy),
        None => Position::attempt(jiff::Timestamp::UNIX_EPOCH, "", Rank::Healthy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IssueType;
    use jiff::Timestamp;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn failed(began: i64, ended: i64) -> Event {
        let run = Run { run_id: format!("run-{began}"), occurred_at: at(began), ended_at: at(ended), expires_at: None };
        Event::Failed(run, None)
    }

    fn expiring(began: i64, expires: i64) -> Event {
        let run = Run {
            run_id: format!("run-{began}"),
            occurred_at: at(began),
            ended_at: at(began),
            expires_at: Some(at(expires)),
        };
        Event::Failed(run, None)
    }

    fn green(second: i64) -> Event {
        Event::Cleared(Position::attempt(at(second), "green", Rank::Healthy), Clear::Healthy)
    }

    fn decided(second: i64, action: Action) -> Event {
        Event::Decided(Position::decision(at(second), "ann"), None, action)
    }

    fn resolved(second: i64) -> Event {
        decided(second, Action::Resolve { note: None })
    }

    /// Episodes as (start, end, count); an end of -1 is open.
    fn episodes(events: Vec<Event>) -> Vec<(i64, i64, u64)> {
        let Folded { ledger, ended, .. } = fold(Ledger::default(), events);
        let ended = ended.into_iter().map(|episode| (episode.started_at, episode.end.at.as_second(), episode.count));
        let open = ledger.open.map(|open| (open.started_at, -1, open.count));
        ended.chain(open).map(|(start, end, count)| (start.as_second(), end, count)).collect()
    }

    #[test]
    fn a_green_run_ends_what_began_before_it_however_late_that_ended() {
        assert_eq!(episodes(vec![green(4), failed(3, 20), failed(6, 7)]), [(3, 4, 1), (6, -1, 1)]);
    }

    #[test]
    fn a_run_that_outlives_a_resolve_goes_on_in_a_new_episode() {
        assert_eq!(episodes(vec![failed(1, 2), failed(3, 20), resolved(10)]), [(1, 10, 1), (10, -1, 1)]);
        assert_eq!(episodes(vec![failed(3, 20), resolved(10)]), [(3, -1, 1)], "nothing was covered, nothing ended");
        assert_eq!(episodes(vec![failed(3, 20), resolved(10), green(5)]), [(3, 5, 1)]);
    }

    #[test]
    fn each_resolve_covers_what_had_ended_by_then() {
        let events = vec![failed(1, 2), failed(3, 12), failed(4, 30), resolved(10), resolved(15), resolved(40)];
        assert_eq!(episodes(events), [(1, 10, 1), (10, 15, 1), (15, 40, 1)]);
    }

    #[test]
    fn a_reopened_issue_is_a_new_episode_that_counts_no_run() {
        let events = vec![failed(1, 2), green(3), decided(5, Action::Reopen)];
        assert_eq!(episodes(events.clone()), [(1, 3, 1), (5, -1, 0)]);
        assert_eq!(episodes([events, vec![green(6)]].concat()), [(1, 3, 1), (5, 6, 0)]);
        assert_eq!(episodes(vec![decided(5, Action::Reopen)]), [], "there is nothing to reopen");
    }

    #[test]
    fn a_run_expires_only_while_it_is_the_newest() {
        assert_eq!(episodes(vec![expiring(1, 5), failed(3, 3), failed(9, 9)]), [(1, -1, 3)]);
        assert_eq!(episodes(vec![expiring(1, 5), failed(9, 9)]), [(1, 5, 1), (9, -1, 1)]);
        assert_eq!(episodes(vec![expiring(1, 5)]), [(1, -1, 1)], "time passes when something happens");
        assert_eq!(episodes(vec![expiring(1, 5), Event::Ticked(Position::decision(at(5), "run-1"))]), [(1, 5, 1)]);
    }

    #[test]
    fn a_deletion_covers_what_had_ended_and_leaves_the_rest() {
        let events = vec![failed(1, 2), failed(3, 20), decided(10, Action::Delete)];
        assert_eq!(episodes(events), [(3, -1, 1)]);
        let all = fold(Ledger::default(), vec![failed(1, 2), resolved(4), decided(10, Action::Delete)]).ledger;
        assert!(!all.exists());
        assert_eq!(all.deleted_until, Some(at(10)));
    }

    #[test]
    fn an_edit_covers_the_newest_run_only_if_that_had_ended() {
        let edit = |second, title: &str| {
            decided(second, Action::Edit(Edit { title: Some(title.to_owned()), ..Edit::default() }))
        };
        let covering = |events| fold(Ledger::default(), events).edits.len();
        assert_eq!(covering(vec![failed(1, 2), edit(3, "a"), edit(4, "b")]), 2);
        assert_eq!(covering(vec![failed(1, 9), edit(3, "a")]), 0);
        assert_eq!(covering(vec![failed(1, 2), edit(3, "a"), failed(5, 6)]), 0);
        let view = view(IssueType::Build, content(), &[Edit { issue_type: Some(IssueType::Test), ..Edit::default() }]);
        assert_eq!((view.issue_type, view.content), (IssueType::Test, content()));
    }

    fn content() -> Content {
        Content {
            revision: 0,
            ended_at: None,
            title: "title".to_owned(),
            description: String::new(),
            severity: crate::Severity::Major,
            links: Vec::new(),
            labels: std::collections::BTreeMap::new(),
            expires_at: None,
            due_at: None,
            cause: None,
            reason: None,
            diagnosis: None,
        }
    }
}
