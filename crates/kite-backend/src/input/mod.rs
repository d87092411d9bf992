//! From what clients send to what the core understands, with every wrong field named at once.
//!
//! Bytes become wire types in [`body`] and [`json`], wire types become core types in [`report`]
//! and [`issue`] with the help of [`checks`]; [`query`] does the same for the parameters of lists.

pub mod agent;
pub mod asking;
pub mod body;
pub mod cause;
pub mod checks;
pub mod cursor;
pub mod delivery;
pub mod diagnosis;
pub mod form;
pub mod issue;
pub mod json;
pub mod query;
pub mod report;

pub use agent::Agent;
pub use asking::Asking;
pub use checks::{Checked, Checks, Manner};
pub use delivery::Delivery;
pub use form::Form;
pub use json::{Json, OptionalJson};
