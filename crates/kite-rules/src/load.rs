//! Parses and compiles rule files, each on its own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::binding::Bindings;
use crate::compiler::Compiler;
use crate::config::CONFIG_FIELDS;
use crate::detector::Detector;
use crate::error::RuleError;
use crate::file::{API_VERSION, DetectorSpec, Head, LibrarySpec, Located, Ordered, RelatedSpec, RuleFile, WebhookSpec};
use crate::hint;
use crate::location::Place;
use crate::names::{Names, Shape};
use crate::patterns::FailurePatterns;
use crate::patterns::spec::FailurePatternsSpec;
use crate::related::Related;
use crate::webhook::Webhook;

/// A compiled rule file.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    Library(Arc<Library>),
    Detector(Arc<Detector>),
    Webhook(Arc<Webhook>),
    FailurePatterns(Arc<FailurePatterns>),
}

/// The kinds of files.
const KINDS: [&str; 4] = ["Detector", "FailurePatterns", "Library", "Webhook"];

/// Kind and name.
type Key = (&'static str, String);

/// Values that several detectors share.
#[derive(Debug)]
pub(crate) struct Library {
    name: String,
    bindings: Bindings,
    /// Compiled in each detector that uses the library, since its values have other places there.
    related: Ordered<RelatedSpec>,
}

/// What the files of a rule set gave.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// By file.
    pub(crate) files: BTreeMap<String, Rule>,
    /// By kind and name.
    pub(crate) in_force: BTreeMap<Key, Rule>,
}

/// A parsed file.
struct Parsed {
    file: String,
    text: String,
    body: Body,
}

enum Body {
    Library(RuleFile<LibrarySpec>),
    Detector(RuleFile<DetectorSpec>),
    Webhook(RuleFile<WebhookSpec>),
    FailurePatterns(RuleFile<FailurePatternsSpec>),
}

impl Rule {
    /// Kind and name, which no two rules in force share.
    fn key(&self) -> Key {
        match self {
            Self::Library(library) => ("Library", library.name.clone()),
            Self::Detector(detector) => ("Detector", detector.name.clone()),
            Self::Webhook(webhook) => ("Webhook", webhook.name().to_owned()),
            Self::FailurePatterns(patterns) => ("FailurePatterns", patterns.name.clone()),
        }
    }
}

/// A file and its text.
pub(crate) type Source = (String, String);

/// Loads the files that come with KITE.
pub(crate) fn load_builtin(files: Vec<Source>) -> (Loaded, Vec<RuleError>) {
    let mut loading = Loading::default();
    let files = loading.parse(files);
    loading.compile(&[files], &BTreeMap::new());
    (loading.loaded, loading.errors)
}

/// Loads files that add to the built-in ones or replace them.
///
/// A broken file keeps the version it has in `last_good`.
pub(crate) fn load(
    builtin: &BTreeMap<String, Rule>,
    builtin_files: impl FnOnce() -> Vec<Source>,
    added: Vec<Source>,
    last_good: &BTreeMap<String, Rule>,
) -> (Loaded, Vec<RuleError>) {
    let mut loading = Loading::default();
    let added = loading.parse(added);
    if added.iter().any(|file| file.is_library(last_good)) {
        // Built-in detectors may use it.
        let builtin = loading.parse(builtin_files());
        loading.compile(&[builtin, added], last_good);
    } else {
        for (file, rule) in builtin {
            loading.loaded.add(file, rule.clone());
        }
        loading.compile(&[added], last_good);
    }
    (loading.loaded, loading.errors)
}

#[derive(Default)]
struct Loading {
    loaded: Loaded,
    errors: Vec<RuleError>,
}

/// A file, parsed if it can be.
struct File {
    name: String,
    parsed: Option<Parsed>,
}

impl File {
    fn is_library(&self, last_good: &BTreeMap<String, Rule>) -> bool {
        match &self.parsed {
            Some(parsed) => matches!(parsed.body, Body::Library(_)),
            None => matches!(last_good.get(&self.name), Some(Rule::Library(_))),
        }
    }
}

impl Loading {
    fn parse(&mut self, files: Vec<Source>) -> Vec<File> {
        let files = files.into_iter().map(|(name, text)| {
            let parsed = Parsed::parse(&name, text).map_err(|error| self.errors.push(error)).ok();
            File { name, parsed }
        });
        files.collect()
    }

    /// Compiles layers of files; a rule of a later layer replaces those of its name before.
    fn compile(&mut self, layers: &[Vec<File>], last_good: &BTreeMap<String, Rule>) {
        // Libraries first: a detector of any layer uses the library that is in force in the end.
        for libraries in [true, false] {
            for layer in layers {
                let mut owners = BTreeMap::new();
                for file in layer.iter().filter(|file| file.is_library(last_good) == libraries) {
                    self.compile_file(file, last_good, &mut owners);
                }
            }
        }
    }

    fn compile_file<'f>(
        &mut self,
        file: &'f File,
        last_good: &BTreeMap<String, Rule>,
        owners: &mut BTreeMap<Key, &'f str>,
    ) {
        let compiled = file.parsed.as_ref().and_then(|parsed| {
            let compiled = parsed.compile(&self.loaded);
            compiled.map_err(|found| self.errors.extend(found)).ok()
        });
        let Some(rule) = compiled.or_else(|| last_good.get(&file.name).cloned()) else {
            return;
        };
        match owners.entry(rule.key()) {
            Entry::Occupied(owner) => self.errors.push(taken(file, &rule, owner.get())),
            Entry::Vacant(free) => {
                free.insert(&file.name);
                self.loaded.add(&file.name, rule);
            }
        }
    }
}

impl Loaded {
    fn add(&mut self, file: &str, rule: Rule) {
        self.files.insert(file.to_owned(), rule.clone());
        self.in_force.insert(rule.key(), rule);
    }
}

fn taken(file: &File, rule: &Rule, owner: &str) -> RuleError {
    let (kind, name) = rule.key();
    let place = file.parsed.as_ref().map_or(Place { line: 1, column: 1 }, |parsed| parsed.name().referenced.into());
    error(&file.name, place, format!("the {kind} `{name}` is in `{owner}` already"))
}

impl Parsed {
    fn parse(file: &str, text: String) -> Result<Self, RuleError> {
        let head: Head = from_yaml(file, &text)?;
        let wrong = |at: &Located, message, hint| RuleError { hint, ..error(file, at.referenced.into(), message) };
        if head.api_version.value != API_VERSION {
            let hint = format!("write `apiVersion: {API_VERSION}`");
            return Err(wrong(&head.api_version, format!("expected `{API_VERSION}`"), Some(hint)));
        }
        let body = match head.kind.value.as_str() {
            "Library" => Body::Library(from_yaml(file, &text)?),
            "Detector" => Body::Detector(from_yaml(file, &text)?),
            "Webhook" => Body::Webhook(from_yaml(file, &text)?),
            "FailurePatterns" => Body::FailurePatterns(from_yaml(file, &text)?),
            _ => {
                let message = "expected `Detector`, `Webhook`, `Library` or `FailurePatterns`".to_owned();
                return Err(wrong(&head.kind, message, hint::meant(&head.kind.value, KINDS)));
            }
        };
        let parsed = Self { file: file.to_owned(), text, body };
        if is_name(&parsed.name().value) {
            Ok(parsed)
        } else {
            let message = "a name is made of at most 63 small letters, digits and `-`".to_owned();
            let hint = "such as `my-detector`".to_owned();
            Err(wrong(parsed.name(), message, Some(hint)))
        }
    }

    fn name(&self) -> &Located {
        match &self.body {
            Body::Library(rule) => &rule.metadata.name,
            Body::Detector(rule) => &rule.metadata.name,
            Body::Webhook(rule) => &rule.metadata.name,
            Body::FailurePatterns(rule) => &rule.metadata.name,
        }
    }

    fn compile(&self, loaded: &Loaded) -> Result<Rule, Vec<RuleError>> {
        let (file, text, name) = (&self.file, &self.text, self.name());
        match &self.body {
            Body::Library(rule) => {
                let mut compiler = Compiler::new(file, text, object_names());
                compiler.relate(&rule.spec.related);
                compiler.bind(&rule.spec.bindings);
                Related::compile_all(&mut compiler, &rule.spec.related);
                let related = rule.spec.related.clone();
                Ok(Rule::Library(Arc::new(Library { name: name.value.clone(), bindings: compiler.finish()?, related })))
            }
            Body::Detector(rule) => {
                let mut compiler = Compiler::new(file, text, object_names());
                let mut related = Vec::new();
                for used in &rule.spec.uses {
                    let library = loaded.in_force.get(&("Library", used.value.clone()));
                    let Some(Rule::Library(library)) = library else {
                        let libraries = loaded.in_force.keys().filter(|(kind, _)| *kind == "Library");
                        let hint = hint::meant(&used.value, libraries.map(|(_, name)| name.as_str()));
                        let message = format!("unknown library `{}`", used.value);
                        compiler.error_at(used.referenced.into(), message, hint);
                        continue;
                    };
                    compiler.include(&library.bindings);
                    compiler.relate(&library.related);
                    related.push(&library.related);
                }
                let detector = Detector::compile(compiler, name, &rule.spec, &related)?;
                Ok(Rule::Detector(Arc::new(detector)))
            }
            Body::Webhook(rule) => {
                let webhook = Webhook::compile(file, text, name, &rule.spec)?;
                Ok(Rule::Webhook(Arc::new(webhook)))
            }
            Body::FailurePatterns(rule) => {
                let patterns = FailurePatterns::compile(file, text, name, &rule.spec)?;
                Ok(Rule::FailurePatterns(Arc::new(patterns)))
            }
        }
    }
}

fn object_names() -> Names {
    let config = CONFIG_FIELDS.map(str::to_owned).to_vec();
    Names::default()
        .with("object", Shape::Open)
        .with("now", Shape::Open)
        .with("related", Shape::Fields(Vec::new()))
        .with("config", Shape::Fields(config))
}

/// A name is part of URLs and of messages, so it is made as names are in Kubernetes.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c == '-' || c.is_ascii_lowercase() || c.is_ascii_digit();
    !name.is_empty() && name.len() <= 63 && name.chars().all(allowed)
}

fn from_yaml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, RuleError> {
    serde_saphyr::from_str(text).map_err(|found| {
        let place = found.location().map_or(Place { line: 1, column: 1 }, Place::from);
        let message = found.without_snippet().to_string();
        // The place is said already.
        let behind = format!(" at line {}, column {}", place.line, place.column);
        let message = message.strip_suffix(&behind).unwrap_or(&message);
        error(file, place, message.to_owned())
    })
}

fn error(file: &str, place: Place, message: String) -> RuleError {
    let hint = hint::of_message(&message);
    RuleError { file: file.to_owned(), line: place.line, column: place.column, message, hint }
}
