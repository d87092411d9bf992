//! The world that is measured: components of 200 namespaces whose pipelines fail.
//!
//! The same seed gives the same failures. Texts are about 200 bytes, differ in names and digits
//! as real ones do, and hold a word that most have and one that about twenty issues have.

use std::collections::BTreeMap;

use fastrand::Rng;
use jiff::Timestamp;
use kite_core::{Clear, Content, Entry, Identity, IssueType, Link, Scope, Severity, Submission, Target};
use serde::Serialize;

/// Namespaces over which the identities are spread.
pub const NAMESPACES: u64 = 200;
/// Identities that go on failing.
pub const WORKING_SET: u64 = 10_000;
/// A word that nine texts in ten hold.
pub const FREQUENT_WORD: &str = "registry";
/// A word that about twenty texts of a filled database hold.
pub const RARE_WORD: &str = "quokka";

/// One failed run of one component's pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    /// The component; the identity follows from it.
    pub component: u64,
    /// Names the run, together with the component.
    pub run: u64,
    /// Which of the component's texts it shows.
    pub text: u64,
    /// Whether its text holds the rare word.
    pub rare: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PipelineFailure<'a> {
    pipeline_name: &'a str,
    namespace: &'a str,
    failure_reason: &'a str,
    severity: &'a str,
    run_id: &'a str,
}

/// The namespace of a component.
pub fn namespace(component: u64) -> String {
    format!("team-{}", component % NAMESPACES)
}

/// The pipeline of a component.
pub fn pipeline(component: u64) -> String {
    format!("component-{component:07}-on-push")
}

impl Failure {
    /// The body of a `pipeline-failure` webhook.
    pub fn to_webhook(self) -> Vec<u8> {
        let body = PipelineFailure {
            pipeline_name: &pipeline(self.component),
            namespace: &namespace(self.component),
            failure_reason: &self.reason(),
            severity: self.severity().as_str(),
            run_id: &self.run_id(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// The same failure as an item of a batch.
    pub fn to_report(self, occurred_at: Timestamp) -> kite_api::Report {
        let text = |text: String| Some(text);
        kite_api::Report {
            verdict: text("failing".to_owned()),
            namespace: text(namespace(self.component)),
            issue_type: text(IssueType::Pipeline.to_string()),
            scope: Some(kite_api::ScopeInput {
                resource_type: text("pipelinerun".to_owned()),
                resource_name: text(pipeline(self.component)),
                resource_namespace: None,
            }),
            occurred_at: text(occurred_at.to_string()),
            run_id: text(self.run_id()),
            title: text(self.title()),
            description: text(self.description()),
            severity: text(self.severity().to_string()),
            links: vec![kite_api::LinkInput {
                title: text("Pipeline Run Logs".to_owned()),
                url: text(self.logs_url()),
            }],
            ..kite_api::Report::default()
        }
    }

    /// The same failure as the store takes it.
    pub fn to_submission(self, occurred_at: Option<Timestamp>) -> Submission {
        let links = Link::parse("Pipeline Run Logs", &self.logs_url());
        let content = Content {
            revision: 0,
            ended_at: None,
            title: self.title(),
            description: self.description(),
            severity: self.severity(),
            links: links.into_iter().collect(),
            labels: self.labels(),
            expires_at: None,
            due_at: None,
            cause: None,
            reason: None,
            diagnosis: None,
        };
        let entry = Entry::Failing { identity: self.identity(), run_id: self.run_id(), occurred_at, content };
        Submission { entries: vec![entry] }
    }

    /// "This component's pipeline runs again", for the store.
    pub fn recovery(self, occurred_at: Timestamp) -> Entry {
        Entry::Clear {
            target: Target { scope: self.identity().scope, issue_type: None, variant: None },
            clear: Clear::Healthy,
            run_id: format!("{}-green", self.run_id()),
            occurred_at: Some(occurred_at),
        }
    }

    fn identity(self) -> Identity {
        let namespace = namespace(self.component);
        Identity {
            scope: Scope {
                cluster: String::new(),
                resource_namespace: namespace.clone(),
                namespace,
                resource_type: "pipelinerun".to_owned(),
                resource_name: pipeline(self.component),
            },
            issue_type: IssueType::Pipeline,
            variant: String::new(),
        }
    }

    /// Its place among the components of its namespace.
    pub fn place(self) -> u64 {
        self.component / NAMESPACES
    }

    /// Twenty-five components of a namespace are one application.
    fn labels(self) -> BTreeMap<String, String> {
        let labels = [
            ("application", format!("application-{}", self.place() / 25)),
            ("component", format!("component-{:07}", self.component)),
        ];
        labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn run_id(self) -> String {
        format!("{}-{:x}", pipeline(self.component), self.run)
    }

    fn logs_url(self) -> String {
        format!("https://konflux.dev/logs/pipelineruns/{}", self.run_id())
    }

    fn title(self) -> String {
        format!("Pipeline run failed: {}", pipeline(self.component))
    }

    fn description(self) -> String {
        format!("The pipeline run {} failed with reason: {}", pipeline(self.component), self.reason())
    }

    fn reason(self) -> String {
        let mut random = Rng::with_seed(self.component << 16 | self.text);
        let place = if (self.place() / 3).is_multiple_of(10) { "mirror" } else { FREQUENT_WORD };
        let host = if self.rare { RARE_WORD } else { "images" };
        let (layer, seconds) = (random.u64(..), random.u32(10..600));
        format!(
            "task buildah, step push: writing layer sha256:{layer:016x} of component-{} to the {place} {host}.example.com: \
             no answer in {seconds} s, attempt 3 of 3 (text {})",
            self.component, self.text
        )
    }

    fn severity(self) -> Severity {
        match self.place() / 10 % 20 {
            0 => Severity::Info,
            1..5 => Severity::Minor,
            5..17 => Severity::Major,
            _ => Severity::Critical,
        }
    }
}

/// Draws failures as they come in over a day: seven in ten are new runs of the known working set,
/// of which one in ten says something new; three in ten are the first failure of a component.
#[derive(Debug)]
pub struct Mix {
    random: Rng,
    known_in_ten: u8,
    known: u64,
    next_new: u64,
    next_run: u64,
    texts: Vec<u64>,
}

impl Mix {
    /// Failures in a database that holds the components below `stored`, of which the first
    /// `known` go on failing.
    pub fn new(known: u64, stored: u64) -> Self {
        let texts = (0..known).map(|_| 0).collect();
        // Another mix, in the same database when it has grown, names other runs.
        let next_run = stored << 24;
        Self { random: Rng::with_seed(stored), known_in_ten: 7, known, next_new: stored, next_run, texts }
    }

    /// The same where no component fails for the first time.
    pub fn of_known(known: u64, stored: u64) -> Self {
        Self { known_in_ten: 10, ..Self::new(known, stored) }
    }

    /// The next failure; never the same twice.
    pub fn draw(&mut self) -> Failure {
        self.next_run += 1;
        if self.random.u8(..10) < self.known_in_ten { self.known_component() } else { self.new_component() }
    }

    /// Components that there are when all that was drawn is stored.
    pub fn components(&self) -> u64 {
        self.next_new
    }

    fn known_component(&mut self) -> Failure {
        let component = self.random.u64(..self.known);
        let says_something_new = self.random.u8(..10) == 0;
        let mut text = 0;
        if let Some(current) = usize::try_from(component).ok().and_then(|index| self.texts.get_mut(index)) {
            *current += u64::from(says_something_new);
            text = *current;
        }
        Failure { component, run: self.next_run, text, rare: false }
    }

    fn new_component(&mut self) -> Failure {
        let component = self.next_new;
        self.next_new += 1;
        Failure { component, run: self.next_run, text: 0, rare: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_failures_in_ten_are_of_known_components_and_none_comes_twice() {
        let mut mix = Mix::new(100, 1000);
        let drawn: Vec<_> = (0..10_000).map(|_| mix.draw()).collect();
        let known = drawn.iter().filter(|failure| failure.component < 1000).count();
        assert!((6_800..7_200).contains(&known), "{known}");
        let runs: std::collections::HashSet<_> = drawn.iter().map(|failure| failure.run_id()).collect();
        assert_eq!(runs.len(), drawn.len());
        assert_eq!(mix.components(), 1000 + 10_000 - u64::try_from(known).unwrap());
    }

    #[test]
    fn texts_are_about_200_bytes_and_most_hold_the_frequent_word() {
        let texts: Vec<_> = (0..NAMESPACES * 30)
            .step_by(200)
            .map(|component| Failure { component, run: 0, text: 0, rare: false }.description())
            .collect();
        assert!(texts.iter().all(|text| (180..260).contains(&text.len())), "{}", texts[0].len());
        assert_eq!(texts.iter().filter(|text| text.contains(FREQUENT_WORD)).count(), 27);
    }
}
