//! KITE's database: PostgreSQL for production, SQLite for one machine. The only crate with SQL.
//!
//! A [`Store`] has few coarse operations, each atomic; no transaction leaves the crate. Writing
//! goes through [`Store::apply`] alone: it locks, asks [`kite_core::batch`] to decide, writes and
//! commits. The SQL is written once, under `ops/`, and compiled for each database together with
//! its small `dialect` module; one contract suite (`tests/contract.rs`) runs on both.
//!
//! To add a table or an operation, see the checklist in `CONTRIBUTING.md`.

#![expect(clippy::duplicate_mod, reason = "`ops/` is compiled once for each database, with another `dialect` each")]

mod cause;
mod error;
mod keys;
mod postgres;
mod query;
mod source;
mod sqlite;
mod store;
mod stored;
#[cfg(feature = "testing")]
pub mod testing;

use postgres::setup_error as postgres_setup_error;

pub use cause::{Cause, CauseCursor, CauseDecision, CausePage, CauseQuery, Decided, Spread};
pub use error::StoreError;
pub use query::{
    ChangeRow, Counts, Cube, Cursor, Dimension, Due, EpisodeRow, FeedCursor, FeedPage, History, ListQuery, Occurrence,
    Page, Pulse, Related, Relating, Relation, Sort, Start, Stretches,
};
pub use source::{Source, SourceKind};
pub use store::{Options, Store};
