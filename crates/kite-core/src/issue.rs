//! Issues, their identity and the words that describe them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::link::Link;
use crate::report::{Content, ReportedDiagnosis};

/// A word that is not one of those allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {allowed}")]
pub struct UnknownWord {
    pub(crate) allowed: String,
}

/// Defines an enum whose variants are words on the wire and small numbers in the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All values, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The number used in the database; never reused for another value.
            pub fn code(self) -> i16 {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The value that a database number stands for.
            pub fn from_code(code: i16) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::issue::UnknownWord;

            fn from_str(word: &str) -> Result<Self, $crate::issue::UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word).ok_or_else(|| {
                    let allowed: Vec<_> = Self::ALL.iter().map(|value| value.as_str()).collect();
                    $crate::issue::UnknownWord { allowed: allowed.join(", ") }
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How bad it is, worst last.
    Severity {
        /// Worth knowing.
        Info = 1 "info",
        /// Annoying.
        Minor = 2 "minor",
        /// Blocks somebody.
        Major = 3 "major",
        /// Blocks a release, or never ran at all.
        Critical = 4 "critical",
    }
}

words! {
    /// What kind of work is broken.
    IssueType {
        /// A build.
        Build = 1 "build",
        /// An integration test.
        Test = 2 "test",
        /// A release.
        Release = 3 "release",
        /// A dependency update.
        Dependency = 4 "dependency",
        /// Any other pipeline.
        Pipeline = 5 "pipeline",
    }
}

words! {
    /// Whether the problem is there now.
    State {
        /// Broken right now.
        Active = 1 "ACTIVE",
        /// Over.
        Resolved = 2 "RESOLVED",
    }
}

/// The resource that reports are about; the unit of locking.
///
/// The fields are compared in this order: the name tells most scopes apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// Name of the resource.
    pub resource_name: String,
    /// Tenant in which its issues are filed.
    pub namespace: String,
    /// Kind of the resource.
    pub resource_type: String,
    /// Namespace of the resource.
    pub resource_namespace: String,
    /// Cluster the resource lives in; empty for the only one.
    pub cluster: String,
}

/// What makes two failures the same problem: one issue per identity, ever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The resource.
    pub scope: Scope,
    /// What kind of work is broken.
    pub issue_type: IssueType,
    /// Separates problems of one scope; empty by default.
    pub variant: String,
}

/// What a healthy or gone report speaks about: a scope, all of it or some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The resource.
    pub scope: Scope,
    /// Only this type; all when absent.
    pub issue_type: Option<IssueType>,
    /// Only this variant; all when absent.
    pub variant: Option<String>,
}

impl Target {
    /// Whether an issue of this identity is meant.
    pub fn covers(&self, identity: &Identity) -> bool {
        self.scope == identity.scope
            && self.issue_type.is_none_or(|wanted| wanted == identity.issue_type)
            && self.variant.as_ref().is_none_or(|wanted| *wanted == identity.variant)
    }
}

/// What an issue shows: the newest failing report, as people have edited it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// What kind of work is broken; a person may have moved it from the identity's type.
    pub issue_type: IssueType,
    /// The report's content.
    pub content: Content,
}

/// One problem, however often it failed, with everything that a reader sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Names the issue until it is deleted.
    pub id: Uuid,
    /// What makes it this problem.
    pub identity: Identity,
    /// What kind of work is broken, as shown.
    pub issue_type: IssueType,
    /// Whether the problem is there now.
    pub state: State,
    /// How bad it is.
    pub severity: Severity,
    /// One line that says what is broken.
    pub title: String,
    /// What happened, in words.
    pub description: String,
    /// Where to look.
    pub links: Vec<Link>,
    /// Facts to filter by.
    pub labels: BTreeMap<String, String>,
    /// Key of the cause that it is put down to, when one is known.
    pub cause: Option<String>,
    /// Short machine-readable reason of the newest failure.
    pub reason: Option<String>,
    /// Why the newest failure happened, when the source made that out.
    pub diagnosis: Option<Box<ReportedDiagnosis>>,
    /// When it must be fixed.
    pub due_at: Option<Timestamp>,
    /// When the newest failure stops counting.
    pub expires_at: Option<Timestamp>,
    /// The newest failed run.
    pub run_id: String,
    /// When the newest failed run began.
    pub last_failed_at: Timestamp,
    /// The first failure of the present (or last) episode.
    pub detected_at: Timestamp,
    /// When the last episode ended, while resolved.
    pub resolved_at: Option<Timestamp>,
    /// Failed runs over the issue's life.
    pub count: u64,
    /// Episodes over the issue's life.
    pub episodes: u64,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// Whether it has relations to other issues.
    pub related: bool,
}

impl Issue {
    /// What went wrong, in one line: as the diagnosis says, or the title.
    pub fn headline(&self) -> &str {
        self.summary().unwrap_or(&self.title)
    }

    /// The sentence of its diagnosis, if there is one.
    pub fn summary(&self) -> Option<&str> {
        self.diagnosis.as_ref().map(|diagnosis| diagnosis.summary.as_str()).filter(|summary| !summary.is_empty())
    }

    /// The same without what only those may read who may read logs.
    #[must_use]
    pub fn without_logs(mut self) -> Self {
        if let Some(diagnosis) = &mut self.diagnosis {
            (diagnosis.excerpt, diagnosis.message) = (String::new(), String::new());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_lead_back_to_the_value() {
        for value in Severity::ALL {
            assert_eq!(value.as_str().parse(), Ok(*value));
            assert_eq!(Severity::from_code(value.code()), Some(*value));
        }
        assert_eq!("huge".parse::<Severity>().unwrap_err().to_string(), "must be one of info, minor, major, critical");
    }

    #[test]
    fn a_target_without_type_and_variant_covers_the_whole_scope_and_nothing_else() {
        let scope = |name: &str| Scope {
            cluster: String::new(),
            namespace: "team-a".into(),
            resource_type: "component".into(),
            resource_name: name.into(),
            resource_namespace: "team-a".into(),
        };
        let identity = Identity { scope: scope("shop"), issue_type: IssueType::Build, variant: "pr/1".into() };
        let all = Target { scope: scope("shop"), issue_type: None, variant: None };
        assert!(all.covers(&identity));
        assert!(!Target { scope: scope("cart"), ..all.clone() }.covers(&identity));
        assert!(!Target { issue_type: Some(IssueType::Test), ..all.clone() }.covers(&identity));
        assert!(!Target { variant: Some(String::new()), ..all }.covers(&identity));
    }
}
