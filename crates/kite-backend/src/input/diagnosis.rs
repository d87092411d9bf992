//! Why something failed: as a source makes it out, or as rules do.

use std::borrow::Cow;

use kite_api::Diagnosis;
use kite_core::diagnosis::{Context, LOG_HEADING, Passed, Redacted};
use kite_core::{Class, Content, Identity, ReportedDiagnosis, text};
use kite_rules::RuleSet;

use super::Checks;

const CONFIDENCE: [&str; 3] = ["low", "medium", "high"];
/// Labels whose values the same failure elsewhere does not have.
const NAMING: [&str; 5] = ["application", "component", "branch", "pipelineRun", "pod"];
/// Lines about what happened that are looked at as what Kubernetes says.
const MOST_MESSAGES: usize = 20;

/// A diagnosis as sent; nothing when it says nothing.
pub fn read(checks: &mut Checks, sent: Option<Diagnosis>) -> Option<Box<ReportedDiagnosis>> {
    let sent = sent?;
    let mut name = |field: &str, sent| checks.name(&format!("diagnosis.{field}"), sent).unwrap_or_default();
    let (class, task, step) = (name("class", sent.class), name("task", sent.task), name("step", sent.step));
    let mut confidence = name("confidence", sent.confidence);
    if !confidence.is_empty() && !CONFIDENCE.contains(&confidence.as_str()) {
        checks.let_pass("diagnosis.confidence", "must be one of low, medium, high");
        confidence.clear();
    }
    let read = ReportedDiagnosis {
        class,
        task,
        step,
        confidence,
        summary: checks.remark("diagnosis.summary", sent.summary.as_deref(), text::title),
        remedy: checks.remark("diagnosis.remedy", sent.remedy.as_deref(), text::remark),
        excerpt: checks.remark("diagnosis.excerpt", sent.excerpt.as_deref(), text::excerpt),
        message: checks.remark("diagnosis.message", sent.message.as_deref(), text::remark),
    };
    (read != ReportedDiagnosis::default()).then(|| Box::new(read))
}

/// Lets rules make out why a run failed, from what its source says. Nothing when they do not know it either.
///
/// A source that makes it out itself knows more: it has seen the whole log.
pub fn complete(rules: &RuleSet, identity: &Identity, run_id: &str, content: &mut Content) {
    if content.diagnosis.is_none() {
        content.diagnosis = recognise(rules, identity, run_id, content).map(Box::new);
    }
}

fn recognise(rules: &RuleSet, identity: &Identity, run_id: &str, content: &Content) -> Option<ReportedDiagnosis> {
    let description = content.description.as_str();
    // Without a heading nobody says whether it is of a log.
    let (story, log) = description.split_once(LOG_HEADING).unwrap_or((description, description));
    let found = rules.diagnose(&context(identity, run_id, content, story), &redacted(log));
    let is_short = log.lines().count() <= text::EXCERPT_LINES;
    (found.class != Class::Unknown).then(|| ReportedDiagnosis {
        class: found.class.to_string(),
        task: found.task,
        step: found.step,
        summary: text::title(&found.summary).0,
        remedy: found.remedy.unwrap_or_default(),
        confidence: found.confidence.to_string(),
        // The description holds what the excerpt would be.
        excerpt: if is_short { String::new() } else { found.excerpt.to_string() },
        message: found.message,
    })
}

fn context(identity: &Identity, run_id: &str, content: &Content, story: &str) -> Context {
    let label = |key: &str| content.labels.get(key).map_or("", String::as_str);
    let scope = &identity.scope;
    let names = [&scope.resource_name, &scope.namespace, &scope.resource_namespace, &identity.variant];
    let names = names.into_iter().map(String::as_str).chain(NAMING.map(label)).chain([run_id]);
    Context {
        reason: content.reason.clone().unwrap_or_default(),
        task: label("task").to_owned(),
        step: label("step").to_owned(),
        exit_code: None,
        messages: story.lines().filter(|line| !line.trim().is_empty()).take(MOST_MESSAGES).map(redacted).collect(),
        names: names.map(str::to_owned).collect(),
        passed: Passed::default(),
    }
}

/// Secrets were taken out of it when it was read.
fn redacted(text: &str) -> Redacted {
    Redacted::by(|text| Cow::Borrowed(text), text)
}

#[cfg(test)]
mod tests {
    use kite_core::attribution::cause_of;
    use kite_core::{IssueType, Scope, Severity};

    use super::*;

    fn build_of(component: &str) -> Identity {
        let namespace = format!("team-of-{component}");
        let scope = Scope {
            cluster: String::new(),
            resource_namespace: namespace.clone(),
            namespace,
            resource_type: "component".to_owned(),
            resource_name: component.to_owned(),
        };
        Identity { scope, issue_type: IssueType::Build, variant: String::new() }
    }

    /// What becomes of a failed run of a component's build.
    fn completed(component: &str, run: &str, reason: &str, description: &str) -> Content {
        let mut content = Content {
            revision: 0,
            ended_at: None,
            title: String::new(),
            description: description.to_owned(),
            severity: Severity::Major,
            links: Vec::new(),
            labels: [("pipelineRun".to_owned(), run.to_owned())].into(),
            expires_at: None,
            due_at: None,
            cause: None,
            reason: Some(reason.to_owned()),
            diagnosis: None,
        };
        complete(&RuleSet::builtin(), &build_of(component), run, &mut content);
        content
    }

    fn class(content: &Content) -> &str {
        content.diagnosis.as_ref().map_or("", |diagnosis| &diagnosis.class)
    }

    #[test]
    fn what_kubernetes_says_before_the_log_decides() {
        for (said, wanted) in [
            ("0/6 nodes are available: 6 Insufficient memory. preemption: 0/6 nodes are available.", "infrastructure"),
            ("admission webhook \"policy\" denied the request: no limits", "policy"),
        ] {
            let content = completed("shop", "shop-x", "Failed", &format!("The run failed.\n\n{said}"));
            assert_eq!(class(&content), wanted, "{said}");
            let log = format!("The run failed.\n\n{LOG_HEADING}\n\ncc: error: unrecognized option");
            let content = completed("shop", "shop-x", "Failed", &format!("{said}\n\n{log}"));
            assert_eq!(class(&content), wanted, "{said}");
        }
    }

    #[test]
    fn a_log_is_no_word_of_kubernetes() {
        let log = "node web-1 was lost and found in a test\nFAILED tests/test_cart.py::test_sum - assert 1 == 2";
        let content = completed("shop", "shop-x", "Failed", &format!("It failed.\n\n{LOG_HEADING}\n\n{log}"));
        assert_eq!(class(&content), "test_failure");
    }

    #[test]
    fn other_teams_have_the_same_cause_whatever_their_runs_are_called() {
        let story = |component: &str, run: &str| {
            let says = "Couldn't retrieve Task \"buildah\": cannot retrieve the oci image: MANIFEST_UNKNOWN";
            let story = format!("The pipeline run {run} of {component} never started (CouldntGetTask): {says}");
            cause_of(&completed(component, run, "CouldntGetTask", &story))
        };
        let cause = story("checkout", "checkout-on-push-xkzlp");
        assert!(cause.is_some());
        assert_eq!(story("ledger", "ledger-on-push-abcde"), cause);
    }

    #[test]
    fn what_a_source_made_out_stands() {
        let mut content = completed("shop", "shop-x", "Failed", "no space left on device");
        content.diagnosis =
            Some(Box::new(ReportedDiagnosis { class: "quota".to_owned(), ..ReportedDiagnosis::default() }));
        let before = content.clone();
        complete(&RuleSet::builtin(), &build_of("shop"), "shop-x", &mut content);
        assert_eq!(content, before);
    }
}
