//! Which cause a failure is put down to.

use std::collections::BTreeMap;

use crate::cause::Fingerprint;
use crate::report::{Content, ReportedDiagnosis};

/// The key of a failure's cause: the one that its source names, or the fingerprint of its diagnosis. `None`: nobody
/// knows.
pub fn cause_of(content: &Content) -> Option<String> {
    let found = || fingerprint_of(content.diagnosis.as_ref()?).map(|fingerprint| fingerprint.to_string());
    content.cause.clone().or_else(found)
}

/// What the keys of causes begin with to which people put single issues down without naming them.
pub const SPLIT: &str = "split/";

/// Whether somebody gave a cause its key, so that it says something to people.
pub fn is_named(key: &str) -> bool {
    !key.starts_with(SPLIT) && key.parse::<Fingerprint>().is_err()
}

/// Which causes people have put down to which others, in one namespace.
///
/// Where a cause leads follows from all decisions that hold, so taking one back undoes that one and no other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merges(BTreeMap<String, String>);

impl Merges {
    /// The cause to which the issues of this one are put down: itself, unless somebody decided.
    pub fn root<'a>(&'a self, cause: &'a str) -> &'a str {
        let mut root = cause;
        // What leads back to itself is nobody's intention, and still an end.
        for _ in 0..self.0.len() {
            match self.0.get(root) {
                Some(next) => root = next,
                None => break,
            }
        }
        root
    }

    /// Puts a cause down to another one, in the place of what was decided about it before. What was put down to it
    /// goes along.
    pub fn put_down(&mut self, cause: &str, into: &str) {
        self.0.insert(cause.to_owned(), into.to_owned());
    }

    /// Takes back what was decided about a cause.
    pub fn take_back(&mut self, cause: &str) {
        self.0.remove(cause);
    }
}

impl FromIterator<(String, String)> for Merges {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(decisions: I) -> Self {
        Self(decisions.into_iter().collect())
    }
}

fn fingerprint_of(diagnosis: &ReportedDiagnosis) -> Option<Fingerprint> {
    Fingerprint::telling(diagnosis.class.parse().ok()?, &diagnosis.step, &diagnosis.message)
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
    fn a_cause_leads_where_all_decisions_together_lead() {
        let mut merges = Merges::from_iter([("a", "b"), ("c", "d")].map(|(from, to)| (from.to_owned(), to.to_owned())));
        assert_eq!(["a", "b", "c", "x"].map(|cause| merges.root(cause)), ["b", "b", "d", "x"]);
        merges.put_down("b", "c");
        assert_eq!(["a", "b", "c"].map(|cause| merges.root(cause)), ["d", "d", "d"]);
        merges.take_back("b");
        assert_eq!(["a", "b", "c"].map(|cause| merges.root(cause)), ["b", "b", "d"]);
    }

    fn content(cause: Option<&str>, class: &str, message: &str) -> Content {
        let diagnosis =
            ReportedDiagnosis { class: class.to_owned(), message: message.to_owned(), ..ReportedDiagnosis::default() };
        Content {
            revision: 0,
            ended_at: None,
            title: "failed".to_owned(),
            description: "because".to_owned(),
            severity: Severity::Major,
            links: Vec::new(),
            labels: BTreeMap::new(),
            expires_at: None,
            due_at: None,
            cause: cause.map(str::to_owned),
            reason: None,
            diagnosis: Some(Box::new(diagnosis)),
        }
    }

    #[test]
    fn the_source_knows_best() {
        let content = content(Some("cve/CVE-2024-1234"), "network", "no route to host");
        assert_eq!(cause_of(&content).as_deref(), Some("cve/CVE-2024-1234"));
    }

    #[test]
    fn the_same_failure_elsewhere_has_the_same_cause() {
        let cause = |message: &str| cause_of(&content(None, "network", message)).unwrap();
        assert_eq!(cause("dial tcp 10.0.0.7:443: no route to host"), cause("dial tcp 10.9.1.2:443: no route to host"));
        assert_ne!(cause("dial tcp 10.0.0.7:443: no route to host"), cause("dial tcp 10.0.0.7:443: i/o timeout"));
        assert!(!is_named(&cause("no route to host")) && is_named("cve/CVE-2024-1234"));
    }

    #[test]
    fn what_says_too_little_has_no_cause() {
        for (class, message) in [
            ("unknown", "no route to host"),
            ("test_failure", "TestFail"),
            ("a class of somebody", "no route to host"),
            ("", ""),
        ] {
            assert_eq!(cause_of(&content(None, class, message)), None, "{message}");
        }
    }
}
