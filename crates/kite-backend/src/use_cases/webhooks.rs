//! Taking in what other tools post.

use std::sync::Arc;

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kite_api::Entry;
use kite_core::batch::Outcome;
use kite_core::{Issue, Submission};
use kite_rules::{Answer, RuleSet, Secret, Webhook, WebhookError, WebhookOutcome};
use serde_json::Value;
use sha2::Sha256;

use super::issues::written_issue;
use crate::access::Verb;
use crate::app::App;
use crate::input::report::{self, Reading};
use crate::input::{Agent, Asking, Checked, Delivery, Manner};
use crate::problem::Problem;
use crate::sources::Places;

const SIGNATURES: [&str; 2] = ["x-kite-signature", "x-hub-signature-256"];

/// What a payload did.
#[derive(Debug)]
pub enum Done {
    /// Nothing was to be stored.
    Nothing {
        /// Why.
        info: String,
    },
    /// A failure was stored.
    Failed {
        /// Its issue.
        issue: Box<Issue>,
        /// What was changed to make the payload fit.
        warnings: Vec<String>,
    },
    /// Issues were resolved.
    Resolved {
        /// A sentence for the caller.
        message: String,
        /// What was changed to make the payload fit.
        warnings: Vec<String>,
    },
}

/// The webhook of a name.
pub fn find<'a>(rules: &'a RuleSet, name: &str) -> Result<&'a Webhook, Problem> {
    rules.webhook(name).ok_or_else(|| {
        let names: Vec<_> = rules.webhook_names().collect();
        Problem::NotFound(format!("there is no such webhook; those are {}", names.join(", ")))
    })
}

/// Stores what a payload says, all of it or nothing.
pub async fn receive(
    app: &App,
    asking: &Asking,
    agent: &Agent,
    delivery: &Delivery,
    webhook: &Webhook,
    payload: &Value,
) -> Result<Done, Problem> {
    let outcome = webhook.evaluate(payload, &app.rule_config).map_err(|error| match error {
        WebhookError::Invalid(fields) => Problem::Invalid(fields),
        WebhookError::Evaluate(error) => Problem::invalid("", format!("is not understood: {error}")),
    })?;
    let heard = |places| app.sources.hear(asking, agent, Some(webhook.name()), places, app.clock.now());
    let (entries, answer) = match outcome {
        WebhookOutcome::Ignored { info } => {
            heard(Places::silent(""));
            return Ok(Done::Nothing { info });
        }
        WebhookOutcome::Entries { entries, answer } => (entries, answer),
    };
    let Checked { value: submission, warnings } = read(app, delivery, entries)?;
    for scope in submission.entries.iter().flat_map(kite_core::Entry::scopes) {
        asking.may(Verb::Report, &scope.namespace).await?;
    }
    let places = Places::of(submission.entries.iter().filter_map(|entry| entry.scopes().into_iter().next()));
    let outcome = app.ingest.submit(submission).await?;
    heard(places);
    match answer {
        Answer::Message(message) => Ok(Done::Resolved { message: told(&message, &outcome), warnings }),
        Answer::Issue => Ok(Done::Failed { issue: Box::new(written_issue(app, outcome).await?), warnings }),
    }
}

fn told(message: &kite_rules::Message, outcome: &Outcome) -> String {
    message.with_count(outcome.resolved.len().try_into().unwrap_or(u64::MAX))
}

fn read(app: &App, delivery: &Delivery, entries: Vec<Entry>) -> Result<Checked<Submission>, Problem> {
    let (now, rules) = (app.clock.now(), Arc::clone(&app.rules.borrow()));
    let mut submission = Submission { entries: Vec::with_capacity(entries.len()) };
    let (mut warnings, mut errors) = (Vec::new(), Vec::new());
    for (index, entry) in entries.into_iter().enumerate() {
        let reading = Reading { now, rules: &rules, manner: Manner::Forgiving, delivery, index };
        let checked = match entry {
            Entry::Report(report) => report::entry(*report, reading),
            Entry::Sweep(sweep) => report::sweep(sweep, reading),
        };
        match checked {
            Ok(checked) => {
                submission.entries.push(checked.value);
                warnings.extend(checked.warnings);
            }
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::Invalid(errors));
    }
    Ok(Checked { value: submission, warnings })
}

/// Refuses a payload that is not signed with the webhook's secret, when it has one.
pub async fn check_signature(webhook: &Webhook, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let Some(place) = webhook.secret() else { return Ok(()) };
    let secret = read_secret(place).await?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).map_err(|error| Problem::Failed(error.into()))?;
    mac.update(body);
    let signature = SIGNATURES.iter().find_map(|name| headers.get(*name));
    let signature = signature.and_then(|value| value.to_str().ok()?.strip_prefix("sha256="));
    let signature = signature.and_then(|digits| hex::decode(digits).ok()).unwrap_or_default();
    let wrong =
        "this webhook must be signed: `X-Kite-Signature: sha256=` and the HMAC of the body in hexadecimal digits";
    mac.verify_slice(&signature).map_err(|_| Problem::Unauthenticated(wrong))
}

/// Reads the secret anew each time, so that it may be changed without a restart.
async fn read_secret(place: &Secret) -> Result<Vec<u8>, Problem> {
    let secret = match place {
        Secret::File(path) => tokio::fs::read(path).await.map_err(|error| Problem::Failed(error.into()))?,
        Secret::Env(name) => std::env::var(name).map_err(|error| Problem::Failed(error.into()))?.into_bytes(),
    };
    let secret = secret.trim_ascii_end();
    // An empty key would let anybody sign.
    if secret.is_empty() { Err(Problem::Failed("the webhook's secret is empty".into())) } else { Ok(secret.to_vec()) }
}
