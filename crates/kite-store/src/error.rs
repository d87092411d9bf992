//! What can go wrong with the database, by what the caller can do about it.

/// A failed operation of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or is too busy now; try again later.
    #[error("reach the database")]
    Unavailable(#[source] sqlx::Error),
    /// Rows stayed locked by somebody else for too long; try again later.
    #[error("get hold of the rows: somebody else holds them")]
    Locked(#[source] sqlx::Error),
    /// The start must be stopped: the sentence says what to do.
    #[error("{0}")]
    Setup(String),
    /// The database holds something that cannot be.
    #[error("read `{column}` of `{table}`: it holds a value that cannot be")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A statement was refused.
    #[error("run a statement")]
    Statement(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Locked(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{BeginFailed, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match &error {
            Io(_) | PoolClosed | PoolTimedOut | Protocol(_) | Tls(_) | WorkerCrashed | BeginFailed => {
                Self::Unavailable(error)
            }
            sqlx::Error::Database(database) => match database.code().as_deref() {
                // lock_not_available, deadlock_detected; SQLite: busy, locked.
                Some("55P03" | "40P01" | "5" | "6" | "261" | "517") => Self::Locked(error),
                // Connection failures (class 08), out of resources (53), shutdown and crash (57P).
                Some(code) if ["08", "53", "57P", "25P"].iter().any(|class| code.starts_with(class)) => {
                    Self::Unavailable(error)
                }
                // SQLite: disk full, I/O error, cannot open.
                Some("13" | "10" | "14") => Self::Unavailable(error),
                _ => Self::Statement(error),
            },
            _ => Self::Statement(error),
        }
    }
}
