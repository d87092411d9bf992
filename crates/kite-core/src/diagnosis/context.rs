//! What is known of a failure besides its log.

use super::passed::Passed;
use super::tail::Redacted;

/// Shorter names occur in other words' places too.
const SHORTEST_NAME: usize = 4;
/// What stands for a name.
const MASK: &str = "<*>";

/// What Kubernetes says of a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The word for why, of the object, task or container; the most telling one.
    pub reason: String,
    /// The task that failed.
    pub task: String,
    /// The step that failed.
    pub step: String,
    /// What its program said when it ended.
    pub exit_code: Option<i32>,
    /// Sentences of conditions, then of events about the pod.
    pub messages: Vec<Redacted>,
    /// Names that only this attempt or this component has: namespace, component, run, pod, branch. The same
    /// failure elsewhere has others.
    pub names: Vec<String>,
    /// What the same step wrote when it passed.
    pub passed: Passed,
}

impl Context {
    /// The first message that names the reason.
    pub(super) fn about_reason(&self) -> Option<&str> {
        let mut messages = self.messages.iter().map(Redacted::as_str);
        messages.find(|message| !self.reason.is_empty() && message.contains(&self.reason))
    }
}

/// The text with a mask in the place of each name.
pub(super) fn without_names(text: &str, names: &[String]) -> String {
    // Longer ones first: the name of a pod begins with that of its run.
    let mut names: Vec<_> = names.iter().filter(|name| name.len() >= SHORTEST_NAME).collect();
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    names.into_iter().fold(text.to_owned(), |text, name| replaced(&text, name))
}

fn replaced(text: &str, name: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, found) = rest.split_at(at);
        let (found, behind) = found.split_at(name.len());
        let is_of_name = |c: char| c.is_alphanumeric();
        let is_whole = !before.chars().next_back().or_else(|| out.chars().next_back()).is_some_and(is_of_name)
            && !behind.starts_with(is_of_name);
        out.push_str(before);
        out.push_str(if is_whole { MASK } else { found });
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked_where_they_are_whole() {
        let names = ["shop".to_owned(), "shop-on-push-xkzlp".to_owned(), "a".to_owned(), String::new()];
        let text = r#"PipelineRun "shop-on-push-xkzlp" of shop failed in a workshop/shop"#;
        assert_eq!(without_names(text, &names), r#"PipelineRun "<*>" of <*> failed in a workshop/<*>"#);
    }
}
