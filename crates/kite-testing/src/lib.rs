//! What KITE's tests share. Never shipped.
//!
//! - [`build`]: reports and submissions with defaults.
//! - [`generate`]: arbitrary submissions for property tests.
//! - [`mod@reference`]: the rules once more, slow and obvious, to compare with.
//! - [`memory`]: a store in memory.

pub mod build;
pub mod generate;
pub mod memory;
pub mod reference;
