//! Who asks, and which namespaces they may see.

use std::collections::BTreeSet;

/// The namespaces that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every namespace.
    All,
    /// These and no others.
    Only(BTreeSet<String>),
}

/// Who makes a request. Every use case takes one; nothing is decided without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name to write into the history; absent when nobody signed in.
    pub name: Option<String>,
    /// What the caller may see and change.
    pub reach: Reach,
}

impl Caller {
    /// Somebody on the same machine, where nobody signs in.
    pub fn local() -> Self {
        Self { name: None, reach: Reach::All }
    }

    /// Whether data of this namespace may be shown to the caller.
    pub fn sees(&self, namespace: &str) -> bool {
        match &self.reach {
            Reach::All => true,
            Reach::Only(namespaces) => namespaces.contains(namespace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_sees_only_what_is_within_reach() {
        let caller = Caller { name: None, reach: Reach::Only(BTreeSet::from(["team-a".to_owned()])) };
        assert!(caller.sees("team-a") && !caller.sees("team-b") && !caller.sees(""));
        assert!(Caller::local().sees("anything"));
    }
}
