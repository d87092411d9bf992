//! The HTTP interface, a file per subject. Handlers extract, call one use case and convert.

pub mod access;
pub mod answer;
pub mod cause_decisions;
pub mod causes;
pub mod history;
pub mod issue;
pub mod issues;
pub mod parameters;
pub mod related;
pub mod reports;
pub mod service;
pub mod sources;
pub mod stream;
pub mod summary;
pub mod trends;
pub mod webhooks;
