//! The service: takes in reports, keeps one issue per problem, answers and tells.
//!
//! Reading order:
//!
//! 1. [`app`] (what every request has at hand) and [`ingest`] (how all that is said gets stored).
//! 2. [`router`], the table of contents of the HTTP interface; [`routes`], a file per subject.
//! 3. [`input`] (from the wire to the core), [`use_cases`], [`wire`] (and back).
//! 4. [`feed`]: what happens, for everybody who watches.
//! 5. [`service`] puts it together, with [`rules`], [`sources`], [`tasks`] and [`metrics`].
//! 6. Around every request: [`observe`], [`guard`], [`problem`], [`http_metrics`], [`clock`].
//! 7. [`access`]: who may do what; [`limits`]: how often.

pub mod app;
pub mod ingest;

pub mod openapi;
mod pages;
pub mod router;
pub mod routes;

pub mod input;
pub mod use_cases;
pub mod wire;

pub mod feed;

pub mod access;
pub mod clock;
pub mod guard;
pub mod http_metrics;
pub mod limits;
pub mod observe;
pub mod problem;

pub mod config;
pub mod metrics;
pub mod rules;
pub mod service;
pub mod sources;
pub mod tasks;
