//! How far the reading has come.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Live counters of a reading, to be looked at from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    pub(crate) files: AtomicU64,
    pub(crate) objects: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) bytes_total: AtomicU64,
    pub(crate) skipped: AtomicU64,
    pub(crate) errors: AtomicU64,
}

/// What a reading went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// Dump files read, members of archives included.
    pub files: u64,
    /// Objects handed over.
    pub objects: u64,
    /// Bytes read from disk, before unpacking.
    pub bytes: u64,
    /// Bytes of all files found; less than `bytes` when the input is a pipe.
    pub bytes_total: u64,
    /// Files of other types, in folders and archives, that were passed over.
    pub skipped: u64,
    /// Errors handed over.
    pub errors: u64,
}

impl Progress {
    /// The counters as they are now.
    pub fn snapshot(&self) -> ReadSummary {
        ReadSummary {
            files: self.files.load(Relaxed),
            objects: self.objects.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            bytes_total: self.bytes_total.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            errors: self.errors.load(Relaxed),
        }
    }
}

/// Adds to a counter.
pub(crate) fn count(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Relaxed);
}
