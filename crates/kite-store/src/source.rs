//! Who reports.

use jiff::Timestamp;

/// Somebody who reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is.
    pub kind: SourceKind,
    /// What it is called.
    pub name: String,
    /// The cluster that it reports for; empty when there is only one.
    pub cluster: String,
    /// The only namespace that it reports for; empty when there may be several.
    pub namespace: String,
    /// The version of the program, as far as it says.
    pub version: String,
    /// When it was heard for the first time.
    pub first_heard_at: Timestamp,
    /// When it was heard last.
    pub last_heard_at: Timestamp,
    /// What it reported and was taken; of a source to be noted, what is new.
    pub reports: u64,
}

/// What somebody who reports is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// An operator, which is heard again and again while it runs.
    Operator,
    /// A tool that posts to a webhook.
    Webhook,
    /// Anybody else.
    Api,
}

impl SourceKind {
    pub(crate) const ALL: [Self; 3] = [Self::Operator, Self::Webhook, Self::Api];

    pub(crate) fn code(self) -> i16 {
        match self {
            Self::Operator => 0,
            Self::Webhook => 1,
            Self::Api => 2,
        }
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}
