//! The rules of KITE, pure: what a report is, how the set of all reports becomes issues, what
//! changed and why, who may see what.
//!
//! Reading order:
//!
//! 1. [`issue`] and [`report`]: the words.
//! 2. [`position`] and [`ledger`]: one identity's reports in order, one at a time.
//! 3. [`fold`]: the same from any point in the past, when a report comes late.
//! 4. [`batch`]: many submissions at once, in steps between which a store does its reading.
//! 5. [`change`], [`filter`], [`access`]: what is told, asked and allowed.
//! 6. [`trend`]: what was broken when.
//! 7. [`diagnosis`] and [`cause`]: why it failed, and which failures are the same.
//! 8. [`attribution`], [`affected`]: what issues have in common, and whom it concerns.
//!
//! Invariant: nothing here reads a clock, a random number, a file or a socket.

pub mod access;
pub mod affected;
pub mod attribution;
pub mod batch;
pub mod cause;
pub mod change;
pub mod diagnosis;
pub mod filter;
pub mod fold;
pub mod issue;
pub mod ledger;
pub mod link;
pub mod position;
pub mod report;
pub mod text;
pub mod trend;

pub use access::Reach;
pub use cause::Fingerprint;
pub use change::{Change, Reason};
pub use diagnosis::{Class, Diagnosis};
pub use filter::IssueFilter;
pub use issue::{Identity, Issue, IssueType, Scope, Severity, State, Target, View};
pub use link::Link;
pub use position::Position;
pub use report::{Action, Clear, Content, Edit, Entry, ReportedDiagnosis, Submission};
pub use trend::Stretch;
