//! Speaks KITE's HTTP interface in the types of `kite-api`.
//!
//! [`Client`] has one method per route. Every request has a time-out. What can be repeated without
//! harm is repeated when KITE cannot be reached or asks for patience; [`ClientError`] says what the
//! caller can do about the rest.

mod client;
mod error;
mod query;
mod retry;

mod causes;
mod issues;
mod reports;
mod service;
mod stream;

pub use client::{Client, Impersonation, Options, Token};
pub use error::ClientError;
pub use query::{IssueQuery, Sort};
pub use stream::{Event, Place, Told};
