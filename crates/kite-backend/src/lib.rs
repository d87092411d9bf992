//! The service: takes in reports, keeps one issue per problem, answers and tells.
//!
//! Reading order: [`app`] (what every request has at hand), [`ingest`] (how everything that is
//! said gets stored), then the routes.

pub mod app;
pub mod ingest;
