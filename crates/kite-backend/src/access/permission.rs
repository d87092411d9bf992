//! What a verb means in Kubernetes.

use std::str::FromStr;

use super::Verb;

/// The API group of KITE's own, virtual resources.
const GROUP: &str = "kite.dev";

/// A verb on a resource, such as `get pods` or `list deployments.apps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The verb.
    pub verb: String,
    /// The API group; empty is the core group.
    pub group: String,
    /// The resource.
    pub resource: String,
}

impl Permission {
    fn own(verb: &str, resource: &str) -> Self {
        Self { verb: verb.to_owned(), group: GROUP.to_owned(), resource: resource.to_owned() }
    }

    /// What somebody needs for a verb; reading issues and logs may be configured.
    pub fn for_verb(verb: Verb, reading: &Self, logs: &Self) -> Self {
        match verb {
            Verb::Read => reading.clone(),
            Verb::ReadLogs => logs.clone(),
            Verb::Create => Self::own("create", "issues"),
            Verb::Update => Self::own("update", "issues"),
            Verb::Delete => Self::own("delete", "issues"),
            Verb::Resolve => Self::own("resolve", "issues"),
            Verb::Report => Self::own("create", "reports"),
        }
    }
}

impl Permission {
    /// What Kubernetes wants of those who read the log of a pod.
    pub fn to_read_logs() -> Self {
        Self { verb: "get".to_owned(), group: String::new(), resource: "pods/log".to_owned() }
    }
}

impl Default for Permission {
    /// What existing installations grant to those who may read.
    fn default() -> Self {
        Self { verb: "get".to_owned(), group: String::new(), resource: "pods".to_owned() }
    }
}

impl FromStr for Permission {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_word = |word: &str, more: &str| {
            !word.is_empty()
                && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || more.contains(c))
        };
        let (verb, resource) = text.split_once(' ').unwrap_or_default();
        let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
        if !is_word(verb, "") || !is_word(resource, "/") || !(group.is_empty() || is_word(group, ".")) {
            return Err("must be a verb and a resource, such as `get pods` or `list issues.kite.dev`".to_owned());
        }
        Ok(Self { verb: verb.to_owned(), group: group.to_owned(), resource: resource.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_a_verb_and_a_resource() {
        assert_eq!("get pods".parse(), Ok(Permission::default()));
        assert_eq!("get pods/log".parse(), Ok(Permission::to_read_logs()));
        assert_eq!("list issues.kite.dev".parse(), Ok(Permission::own("list", "issues")));
        for text in ["", "get", "get ", " pods", "get pods now", "* *", "get Pods"] {
            assert!(text.parse::<Permission>().is_err(), "{text}");
        }
    }
}
