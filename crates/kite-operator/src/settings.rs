//! What the operator is told: the configuration file, and what it means.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use kite_api::Severity;
use schemars::JsonSchema;
use serde::Deserialize;

/// The version that configuration files carry.
const API_VERSION: &str = "kite.dev/v1alpha1";
const KIND: &str = "OperatorConfig";

/// A configuration file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OperatorConfig {
    api_version: String,
    kind: String,
    #[serde(default, rename = "metadata")]
    _metadata: Option<Metadata>,
    #[serde(default)]
    spec: Settings,
}

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Metadata {
    #[serde(rename = "name")]
    _name: String,
}

/// What the operator does, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// The KITE that gets the reports.
    pub backend: Backend,
    /// Name of this cluster, when one backend serves several; part of every issue's identity.
    pub cluster: String,
    /// Base of links to the cluster's user interface.
    pub cluster_url: String,
    /// Folder of more rule files.
    pub rules_dir: Option<PathBuf>,
    /// Where to look; everywhere by default.
    pub namespaces: Namespaces,
    /// Detectors by name that shall behave otherwise than their files say.
    pub detectors: BTreeMap<String, Override>,
    /// How much may wait for the backend. A change counts from the next start on.
    pub delivery: DeliverySettings,
    /// How much is done at one time. A change counts from the next start on.
    pub concurrency: Concurrency,
}

/// The KITE that gets the reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Backend {
    /// Its address, such as `https://kite.example.com`.
    pub url: String,
    /// File with the token that says who the operator is.
    pub token_file: Option<PathBuf>,
    /// The only certificate authorities to trust (PEM), instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// Which namespaces are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Namespaces {
    /// These, each with watches of its own, so that rights in them are enough.
    pub names: BTreeSet<String>,
    /// Those that have these labels, such as `konflux-ci.dev/type=tenant`.
    pub selector: Option<String>,
}

/// How a detector shall behave otherwise than its file says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Override {
    /// Whether it reports at all. Its objects do not go to another detector when it does not.
    pub enabled: bool,
    /// The severity of its issues: info, minor, major or critical.
    #[schemars(with = "Option<SeverityWord>")]
    pub severity: Option<Severity>,
    /// The title of its issues.
    pub title: Option<String>,
    /// The description of its issues.
    pub description: Option<String>,
    /// More labels.
    pub labels: BTreeMap<String, String>,
    /// More links, such as to a runbook, by title.
    pub links: BTreeMap<String, String>,
}

/// The words for severities, as they are in files.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "says which words there are")]
enum SeverityWord {
    Info,
    Minor,
    Major,
    Critical,
}

impl Default for Override {
    fn default() -> Self {
        let (labels, links) = (BTreeMap::new(), BTreeMap::new());
        Self { enabled: true, severity: None, title: None, description: None, labels, links }
    }
}

/// How much may wait for the backend.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DeliverySettings {
    /// Reports that wait, in MiB of their JSON; when there are more, watching waits.
    pub queue_mebibytes: usize,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self { queue_mebibytes: 32 }
    }
}

/// How much is done at one time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Concurrency {
    /// Failed objects beside which is looked (task runs, ends of logs), from 1 to 64.
    pub readers: usize,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { readers: 8 }
    }
}

/// What is wrong with a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// It is no configuration file of this version; says where.
    #[error("{0}")]
    Malformed(String),
    /// It is of another kind or version.
    #[error("expected apiVersion {API_VERSION} and kind {KIND}, not {0} and {1}")]
    OtherKind(String, String),
    /// A value makes no sense.
    #[error("`{field}` {message}")]
    Value {
        /// Where it is.
        field: String,
        /// What is wrong.
        message: String,
    },
}

/// Prints the JSON Schema of configuration files.
pub fn print_schema() -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    serde_json::to_writer_pretty(&mut out, &schema())?;
    writeln!(out)?;
    Ok(ExitCode::SUCCESS)
}

/// The JSON Schema of configuration files, for editors.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<OperatorConfig>()
        .to_value();
    if let Some(properties) = schema.pointer_mut("/properties").and_then(serde_json::Value::as_object_mut) {
        properties.insert("apiVersion".to_owned(), serde_json::json!({"const": API_VERSION}));
        properties.insert("kind".to_owned(), serde_json::json!({"const": KIND}));
    }
    schema
}

impl Settings {
    /// Reads the text of a configuration file.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let file: OperatorConfig = serde_saphyr::from_str(text)
            .map_err(|error| SettingsError::Malformed(error.without_snippet().to_string()))?;
        if file.api_version != API_VERSION || file.kind != KIND {
            return Err(SettingsError::OtherKind(file.api_version, file.kind));
        }
        Ok(file.spec)
    }

    /// These settings, but what `flags` say wins.
    #[must_use]
    pub fn with(mut self, flags: Self) -> Self {
        let text = |of_file: &mut String, of_flags: String| {
            if !of_flags.is_empty() {
                *of_file = of_flags;
            }
        };
        text(&mut self.backend.url, flags.backend.url);
        text(&mut self.cluster, flags.cluster);
        text(&mut self.cluster_url, flags.cluster_url);
        self.backend.token_file = flags.backend.token_file.or(self.backend.token_file);
        self.backend.ca_file = flags.backend.ca_file.or(self.backend.ca_file);
        self.rules_dir = flags.rules_dir.or(self.rules_dir);
        if flags.namespaces != Namespaces::default() {
            self.namespaces = flags.namespaces;
        }
        self
    }

    /// Whether a detector reports.
    pub fn is_on(&self, detector: &str) -> bool {
        self.detectors.get(detector).is_none_or(|wish| wish.enabled)
    }

    /// Whether the values make sense, given the names of the detectors that there are.
    pub fn check(&self, detectors: &BTreeSet<&str>) -> Result<(), SettingsError> {
        let wrong = |field: &str, message: String| Err(SettingsError::Value { field: field.to_owned(), message });
        if !(1..=64).contains(&self.concurrency.readers) {
            return wrong("spec.concurrency.readers", "must be from 1 to 64".to_owned());
        }
        if let Some(unknown) = self.detectors.keys().find(|name| !detectors.contains(name.as_str())) {
            let known: Vec<_> = detectors.iter().copied().collect();
            return wrong("spec.detectors", format!("has no detector `{unknown}`; there are {}", known.join(", ")));
        }
        if !self.namespaces.names.is_empty() && self.namespaces.selector.is_some() {
            return wrong("spec.namespaces", "has either `names` or a `selector`".to_owned());
        }
        if self.delivery.queue_mebibytes == 0 {
            return wrong("spec.delivery.queueMebibytes", "must be at least 1".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(spec: &str) -> Result<Settings, String> {
        let text = format!("apiVersion: {API_VERSION}\nkind: {KIND}\nspec:\n{spec}");
        let settings = Settings::parse(&text).map_err(|error| error.to_string())?;
        settings.check(&BTreeSet::from(["build", "job"])).map_err(|error| error.to_string())?;
        Ok(settings)
    }

    #[test]
    fn the_shipped_schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/config.json");
        let shipped = std::fs::read_to_string(path).unwrap_or_default();
        let hint = "run `cargo run -p kite-operator -- schema > schemas/config.json`";
        let is_current = shipped.trim_end() == serde_json::to_string_pretty(&schema()).unwrap();
        assert!(is_current, "schemas/config.json is out of date: {hint}");
    }

    #[test]
    fn a_file_says_what_is_watched_and_how() {
        let settings = parse(
            "  backend: {url: 'https://kite.example.com', tokenFile: /token}
  cluster: east
  namespaces: {selector: 'konflux-ci.dev/type=tenant'}
  detectors:
    job: {enabled: false}
    build: {severity: critical, links: {Runbook: 'https://example.com'}}
",
        )
        .unwrap();
        assert_eq!((settings.cluster.as_str(), settings.backend.url.as_str()), ("east", "https://kite.example.com"));
        assert!(!settings.detectors["job"].enabled);
        assert_eq!(settings.detectors["build"].severity, Some(Severity::Critical));
        assert_eq!(settings.delivery, DeliverySettings::default());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (spec, part) in [
            ("  detectors: {jobs: {enabled: false}}", "no detector `jobs`; there are build, job"),
            ("  detectors: {job: {severity: bad}}", "line 4"),
            ("  namespace: [a]", "namespace"),
            ("  namespaces: {names: [a], selector: b}", "either `names` or a `selector`"),
            ("  delivery: {queueMebibytes: 0}", "at least 1"),
        ] {
            let error = parse(spec).unwrap_err();
            assert!(error.contains(part), "{spec}: {error}");
        }
        let other = Settings::parse("apiVersion: v1\nkind: ConfigMap").unwrap_err().to_string();
        assert!(other.contains("OperatorConfig"), "{other}");
    }
}
