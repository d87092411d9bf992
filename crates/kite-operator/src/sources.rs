//! Where rules and settings come from: flags and files, read again when the files change.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use kite_client::{Client, Options, Token};
use kite_rules::{RuleError, RuleSet};
use kite_runtime::files::Followed;
use tokio::sync::watch;

use crate::settings::Settings;

/// Rules, settings and the backend as they are now.
#[derive(Clone, Debug)]
pub struct Sources {
    /// What the operator is told.
    pub settings: watch::Receiver<Arc<Settings>>,
    /// The rules in force.
    pub rules: watch::Receiver<Arc<RuleSet>>,
    /// The backend; retries are the delivery's work.
    pub backend: watch::Receiver<Arc<Client>>,
    /// Files that cannot be used, and why.
    pub broken: watch::Receiver<Vec<String>>,
}

/// Reads the files again when they change.
#[derive(Debug)]
pub struct Follower {
    file: Option<Followed>,
    folder: Option<Followed>,
    flags: Settings,
    settings: watch::Sender<Arc<Settings>>,
    rules: watch::Sender<Arc<RuleSet>>,
    backend: watch::Sender<Arc<Client>>,
    broken: watch::Sender<Vec<String>>,
}

impl Sources {
    /// Reads everything for the first time. `flags` hold what was said on the command line, which
    /// wins over the file. A configuration file that cannot be used is an error; a rule file is not.
    pub fn load(file: Option<PathBuf>, flags: Settings) -> anyhow::Result<(Self, Follower)> {
        let file = file.map(Followed::new);
        let settings = read(file.as_ref(), &flags)?;
        let folder = settings.rules_dir.clone().map(Followed::new);
        let (rules, errors) = match &folder {
            Some(folder) => RuleSet::load(folder.path()),
            None => (RuleSet::builtin(), Vec::new()),
        };
        settings.check(&rules.detector_names())?;
        let backend = client(&settings)?;
        let follower = Follower {
            file,
            folder,
            flags,
            settings: watch::Sender::new(Arc::new(settings)),
            rules: watch::Sender::new(Arc::new(rules)),
            backend: watch::Sender::new(Arc::new(backend)),
            broken: watch::Sender::new(told(&errors)),
        };
        let sources = Self {
            settings: follower.settings.subscribe(),
            rules: follower.rules.subscribe(),
            backend: follower.backend.subscribe(),
            broken: follower.broken.subscribe(),
        };
        Ok((sources, follower))
    }
}

impl Follower {
    /// Follows the files for ever. What is broken keeps its last good version.
    pub async fn run(mut self) {
        let mut of_file = Vec::new();
        let mut of_folder = self.broken.borrow().clone();
        loop {
            tokio::select! {
                () = changed(self.file.as_mut()) => {
                    of_file = self.read_file().err().map(|error| format!("{error:#}")).into_iter().collect();
                    if let Some(error) = of_file.first() {
                        tracing::error!(error, "the configuration file cannot be used; its last good version stays");
                    }
                }
                () = changed(self.folder.as_mut()) => {}
            }
            if let Some(folder) = &self.folder {
                let (rules, errors) = self.rules.borrow().reload(folder.path());
                of_folder = told(&errors);
                self.rules.send_replace(Arc::new(rules));
            }
            self.broken.send_replace(of_file.iter().chain(&of_folder).cloned().collect());
            tracing::info!("rules and settings were read again");
        }
    }

    fn read_file(&mut self) -> anyhow::Result<()> {
        let settings = read(self.file.as_ref(), &self.flags)?;
        let before = self.settings.borrow().clone();
        let rules = match &settings.rules_dir {
            Some(folder) => self.rules.borrow().reload(folder).0,
            None => RuleSet::builtin(),
        };
        settings.check(&rules.detector_names())?;
        // Nothing of a file is in force before all of it is understood.
        if (&settings.backend, &settings.cluster) != (&before.backend, &before.cluster) {
            self.backend.send_replace(Arc::new(client(&settings)?));
        }
        if settings.rules_dir != before.rules_dir {
            self.folder = settings.rules_dir.clone().map(Followed::new);
            self.rules.send_replace(Arc::new(rules));
        }
        if settings != *before {
            self.settings.send_replace(Arc::new(settings));
        }
        Ok(())
    }
}

async fn changed(followed: Option<&mut Followed>) {
    match followed {
        Some(followed) => followed.changed().await,
        None => std::future::pending().await,
    }
}

fn told(errors: &[RuleError]) -> Vec<String> {
    for error in errors {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "a rule file cannot be used; its last good version stays"
        );
    }
    errors.iter().map(ToString::to_string).collect()
}

fn read(file: Option<&Followed>, flags: &Settings) -> anyhow::Result<Settings> {
    let mut settings = Settings::default();
    if let Some(file) = file {
        let path = file.path();
        let text = fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()))?;
        settings = Settings::parse(&text).with_context(|| format!("understand `{}`", path.display()))?;
    }
    Ok(settings.with(flags.clone()))
}

/// How an operator calls itself: its cluster, if it has a name, is the comment.
pub fn user_agent(settings: &Settings) -> String {
    let comment = if settings.cluster.is_empty() { String::new() } else { format!(" ({})", settings.cluster) };
    format!("kite-operator/{}{comment}", env!("CARGO_PKG_VERSION"))
}

fn client(settings: &Settings) -> anyhow::Result<Client> {
    let backend = &settings.backend;
    let ca = backend.ca_file.as_ref().map(|path| fs::read(path).with_context(|| format!("read `{}`", path.display())));
    let options = Options {
        token: backend.token_file.clone().map(Token::File),
        ca: ca.transpose()?,
        user_agent: user_agent(settings),
        retries: 0,
        ..Options::default()
    };
    anyhow::ensure!(
        !backend.url.is_empty(),
        "no backend is named: say --backend URL, or `spec.backend.url` in the file"
    );
    Ok(Client::new(&backend.url, options)?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    fn file(spec: &str) -> String {
        format!(
            "apiVersion: kite.dev/v1alpha1\nkind: OperatorConfig\nspec:\n  backend: {{url: 'http://localhost:1'}}\n{spec}"
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_file_keeps_its_last_good_version_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        fs::write(&path, file("  cluster: east\n")).unwrap();
        let flags = Settings { cluster_url: "https://ui".to_owned(), ..Settings::default() };
        let (mut sources, follower) = Sources::load(Some(path.clone()), flags).unwrap();
        tokio::spawn(follower.run());
        assert_eq!(sources.settings.borrow_and_update().cluster, "east");
        assert_eq!(sources.settings.borrow().cluster_url, "https://ui");

        fs::write(&path, file("  detectors: {nonsense: {}}\n")).unwrap();
        timeout(Duration::from_secs(20), sources.broken.changed()).await.unwrap().unwrap();
        assert!(sources.broken.borrow_and_update()[0].contains("nonsense"), "{:?}", sources.broken.borrow());
        assert_eq!(sources.settings.borrow().cluster, "east");

        fs::write(&path, file("  cluster: west\n")).unwrap();
        timeout(Duration::from_secs(20), sources.settings.changed()).await.unwrap().unwrap();
        assert_eq!(sources.settings.borrow().cluster, "west");
        timeout(Duration::from_secs(20), sources.broken.changed()).await.unwrap().unwrap();
        assert!(sources.broken.borrow().is_empty());
    }

    #[test]
    fn without_a_backend_nothing_starts() {
        let error = Sources::load(None, Settings::default()).unwrap_err().to_string();
        assert!(error.contains("--backend"), "{error}");
    }
}
