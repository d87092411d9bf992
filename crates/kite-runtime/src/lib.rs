//! What every long-running program of KITE needs around its own work.
//!
//! In the order in which a `main` uses them:
//!
//! 1. [`duration`] and [`secret`] read settings.
//! 2. [`logging`] sends structured logs to standard error.
//! 3. [`files`] follows what may change while the program runs.
//! 4. [`shutdown`] turns the first signal into a token and bounds the time to drain.
//! 5. [`health`] and [`metrics`] answer probes and scrapes.
//! 6. [`redact`] takes secrets out of what others sent.
//! 7. [`tls`] keeps a mounted certificate current; [`serve`] runs an axum router on a listener.
//!
//! Nothing here knows an issue or a report.

pub mod duration;
pub mod secret;

pub mod logging;

pub mod files;

pub mod redact;
pub mod shutdown;

pub mod health;
pub mod metrics;

mod activity;
pub mod serve;
pub mod tls;
