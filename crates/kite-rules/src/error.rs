//! What can be wrong with rule files, with objects and with payloads.

use kite_api::FieldError;

/// A mistake in a rule file, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

/// A rule that an object or a payload made fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("evaluate `{field}` of {rule}: {message}")]
pub struct EvalError {
    /// The rule, such as "detector `build`".
    pub rule: String,
    /// The part of the rule, such as `title`.
    pub field: String,
    /// What went wrong.
    pub message: String,
}

/// Why a payload became nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// The payload is wrong; all its wrong fields are named.
    #[error("{} of the payload's fields are wrong", .0.len())]
    Invalid(Vec<FieldError>),
    /// The rule does not cope with the payload.
    #[error(transparent)]
    Evaluate(#[from] EvalError),
}
