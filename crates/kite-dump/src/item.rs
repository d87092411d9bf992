//! One object of a dump and where it was found.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

/// One Kubernetes object of a dump; it has a `kind` and an `apiVersion`.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Where the object was found.
    pub origin: Origin,
    /// The object itself.
    pub object: Value,
}

/// The place in a dump where an object begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file as the user would name it; a member of an archive reads `dump.tar.gz!/pods.yaml`.
    pub file: Arc<str>,
    /// The line where the object begins, from 1; inside a list that is parsed whole, the line where the list begins.
    pub line: u64,
    /// The position in the list that holds the object, from 1; none outside a list.
    pub item: Option<usize>,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.file, Some(self.line), self.item)
    }
}

/// Writes `file:line, item n` with the parts that are known.
pub(crate) fn place(f: &mut fmt::Formatter<'_>, file: &str, line: Option<u64>, item: Option<usize>) -> fmt::Result {
    f.write_str(file)?;
    if let Some(line) = line {
        write!(f, ":{line}")?;
    }
    if let Some(item) = item {
        write!(f, ", item {item}")?;
    }
    Ok(())
}
