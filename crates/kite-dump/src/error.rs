//! What could not be read, and where.

use std::fmt;
use std::io;
use std::sync::Arc;

use crate::item::{Origin, place};

/// One thing that could not be read; everything around it was.
#[derive(Debug)]
pub struct DumpError {
    /// The file as the user would name it.
    pub file: Arc<str>,
    /// The line of the file, from 1, when the problem has one.
    pub line: Option<u64>,
    /// The position in the list, from 1, when the problem is inside a list.
    pub item: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a piece of a dump.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file, folder or archive could not be read.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    /// The text is not JSON or YAML.
    #[error("{0}")]
    Syntax(String),
    /// The file ends inside an object or list; everything before was read.
    #[error("the file ends too early: {0}")]
    Truncated(String),
    /// An object, or text that can only be parsed whole, is over the limit.
    #[error("more than {limit_mib} MiB in one piece")]
    TooLarge {
        /// The limit.
        limit_mib: usize,
    },
    /// Valid JSON or YAML, but not a Kubernetes object.
    #[error("not a Kubernetes object: {0}")]
    NotAnObject(String),
}

impl DumpError {
    pub(crate) fn of_file(file: &Arc<str>, problem: Problem) -> Self {
        Self { file: Arc::clone(file), line: None, item: None, problem }
    }

    pub(crate) fn at(origin: &Origin, problem: Problem) -> Self {
        Self { file: Arc::clone(&origin.file), line: Some(origin.line), item: origin.item, problem }
    }
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.file, self.line, self.item)?;
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for DumpError {}
