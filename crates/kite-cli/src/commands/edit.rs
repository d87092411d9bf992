//! `kite edit`: what an issue says, in an editor.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use kite_api::{Issue, LinkInput, UpdateIssue};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::process::Command;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use crate::failure::{Exit, Failure};
use crate::find::{Target, short_id};
use crate::session::Session;
use crate::table::{severity_word, type_word};
use crate::text::one_line;

const HEAD: &str = "# Change what the issue says, save and leave the editor. What stays as it is, is not sent.\n\
    # What you write holds until something newer fails. An empty file changes nothing.\n";

/// Change what an issue says, in your editor
///
/// The editor is the one in `$KITE_EDITOR`, `$KUBE_EDITOR`, `$VISUAL` or `$EDITOR`. Only what you
/// change is sent, and nothing when somebody else changed the same while you wrote.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Which issue.
    #[command(flatten)]
    pub target: Target,
}

/// What can be changed of an issue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Draft {
    title: String,
    severity: String,
    issue_type: String,
    description: String,
    links: Vec<Link>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    title: String,
    url: String,
}

/// Changes an issue.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let issue = args.target.find(session).await?;
    let before = Draft::of(&issue);
    let yaml = yaml_serde::to_string(&before).map_err(|error| Failure::problem(error.to_string()))?;
    let text = format!("{HEAD}{yaml}");
    let file = draft_file(&text).map_err(|error| failed(&error))?;
    let ended = run_editor(file.path()).await;
    // Many editors write a new file in the place of the old one.
    let edited = fs::read_to_string(file.path()).map_err(|error| failed(&error));
    // From here on what the person wrote must not get lost.
    let is_written = edited.as_ref() != Ok(&text);
    let done = async {
        ended?;
        let edited = edited?;
        let is_empty = edited.lines().all(|line| line.trim().is_empty() || line.starts_with('#'));
        if is_empty || edited == text {
            return Ok(None);
        }
        let wrong = |error| Failure::usage(format!("failed to understand what you wrote: {error}"));
        let draft = yaml_serde::from_str(&edited).map_err(wrong)?;
        tokio::select! {
            sent = send(session, issue.id, &before, &draft) => sent,
            _ = ctrl_c() => Err(Failure { exit: Exit::INTERRUPTED, ..Failure::problem("interrupted") }),
        }
    };
    match done.await {
        Err(failure) if is_written => Err(match file.keep() {
            Ok((_, path)) => failure.hint(format!("what you wrote is in `{}`", path.display())),
            Err(_) => failure,
        }),
        Err(failure) => Err(failure),
        Ok(None) => {
            session.printer.say("nothing was changed");
            Ok(Exit::Fine)
        }
        Ok(Some(changed)) => {
            session.printer.say(&format!("changed {} ({})", short_id(changed.id), one_line(&changed.title)));
            Ok(Exit::Fine)
        }
    }
}

/// Sends what differs from before, if anything; gives what the issue is now.
async fn send(session: &Session, id: Uuid, before: &Draft, draft: &Draft) -> Result<Option<Issue>, Failure> {
    if draft == before {
        return Ok(None);
    }
    let client = session.client().await?;
    let now = Draft::of(&session.wait(client.get_issue(id)).await?);
    let update = draft.changes(before, &now)?;
    session.wait(client.update_issue(id, &update)).await.map(Some)
}

impl Draft {
    fn of(issue: &Issue) -> Self {
        let links = issue.links.iter().map(|link| Link { title: link.title.clone(), url: link.url.clone() });
        Self {
            title: issue.title.clone(),
            severity: severity_word(issue.severity).to_owned(),
            issue_type: type_word(issue).to_owned(),
            description: issue.description.clone(),
            links: links.collect(),
        }
    }

    /// What differs from before; nothing of it may have changed on the server meanwhile.
    fn changes(&self, before: &Self, now: &Self) -> Result<UpdateIssue, Failure> {
        let mut conflicts = Vec::new();
        let mut text = |name: &'static str, of: fn(&Self) -> &String| {
            let (mine, was, is) = (of(self), of(before), of(now));
            if mine != was && was != is && mine != is {
                conflicts.push(name);
            }
            (mine != was).then(|| mine.clone())
        };
        let mut update = UpdateIssue {
            title: text("title", |draft| &draft.title),
            severity: text("severity", |draft| &draft.severity),
            issue_type: text("issueType", |draft| &draft.issue_type),
            description: text("description", |draft| &draft.description),
            ..UpdateIssue::default()
        };
        if self.links != before.links {
            if before.links != now.links && self.links != now.links {
                conflicts.push("links");
            }
            let links = self.links.iter();
            let links = links.map(|link| LinkInput { title: Some(link.title.clone()), url: Some(link.url.clone()) });
            update.links = Some(links.collect());
        }
        if conflicts.is_empty() {
            return Ok(update);
        }
        Err(Failure::problem(format!("somebody else has changed the same meanwhile: {}", conflicts.join(", "))))
    }
}

fn draft_file(text: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("kite-").suffix(".yaml").tempfile()?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

fn failed(error: &io::Error) -> Failure {
    Failure::problem(format!("failed to edit: {error}"))
}

/// Lets a person edit a file.
async fn run_editor(file: &Path) -> Result<(), Failure> {
    let wanted = ["KITE_EDITOR", "KUBE_EDITOR", "VISUAL", "EDITOR"];
    let command = wanted.iter().find_map(|name| env::var(name).ok().filter(|command| !command.is_empty()));
    let command = command.unwrap_or_else(|| "vi".to_owned());
    let failed = |why: String| {
        Failure::problem(format!("the editor `{command}` failed: {why}")).hint("name another one in KITE_EDITOR")
    };
    let words = shlex::split(&command).unwrap_or_default();
    let (program, arguments) = words.split_first().ok_or_else(|| failed("it is no command".to_owned()))?;
    // Ctrl-C is for the editor, which has the terminal.
    let _ignored = signal(SignalKind::interrupt()).map_err(|error| failed(error.to_string()))?;
    let ended = Command::new(program).args(arguments).arg(file).status().await;
    let ended = ended.map_err(|error| failed(error.to_string()))?;
    if ended.success() { Ok(()) } else { Err(failed(ended.to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(title: &str, description: &str) -> Draft {
        Draft {
            title: title.to_owned(),
            severity: "major".to_owned(),
            issue_type: "build".to_owned(),
            description: description.to_owned(),
            links: Vec::new(),
        }
    }

    #[test]
    fn only_what_was_changed_is_sent() {
        let before = draft("a", "b");
        // Somebody else has changed another field.
        let update = draft("mine", "b").changes(&before, &draft("a", "theirs")).unwrap();
        assert_eq!(update, UpdateIssue { title: Some("mine".to_owned()), ..UpdateIssue::default() });
    }

    #[test]
    fn what_both_have_changed_is_a_conflict() {
        let before = draft("a", "b");
        let failure = draft("mine", "b").changes(&before, &draft("theirs", "b")).unwrap_err();
        assert_eq!(failure.message, "somebody else has changed the same meanwhile: title");
        assert!(draft("same", "b").changes(&before, &draft("same", "b")).is_ok());
    }
}
