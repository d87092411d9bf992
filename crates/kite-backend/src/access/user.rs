//! Who somebody is.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// The hash of a user or of a token, by which answers are remembered.
pub type Key = [u8; 32];

/// Who somebody is, in the words of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name, such as `jane@example.com` or `system:serviceaccount:team-a:publisher`.
    pub name: String,
    /// What stays the same when a name is given anew.
    pub uid: String,
    /// Groups that the user is in.
    pub groups: Vec<String>,
    /// More that Kubernetes knows; part of what decides.
    pub extra: BTreeMap<String, Vec<String>>,
    key: Key,
}

impl User {
    /// A user; the order of groups does not matter.
    pub fn new(name: String, uid: String, mut groups: Vec<String>, extra: BTreeMap<String, Vec<String>>) -> Self {
        groups.sort_unstable();
        groups.dedup();
        let key = key(&serde_json::to_vec(&(&name, &uid, &groups, &extra)).unwrap_or_default());
        Self { name, uid, groups, extra, key }
    }

    /// What this user is remembered by: two users of one name with other groups are two.
    pub fn key(&self) -> Key {
        self.key
    }
}

/// The hash of a text.
pub fn key(text: &[u8]) -> Key {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_differs_in_anything_is_another_user() {
        let user = |name: &str, groups: &[&str], extra: &[(&str, &str)]| {
            let groups = groups.iter().map(|&group| group.to_owned()).collect();
            let extra = extra.iter().map(|(key, value)| ((*key).to_owned(), vec![(*value).to_owned()])).collect();
            User::new(name.to_owned(), String::new(), groups, extra).key()
        };
        assert_eq!(user("a", &["x", "y"], &[]), user("a", &["y", "x", "x"], &[]));
        assert_ne!(user("a", &["x"], &[]), user("a", &["y"], &[]));
        assert_ne!(user("a", &["x"], &[]), user("ax", &[], &[]));
        assert_ne!(user("a", &[], &[]), user("a", &[], &[("scopes", "none")]));
    }
}
