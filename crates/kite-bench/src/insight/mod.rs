//! How well failures are told: logs with known answers, what is said of them, and how often that is right.

pub mod corpus;
pub mod pairs;
pub mod quality;
