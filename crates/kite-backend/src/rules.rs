//! The rules in force: the built-in ones and those of a folder, read again when it changes.

use std::path::PathBuf;
use std::sync::Arc;

use kite_rules::{RuleError, RuleSet};
use kite_runtime::files::Followed;
use kite_runtime::shutdown::Shutdown;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::watch;

/// The rules in force, and what is wrong with the files that are not.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The rules in force; changes when files do.
    pub current: watch::Receiver<Arc<RuleSet>>,
    /// Files that could not be used, and why.
    pub broken: watch::Receiver<Vec<String>>,
    /// How many files those are.
    pub broken_count: Gauge,
}

impl Rules {
    /// Loads the rules and follows the folder, if there is one, until the shutdown.
    pub fn start(folder: Option<PathBuf>, shutdown: &Shutdown) -> Self {
        let followed = folder.map(Followed::new);
        let (rules, errors) = match &followed {
            Some(followed) => RuleSet::load(followed.path()),
            None => (RuleSet::builtin(), Vec::new()),
        };
        let broken_count = Gauge::default();
        let (current, current_seen) = watch::channel(Arc::new(rules));
        let (broken, broken_seen) = watch::channel(Vec::new());
        report(&broken, &broken_count, &errors);
        if let Some(followed) = followed {
            let (stop, count) = (shutdown.token(), broken_count.clone());
            shutdown.spawn(async move {
                stop.run_until_cancelled(follow(followed, current, broken, count)).await;
            });
        }
        Self { current: current_seen, broken: broken_seen, broken_count }
    }
}

async fn follow(
    mut files: Followed,
    current: watch::Sender<Arc<RuleSet>>,
    broken: watch::Sender<Vec<String>>,
    count: Gauge,
) {
    loop {
        files.changed().await;
        let folder = files.path();
        let (rules, errors) = current.borrow().reload(folder);
        report(&broken, &count, &errors);
        current.send_replace(Arc::new(rules));
        tracing::info!(folder = %folder.display(), broken = errors.len(), "the rules were read again");
    }
}

fn report(broken: &watch::Sender<Vec<String>>, count: &Gauge, errors: &[RuleError]) {
    for error in errors {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "a rule file cannot be used; its last good version stays"
        );
    }
    count.set(i64::try_from(errors.len()).unwrap_or(i64::MAX));
    broken.send_replace(errors.iter().map(ToString::to_string).collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(name: &str) -> String {
        format!(
            "apiVersion: kite.dev/v1alpha1
kind: Webhook
metadata:
  name: {name}
spec:
  required:
    job: text
  reports:
    - failing: true
      namespace: team-a
      issueType: build
      scope:
        resourceType: job
        resourceName: ${{payload.job}}
      title: It rings
      description: It rings
      severity: major
  answer: issue
"
        )
    }

    async fn changed(rules: &mut Rules) {
        tokio::time::timeout(std::time::Duration::from_secs(15), rules.current.changed())
            .await
            .expect("it is looked at")
            .unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn files_are_read_again_and_a_broken_one_keeps_its_last_good_version() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("alarm.yaml");
        std::fs::write(&file, webhook("build-alarm")).unwrap();
        let shutdown = Shutdown::new();
        let mut rules = Rules::start(Some(folder.path().to_owned()), &shutdown);
        let names = |rules: &Rules| rules.current.borrow().webhook_names().map(str::to_owned).collect::<Vec<_>>();
        assert!(names(&rules).contains(&"build-alarm".to_owned()));
        assert_eq!(rules.broken_count.get(), 0);

        std::fs::write(&file, "kind: Webhook\nname: [").unwrap();
        changed(&mut rules).await;
        assert!(names(&rules).contains(&"build-alarm".to_owned()), "its last good version stays");
        assert!(rules.broken.borrow()[0].contains("alarm.yaml"), "{:?}", rules.broken.borrow());
        assert_eq!(rules.broken_count.get(), 1);

        std::fs::write(&file, webhook("renamed-alarm")).unwrap();
        changed(&mut rules).await;
        assert!(names(&rules).contains(&"renamed-alarm".to_owned()));
        assert!(!names(&rules).contains(&"build-alarm".to_owned()));
        assert_eq!((rules.broken_count.get(), rules.broken.borrow().len()), (0, 0));
    }
}
