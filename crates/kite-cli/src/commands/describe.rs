//! `kite describe`: everything about an issue.

use jiff::Timestamp;
use kite_api::{Change, Diagnosis, Episode, Hidden, History, Issue, State};

use crate::clock::{age, now};
use crate::failure::{Exit, Failure};
use crate::find::Target;
use crate::session::Session;
use crate::table::{counted, severity_word, state_word, type_word};
use crate::text::{Text, Tone, one_line};

/// Changes that are shown.
const CHANGES: usize = 20;

/// Show everything about an issue: why, where to look, what happened to it
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
}

/// Shows everything about an issue.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let client = session.client().await?;
    let now = now();
    let mut text = Text::default();
    for (number, found) in args.target.find_all(session).await?.iter().enumerate() {
        if number > 0 {
            text.end_line();
        }
        // A list does not tell of an issue who else has the same failure, nor what its log said.
        let asked = async { tokio::try_join!(client.get_issue(found.id), client.history(found.id, None)) };
        let (issue, history) = session.wait(asked).await?;
        about(&mut text, &issue, now);
        told(&mut text, &history, CHANGES);
    }
    session.printer.show(&text)?;
    Ok(Exit::Fine)
}

fn about(text: &mut Text, issue: &Issue, now: Timestamp) {
    text.push(Tone::Strong, one_line(&issue.title)).end_line();
    let since = |time: Timestamp| format!("{time} ({} ago)", age(now, time));
    text.field("Severity", Tone::Of(issue.severity), severity_word(issue.severity));
    let tone = if issue.state == State::Resolved { Tone::Good } else { Tone::Plain };
    text.field("State", tone, state_word(issue.state));
    let scope = &issue.scope;
    let labels = issue.labels.iter().map(|(key, value)| format!("{key}={value}"));
    for (name, value) in [
        ("Id", issue.id.to_string()),
        ("Namespace", issue.namespace.clone()),
        ("Cluster", issue.cluster.clone()),
        ("Type", type_word(issue).to_owned()),
        ("Resource", format!("{}/{}", scope.resource_type, scope.resource_name)),
        ("Variant", issue.variant.clone()),
        ("Reason", issue.reason.clone().unwrap_or_default()),
        ("Cause", issue.cause.clone().unwrap_or_default()),
        ("Same failure", same_cause(issue)),
        ("Broken since", since(issue.detected_at)),
        ("Resolved", issue.resolved_at.map(since).unwrap_or_default()),
        ("Last failed", since(issue.last_failed_at)),
        ("Failed runs", format!("{} in {}", issue.count, counted(issue.episodes, "episode"))),
        ("Due", issue.due_at.map(|at| at.to_string()).unwrap_or_default()),
        ("Expires", issue.expires_at.map(|at| at.to_string()).unwrap_or_default()),
        ("Labels", labels.collect::<Vec<_>>().join(", ")),
    ] {
        text.field(name, Tone::Plain, &value);
    }
    text.heading("Why");
    if let Some(diagnosis) = &issue.diagnosis {
        diagnosed(text, diagnosis);
    }
    for line in issue.description.lines() {
        text.plain(format!("  {}", line.trim_end())).end_line();
    }
    if !issue.links.is_empty() {
        text.heading("Links");
        for link in &issue.links {
            text.field(&one_line(&link.title), Tone::Plain, &link.url);
        }
    }
    let related = issue.related_from.iter().map(|relation| &relation.target);
    let related: Vec<_> = related.chain(issue.related_to.iter().map(|relation| &relation.source)).collect();
    if !related.is_empty() {
        text.heading("Related");
        for other in related {
            text.field(severity_word(other.severity), Tone::Plain, &format!("{}  {}", other.id, other.title));
        }
    }
}

/// What KITE makes of the failure, before its own words.
fn diagnosed(text: &mut Text, diagnosis: &Diagnosis) {
    let where_it_failed = [&diagnosis.task, &diagnosis.step].into_iter().flatten().cloned().collect::<Vec<_>>();
    for (name, value) in [
        ("Summary", diagnosis.summary.clone()),
        ("What helps", diagnosis.remedy.clone()),
        ("Class", diagnosis.class.clone()),
        ("Where", Some(where_it_failed.join("/"))),
    ] {
        text.field(name, Tone::Strong, &value.unwrap_or_default());
    }
    for line in diagnosis.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
        text.push(Tone::Faint, "  | ").plain(one_line(line)).end_line();
    }
    text.end_line();
}

/// How many others have the same failure; of what the caller may not read, only the number.
fn same_cause(issue: &Issue) -> String {
    let Some(same) = &issue.same_cause else { return String::new() };
    let seen = (same.others > 0).then(|| format!("{} more", same.others));
    [seen, unseen(same.hidden)].into_iter().flatten().collect::<Vec<_>>().join(", and ")
}

/// What the caller may not see, if there is any.
pub fn unseen(hidden: Hidden) -> Option<String> {
    let namespaces = counted(hidden.namespaces, "namespace");
    (hidden.issues > 0).then(|| format!("{} in {namespaces} that you may not see", hidden.issues))
}

/// What happened to an issue: its episodes, and so many changes.
pub fn told(text: &mut Text, history: &History, most: usize) {
    text.heading("Episodes");
    history.episodes.iter().for_each(|episode| self::episode(text, episode));
    text.heading("History");
    history.changes.iter().take(most).for_each(|change| self::change(text, change));
    if history.changes.len() > most || history.next_cursor.is_some() {
        text.push(Tone::Faint, "  there is more: `kite history` shows it").end_line();
    }
}

fn episode(text: &mut Text, episode: &Episode) {
    let end = match (episode.ended_at, &episode.end_reason) {
        (Some(at), Some(reason)) => format!("{at}, {reason}{}", by(episode.ended_by.as_deref())),
        (Some(at), None) => at.to_string(),
        (None, _) => "now".to_owned(),
    };
    let words = format!("{}. {} to {end}; failed runs: {}", episode.number, episode.started_at, episode.count);
    text.plain(format!("  {}", one_line(&words))).end_line();
}

fn change(text: &mut Text, change: &Change) {
    let severity = match (change.from_severity, change.to_severity) {
        (Some(from), Some(to)) => format!(", {} to {}", severity_word(from), severity_word(to)),
        _ => String::new(),
    };
    let note = change.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
    let words = format!("{}  {}{}{severity}{note}", change.at, change.reason, by(change.by.as_deref()));
    text.plain("  ").plain(one_line(&words)).end_line();
}

fn by(who: Option<&str>) -> String {
    who.map(|who| format!(" by {who}")).unwrap_or_default()
}
