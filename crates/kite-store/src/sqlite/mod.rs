//! The store on SQLite: one file, one machine.

#[macro_use]
pub mod dialect;
mod connect;
pub mod feed;
#[path = "../ops/mod.rs"]
mod ops;
mod optimistic;

pub use connect::connect;
pub use dialect::Db;
pub use ops::{apply, causes, decisions, facets, history, issues, relations, sources, stretches, tasks, totals};
