//! What the service does for its callers, one function each. Routes and pages call these.

pub mod access;
pub mod causes;
pub mod issues;
pub mod relations;
pub mod reports;
pub mod sources;
pub mod trends;
pub mod webhooks;
