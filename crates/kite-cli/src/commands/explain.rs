//! `kite explain`: why issues share a cause.

use clap_complete::ArgValueCompleter;
use kite_api::{Diagnosis, Issue};
use kite_client::IssueQuery;
use kite_rules::cause::{self, Explanation, Fingerprint, Token};

use crate::completion;
use crate::failure::{Exit, Failure};
use crate::find::{self, short_id};
use crate::find_cause::{self, is_split};
use crate::session::Session;
use crate::text::{Text, Tone, one_line};

/// Issues of a cause that are looked at for one that shows what its fingerprint is made of.
const LOOKED_AT: u32 = 20;

/// Explain why issues share a cause: which words of a failure count and which are masked
///
/// For a cause, one of its issues is explained. The words are part of a log: they are shown to
/// those who may read logs in the namespace.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    kite explain component/shop\n  \
    kite explain f1-0c5b2a9d")]
pub struct Args {
    /// An issue, or the key of a cause, such as a fingerprint
    #[arg(value_name = "ISSUE|CAUSE", add = ArgValueCompleter::new(completion::causes_and_issues))]
    pub name: String,
}

/// Explains why issues share a cause.
pub async fn run(session: &Session, args: Args) -> Result<Exit, Failure> {
    let issue = find(session, args.name.trim()).await?;
    let diagnosis = issue.diagnosis.clone().unwrap_or_default();
    let explanation = explained(&diagnosis);
    session.printer.show(&text(&issue, &diagnosis, explanation.as_ref()))?;
    let is_made_of_words = issue.cause.as_ref().is_none_or(|key| key.parse::<Fingerprint>().is_ok());
    if explanation.is_none() && issue.diagnosis.is_some() && is_made_of_words {
        return withheld(session, &issue.namespace).await;
    }
    Ok(Exit::Fine)
}

/// The issue of that name, with all that the caller may read of it.
async fn find(session: &Session, name: &str) -> Result<Issue, Failure> {
    let is_key = name.parse::<Fingerprint>().is_ok() || find_cause::is_short(name);
    let found = if is_key { None } else { Some(find::one(session, name).await) };
    match found {
        Some(Ok(issue)) => session.wait(session.client().await?.get_issue(issue.id)).await,
        Some(Err(failure)) if failure.exit != Exit::Problem => Err(failure),
        _ => of_cause(session, name).await,
    }
}

/// An issue of the cause that shows what its key is made of; otherwise the worst of them.
async fn of_cause(session: &Session, name: &str) -> Result<Issue, Failure> {
    let namespace = session.global.namespace.clone();
    let cause = find_cause::one(session, name, namespace.as_deref()).await?.cause;
    let client = session.client().await?;
    let query = IssueQuery {
        namespace,
        causes: vec![cause.key.clone()],
        states: vec![cause.state],
        limit: Some(LOOKED_AT),
        ..IssueQuery::default()
    };
    for listed in session.wait(client.list_issues(&query)).await?.data {
        let issue = session.wait(client.get_issue(listed.id)).await?;
        let explanation = issue.diagnosis.as_ref().and_then(explained);
        let fingerprint = explanation.and_then(|explanation| explanation.fingerprint);
        if fingerprint.is_some_and(|fingerprint| fingerprint.to_string() == cause.key) {
            return Ok(issue);
        }
    }
    session.wait(client.get_issue(cause.example.id)).await
}

/// What the fingerprint of a failure is made of, if its words may be read.
fn explained(diagnosis: &Diagnosis) -> Option<Explanation> {
    let class = diagnosis.class.as_deref()?.parse().ok()?;
    let message = diagnosis.message.as_deref().filter(|message| !message.is_empty())?;
    Some(cause::explain(class, diagnosis.step.as_deref().unwrap_or_default(), message))
}

fn text(issue: &Issue, diagnosis: &Diagnosis, explanation: Option<&Explanation>) -> Text {
    let mut text = Text::default();
    text.push(Tone::Strong, issue.cause.as_deref().map_or_else(|| "no cause".to_owned(), one_line)).end_line();
    let kept = explanation.map(kept).unwrap_or_default();
    let masked = explanation.map(masked).unwrap_or_default();
    for (name, value) in [
        ("Issue", format!("{} ({})", short_id(issue.id), issue.title)),
        ("Namespace", issue.namespace.clone()),
        ("Class", diagnosis.class.clone().unwrap_or_default()),
        ("Step", diagnosis.step.clone().unwrap_or_default()),
        ("Message", diagnosis.message.clone().unwrap_or_default()),
        ("Made of", explanation.map(|explanation| explanation.normal_form.clone()).unwrap_or_default()),
        ("Kept", kept),
        ("Masked", masked),
    ] {
        text.field(name, Tone::Plain, &value);
    }
    text.end_line().plain(one_line(&why(issue, explanation))).end_line();
    text
}

/// Why the issue has its cause, in a sentence.
fn why(issue: &Issue, explanation: Option<&Explanation>) -> String {
    let own = explanation.and_then(|explanation| explanation.fingerprint).map(|own| own.to_string());
    let otherwise = own.as_ref().map_or_else(String::new, |own| format!(" By its words alone it would be {own}."));
    match &issue.cause {
        Some(cause) if own.as_ref() == Some(cause) => {
            "Every failure of the same class and step that is made of the same has this cause.".to_owned()
        }
        Some(cause) if is_split(cause) => format!("People have split it off as a cause of its own.{otherwise}"),
        Some(cause) if cause.parse::<Fingerprint>().is_err() => {
            format!("The cause has a name: a source gave it, or people did.{otherwise}")
        }
        Some(_) if own.is_some() => format!("People have put it down to this cause.{otherwise}"),
        Some(_) => {
            "Every failure of the same class and step whose message is made of the same has this cause.".to_owned()
        }
        None if explanation.is_some() => {
            "Its class is unknown, or its message has too few words that tell it from others: it could be anybody's."
                .to_owned()
        }
        None => "KITE does not know why it failed, and does not guess what it has in common with others.".to_owned(),
    }
}

/// Says why the words are not shown.
async fn withheld(session: &Session, namespace: &str) -> Result<Exit, Failure> {
    let client = session.client().await?;
    let access = session.wait(client.access(Some(namespace))).await?;
    if access.may.get("readLogs") == Some(&false) {
        let words = format!("the words are part of a log, and you may not read logs in namespace {namespace}");
        return Err(Failure { exit: Exit::NotAllowed, ..Failure::problem(words) }
            .hint(format!("`kite auth can-i readLogs -n {namespace}`; an administrator grants it")));
    }
    session.printer.say("its diagnosis has no message by which failures are compared");
    Ok(Exit::Fine)
}

fn kept(explanation: &Explanation) -> String {
    let kept = explanation.tokens.iter().filter_map(|token| match token {
        Token::Kept(word) => Some(word.as_str()),
        Token::Masked { .. } => None,
    });
    kept.collect::<Vec<_>>().join(", ")
}

/// What was masked, and what for.
pub fn masked(explanation: &Explanation) -> String {
    let masked = explanation.tokens.iter().filter_map(|token| match token {
        Token::Masked { text, mask } => Some(format!("{text} ({})", mask.as_str())),
        Token::Kept(_) => None,
    });
    masked.collect::<Vec<_>>().join(", ")
}
