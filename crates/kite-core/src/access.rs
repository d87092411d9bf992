//! Which namespaces somebody may see.

use std::collections::BTreeSet;

/// The namespaces that somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every namespace.
    All,
    /// These and no others.
    Only(BTreeSet<String>),
}

impl Reach {
    /// Whether a namespace is within reach.
    pub fn includes(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(namespaces) => namespaces.contains(namespace),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_is_within_reach() {
        let reach = Reach::Only(BTreeSet::from(["team-a".to_owned()]));
        assert!(reach.includes("team-a") && !reach.includes("team-b") && !reach.includes(""));
        assert!(Reach::All.includes("anything"));
    }
}
