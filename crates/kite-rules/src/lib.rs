//! Rule files: how a Kubernetes object (detector) or a posted payload (webhook) becomes reports.
//!
//! A [`RuleSet`] holds the built-in rules and those of a folder. Everything in a file is checked
//! and compiled when it is loaded, so that a mistake shows there, with its line and column, and
//! not when something fails. `README.md` of this crate is the reference of the file format.
//!
//! The way of a file: `file` (as written) → `load` (parse, compile, keep what was good) →
//! `detector` or `webhook` → `report` → `evaluation` of each `expression`. Files of failure patterns go
//! from `load` to `patterns`.

mod binding;
mod builtin;
mod compiler;
mod config;
mod detector;
mod error;
mod evaluation;
mod expression;
mod failure;
mod file;
pub mod folder;
mod functions;
mod hint;
mod json_value;
mod judgement;
mod load;
mod location;
mod names;
mod paths;
mod patterns;
mod payload;
mod related;
mod report;
mod rule_set;
mod schema;
mod scope;
mod template;
mod trim;
mod webhook;

pub use config::Config;
// Whoever diagnoses with rules needs these words, and nothing else of the core.
pub use kite_core::{cause, diagnosis};

pub use detector::{Selectors, WatchedKind};
pub use error::{EvalError, RuleError, WebhookError};
pub use judgement::{Judgement, Owner, Said, Surroundings};
pub use paths::Needed;
pub use related::{Need, Wanted};
pub use rule_set::{Access, RuleSet, Watching};
pub use schema::schema;
pub use webhook::{Answer, Message, Secret, Webhook, WebhookOutcome};
