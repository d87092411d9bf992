//! `kite cause merge`, `split`, `undo` and `decisions`: which issues belong together.

use std::collections::BTreeMap;

use clap_complete::ArgValueCompleter;
use kite_api::{CauseDecision, DecideCause, Issue};

use crate::clock::{age, now};
use crate::completion;
use crate::failure::{Exit, Failure};
use crate::find;
use crate::find_cause::{self, is_meant, short_key};
use crate::output::Format;
use crate::session::Session;
use crate::table::{plural, table};
use crate::text::{Tone, one_line};

/// Put all issues of one cause down to another one, those to come, too
///
/// It holds in one namespace (-n) and changes nothing that others see.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  kite cause merge f1-0c5b2a9d known/flaky-registry -n team-a")]
pub struct Merge {
    /// The cause: its key, or one of its issues
    #[arg(value_name = "CAUSE", add = ArgValueCompleter::new(completion::causes_and_issues))]
    pub cause: String,
    /// The cause that they are put down to; a new key is fine
    #[arg(value_name = "INTO", add = ArgValueCompleter::new(completion::causes))]
    pub into: String,
}

/// Put some issues down to another cause, as long as they fail as they do now
///
/// Without --into it is a cause of their own.
#[derive(Clone, Debug, clap::Args)]
pub struct Split {
    /// The issues: id, end of the id, or resource
    #[arg(value_name = "ISSUE", required = true, add = ArgValueCompleter::new(completion::issues))]
    pub issues: Vec<String>,
    /// The cause that they are put down to; a new key is fine
    #[arg(long, value_name = "CAUSE", add = ArgValueCompleter::new(completion::causes))]
    pub into: Option<String>,
}

/// Take back what was decided about a cause, or about some issues
///
/// That undoes one decision and no other.
#[derive(Clone, Debug, clap::Args)]
pub struct Undo {
    /// The key that was merged, as `kite cause decisions` shows it, or issues that were split off
    #[arg(value_name = "CAUSE|ISSUE", required = true, add = ArgValueCompleter::new(completion::merged))]
    pub names: Vec<String>,
}

/// List which causes are put down to others
#[derive(Clone, Debug, clap::Args)]
pub struct Decisions {
    /// In all namespaces that you may see
    #[arg(short = 'A', long)]
    pub all_namespaces: bool,
    /// How to print: table, wide, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Puts a cause down to another one.
pub async fn merge(session: &Session, args: Merge) -> Result<Exit, Failure> {
    let namespace = namespace(session).await?;
    let cause = find_cause::one(session, &args.cause, Some(&namespace)).await?.cause.key;
    let into = find_cause::known_or_new(session, &args.into, Some(&namespace)).await?;
    if into == cause {
        return Err(Failure::usage(format!("{} cannot be put down to itself", one_line(&cause)))
            .hint("`kite cause undo` takes back what was decided"));
    }
    let decided = decide(session, &namespace, &cause, &[], Some(into)).await?;
    if decided.into == cause {
        return Err(Failure::problem(format!("{} is put down to {} already", one_line(&args.into), one_line(&cause)))
            .hint(format!("`kite cause undo {} -n {namespace}` takes that back", one_line(&args.into))));
    }
    let words = format!("in {namespace} {} is put down to {}", one_line(&cause), one_line(&decided.into));
    session.printer.say(&words);
    session.printer.say(&format!("`kite cause undo {} -n {namespace}` takes it back", one_line(&short_key(&cause))));
    Ok(Exit::Fine)
}

/// Puts issues down to another cause.
pub async fn split(session: &Session, args: Split) -> Result<Exit, Failure> {
    let groups = groups(find_issues(session, &args.issues).await?)?;
    if groups.len() > 1 && args.into.is_none() {
        return Err(Failure::usage("the issues have different causes, or are in different namespaces")
            .hint("name those of one cause only, or --into"));
    }
    for ((namespace, cause), issues) in groups {
        let into = match &args.into {
            Some(into) => Some(find_cause::known_or_new(session, into, Some(&namespace)).await?),
            None => None,
        };
        if into.as_ref() == Some(&cause) {
            let words = format!(
                "{} of {namespace} is put down to {} as it is",
                plural(issues.len(), "issue"),
                one_line(&cause)
            );
            session.printer.say(&words);
            continue;
        }
        say(session, &decide(session, &namespace, &cause, &issues, into).await?);
    }
    Ok(Exit::Fine)
}

/// Takes decisions back.
pub async fn undo(session: &Session, args: Undo) -> Result<Exit, Failure> {
    let place = session.namespace(false).await?;
    let client = session.client().await?;
    let known = session.wait(client.cause_decisions(place.as_deref())).await?.data;
    let mut issues = Vec::new();
    for name in &args.names {
        let meant: Vec<_> = known.iter().filter(|decision| is_meant(&decision.cause, name)).collect();
        match meant.as_slice() {
            [] => issues.push(undecided(session, name, &known).await?),
            [one] => {
                decide(session, &one.namespace, &one.cause, &[], Some(one.cause.clone())).await?;
                let words = format!("in {} {} is a cause of its own again", one.namespace, one_line(&one.cause));
                session.printer.say(&words);
            }
            [_, ..] => {
                return Err(Failure::usage(format!("several decisions may be meant by `{}`", one_line(name)))
                    .hint("name the namespace with -n, and all of the key"));
            }
        }
    }
    for ((namespace, cause), issues) in groups(issues)? {
        let decided = decide(session, &namespace, &cause, &issues, Some(cause.clone())).await?;
        if decided.into == cause {
            let words = format!("nothing was decided about {} of {}", plural(issues.len(), "issue"), one_line(&cause));
            return Err(Failure::problem(words).hint("`kite cause decisions` lists what was merged"));
        }
        say(session, &decided);
    }
    Ok(Exit::Fine)
}

/// Lists which causes are put down to others.
pub async fn decisions(session: &Session, args: Decisions) -> Result<Exit, Failure> {
    let namespace = session.namespace(args.all_namespaces).await?;
    let client = session.client().await?;
    let list = session.wait(client.cause_decisions(namespace.as_deref())).await?;
    let is_wide = matches!(args.output, Format::Wide);
    match &args.output {
        Format::Table | Format::Wide if list.data.is_empty() => session.printer.say("nothing was merged"),
        Format::Table | Format::Wide => {
            let now = now();
            let key = |key: &String| if is_wide { key.clone() } else { short_key(key) };
            let rows = list.data.iter().map(|decision| {
                let CauseDecision { namespace, cause, into, decided_by, decided_at, .. } = decision;
                let by = decided_by.clone().unwrap_or_default();
                (Tone::Plain, vec![namespace.clone(), key(cause), key(into), age(now, *decided_at), by])
            });
            let head = ["NAMESPACE", "CAUSE", "INTO", "AGE", "BY"];
            let width = if is_wide { usize::MAX } else { session.printer.width() };
            session.printer.show(&table(&head, rows.collect(), width))?;
        }
        output if output.print_data(&session.printer, &list)? => {}
        _ => return Err(Format::unknown("table, wide, json, yaml and jsonpath")),
    }
    Ok(Exit::Fine)
}

/// The issue of a name that is no merged cause.
async fn undecided(session: &Session, name: &str, known: &[CauseDecision]) -> Result<Issue, Failure> {
    let sources = known.iter().filter(|decision| is_meant(&decision.into, name));
    let sources: Vec<_> = sources.map(|decision| short_key(&decision.cause)).collect();
    if !sources.is_empty() {
        let words = format!("`{}` is what others are put down to: {}", one_line(name), sources.join(", "));
        return Err(Failure::usage(words).hint("name the one that is to be a cause of its own again"));
    }
    find::one(session, name).await.map_err(|failure| match failure.exit {
        Exit::Problem => Failure::problem(format!("nothing was decided about `{}`", one_line(name)))
            .hint("`kite cause decisions -A` lists what was merged"),
        _ => failure,
    })
}

async fn find_issues(session: &Session, names: &[String]) -> Result<Vec<Issue>, Failure> {
    let mut issues = Vec::new();
    for name in names {
        issues.push(find::one(session, name).await?);
    }
    Ok(issues)
}

/// The ids of issues by their namespace and cause; each must have one.
fn groups(issues: Vec<Issue>) -> Result<BTreeMap<(String, String), Vec<String>>, Failure> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for issue in issues {
        let cause = issue.cause.clone().ok_or_else(|| find_cause::unknown(&issue))?;
        groups.entry((issue.namespace, cause)).or_default().push(issue.id.to_string());
    }
    Ok(groups)
}

async fn decide(
    session: &Session,
    namespace: &str,
    cause: &str,
    issues: &[String],
    into: Option<String>,
) -> Result<CauseDecision, Failure> {
    let decision = DecideCause {
        namespace: Some(namespace.to_owned()),
        cause: Some(cause.to_owned()),
        issues: (!issues.is_empty()).then(|| issues.to_vec()),
        into,
    };
    session.wait(session.client().await?.decide_cause(&decision)).await
}

fn say(session: &Session, decided: &CauseDecision) {
    let CauseDecision { namespace, cause, issues, into, .. } = decided;
    let issues = plural(issues.len(), "issue");
    session.printer.say(&format!("in {namespace} {issues} of {}: put down to {} now", one_line(cause), one_line(into)));
}

async fn namespace(session: &Session) -> Result<String, Failure> {
    session.namespace(false).await?.ok_or_else(|| {
        Failure::usage("a decision about a cause holds in one namespace").hint("name it with -n, or KITE_NAMESPACE")
    })
}
