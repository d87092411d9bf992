//! The operations, written once and compiled for each database (see `postgres/mod.rs` and
//! `sqlite/mod.rs`): `super::dialect` is the one of the database at hand.

pub mod apply;
pub mod causes;
pub mod decisions;
pub mod facets;
pub mod history;
pub mod issues;
pub mod load;
mod past;
pub mod relations;
mod rows;
pub mod sources;
pub mod stretches;
pub mod tasks;
pub mod totals;
pub mod write;
