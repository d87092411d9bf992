//! What a detector reads beside the object: other objects, and the end of a log.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::compiler::Compiler;
use crate::detector::WatchedKind;
use crate::error::EvalError;
use crate::evaluation::{Condition, Evaluation, Text};
use crate::file::{Located, LogSpec, Ordered, RelatedObjectsSpec, RelatedSpec};

/// Something to read before an object is judged in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its name below `related`.
    pub name: String,
    /// What to read, in the object's namespace.
    pub what: Wanted,
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A list of the objects that have all these labels.
    Objects {
        /// Their kind.
        kind: WatchedKind,
        /// Keys and values; never empty.
        labels: BTreeMap<String, String>,
    },
    /// The last lines that a container wrote, as one text.
    Log {
        /// Name of the pod.
        pod: String,
        /// Name of the container.
        container: String,
    },
}

impl Wanted {
    /// What stands for it when it is not there.
    pub fn nothing(&self) -> Value {
        match self {
            Self::Objects { .. } => json!([]),
            Self::Log { .. } => json!(""),
        }
    }
}

/// What is compiled of a `related` entry.
#[derive(Clone, Debug)]
pub(crate) struct Related {
    pub(crate) name: String,
    when: std::sync::Arc<Condition>,
    what: std::sync::Arc<Plan>,
}

#[derive(Debug)]
enum Plan {
    Objects { kind: WatchedKind, labels: Vec<(String, Text)> },
    Log { pod: Text, container: Text },
}

impl Related {
    /// Compiles all entries; their names must be known to the compiler already.
    pub(crate) fn compile_all(compiler: &mut Compiler<'_>, specs: &Ordered<RelatedSpec>) -> Vec<Self> {
        specs.0.iter().filter_map(|(name, spec)| Self::compile(compiler, name, spec)).collect()
    }

    fn compile(compiler: &mut Compiler<'_>, name: &Located, spec: &RelatedSpec) -> Option<Self> {
        let when = compiler.condition("related.when", &spec.when);
        let what = match (&spec.objects, &spec.log) {
            (Some(objects), None) => Some(Plan::objects(compiler, name, objects)),
            (None, Some(log)) => Plan::log(compiler, log),
            _ => {
                compiler.error(name, "what is related is either `objects` or a `log`".to_owned());
                None
            }
        };
        Some(Self { name: name.value.clone(), when: when?.into(), what: what?.into() })
    }

    /// The kind of objects that it reads.
    pub(crate) fn kind(&self) -> Option<&WatchedKind> {
        match &*self.what {
            Plan::Objects { kind, .. } => Some(kind),
            Plan::Log { .. } => None,
        }
    }

    /// What stands for it until it is read.
    pub(crate) fn absent(&self) -> Value {
        match &*self.what {
            Plan::Objects { .. } => json!([]),
            Plan::Log { .. } => json!(""),
        }
    }

    /// What has to be read, if anything.
    pub(crate) fn need<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Option<Need>, EvalError> {
        if !evaluation.truth(&self.when)? {
            return Ok(None);
        }
        let what = self.what.wanted(evaluation)?;
        Ok(what.map(|what| Need { name: self.name.clone(), what }))
    }
}

impl Plan {
    fn objects(compiler: &mut Compiler<'_>, name: &Located, spec: &RelatedObjectsSpec) -> Self {
        if spec.labels.0.is_empty() {
            compiler.error(name, "related objects need labels by which they are found".to_owned());
        }
        let labels = spec.labels.0.iter().filter_map(|(label, source)| {
            let text = compiler.text(&format!("related.labels.{}", label.value), source)?;
            Some((label.value.clone(), text))
        });
        let kind = WatchedKind { group: spec.group.clone(), kind: spec.kind.clone() };
        Self::Objects { kind, labels: labels.collect() }
    }

    fn log(compiler: &mut Compiler<'_>, spec: &LogSpec) -> Option<Self> {
        let pod = compiler.text("related.log.pod", &spec.pod);
        let container = compiler.text("related.log.container", &spec.container);
        Some(Self::Log { pod: pod?, container: container? })
    }

    /// `None` when a name is empty: there is nothing to look for.
    fn wanted<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Option<Wanted>, EvalError> {
        match self {
            Self::Objects { kind, labels } => {
                let mut wanted = BTreeMap::new();
                for (label, text) in labels {
                    let Some(value) = evaluation.optional_text(Some(text))? else { return Ok(None) };
                    wanted.insert(label.clone(), value);
                }
                Ok(Some(Wanted::Objects { kind: kind.clone(), labels: wanted }))
            }
            Self::Log { pod, container } => {
                let pod = evaluation.optional_text(Some(pod))?;
                let container = evaluation.optional_text(Some(container))?;
                Ok(pod.zip(container).map(|(pod, container)| Wanted::Log { pod, container }))
            }
        }
    }
}
