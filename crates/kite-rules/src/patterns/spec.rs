//! Files of failure patterns as they are written.

use schemars::JsonSchema;

use crate::file::Located;

/// What failures say, and what that means.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailurePatternsSpec {
    pub(crate) patterns: Vec<PatternSpec>,
}

/// One thing that goes wrong.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PatternSpec {
    pub(crate) name: Located,
    /// Smaller ones decide before greater ones; each halving of the weight of a line costs 6. 0 when absent.
    #[serde(default)]
    pub(crate) priority: i32,
    /// Only when the reason of the object, task or container is one of these.
    #[serde(default)]
    pub(crate) reasons: Vec<String>,
    /// Only when the step ended with one of these.
    #[serde(default)]
    pub(crate) exit_codes: Vec<i32>,
    /// Only when the name of the failing task matches one of these.
    #[serde(default)]
    pub(crate) tasks: Vec<Located>,
    /// Only when the name of the failing step matches one of these.
    #[serde(default)]
    pub(crate) steps: Vec<Located>,
    /// Recognised by a sentence of a condition or of an event that matches one of these.
    #[serde(default)]
    pub(crate) messages: Vec<Located>,
    /// Recognised by a line of the log that matches one of these.
    #[serde(default)]
    pub(crate) log: Vec<Located>,
    pub(crate) class: Located,
    pub(crate) summary: Located,
    #[serde(default)]
    pub(crate) remedy: Option<Located>,
}
