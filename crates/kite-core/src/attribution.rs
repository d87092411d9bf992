//! Which cause a failure is put down to.

use crate::report::Content;

/// The key of a failure's cause: the one that its source names. `None`: nobody knows.
pub fn cause_of(content: &Content) -> Option<String> {
    content.cause.clone()
}

/// What the keys of causes begin with to which people put single issues down without naming them.
pub const SPLIT: &str = "split/";

/// Whether somebody gave a cause its key, so that it says something to people.
pub fn is_named(key: &str) -> bool {
    !key.starts_with(SPLIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::Severity;

    #[test]
    fn a_key_that_nobody_chose_says_nothing() {
        assert!(is_named("cve/CVE-2024-1234"));
        assert!(!is_named("split/01890000-0000-7000-8000-000000000000"));
    }

    #[test]
    fn the_source_knows_best() {
        let content = Content {
            revision: 0,
            ended_at: None,
            title: "failed".to_owned(),
            description: "because".to_owned(),
            severity: Severity::Major,
            links: Vec::new(),
            labels: std::collections::BTreeMap::new(),
            expires_at: None,
            due_at: None,
            cause: Some("cve/CVE-2024-1234".to_owned()),
            reason: None,
            diagnosis: None,
        };
        assert_eq!(cause_of(&content).as_deref(), Some("cve/CVE-2024-1234"));
    }
}
