//! Detectors: how a Kubernetes object becomes reports.

use kite_api::Entry;

use crate::binding::Bindings;
use crate::compiler::Compiler;
use crate::error::{EvalError, RuleError};
use crate::evaluation::{Condition, Evaluation, Rule};
use crate::file::{DetectorSpec, Located};
use crate::report::ReportPlan;

/// A kind of Kubernetes object, in any of its versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchedKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind, such as `PipelineRun`.
    pub kind: String,
}

/// A compiled detector.
#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) name: String,
    pub(crate) watches: Vec<WatchedKind>,
    pub(crate) priority: i32,
    bindings: Bindings,
    when: Option<Condition>,
    ignore: Option<Condition>,
    reports: Vec<ReportPlan>,
}

impl Detector {
    /// Compiles a detector whose libraries are included already.
    pub(crate) fn compile(
        mut compiler: Compiler<'_>,
        name: &Located,
        spec: &DetectorSpec,
    ) -> Result<Self, Vec<RuleError>> {
        compiler.bind(&spec.bindings);
        let when = spec.when.as_ref().and_then(|s| compiler.condition("when", s));
        let ignore = spec.ignore.as_ref().and_then(|s| compiler.condition("ignore", s));
        let reports = spec.reports.iter();
        let reports = reports.filter_map(|report| ReportPlan::compile(&mut compiler, report));
        let reports = reports.collect();
        if spec.watches.is_empty() {
            compiler.error(name, "a detector watches at least one kind".to_owned());
        }
        let watches =
            spec.watches.iter().map(|watch| WatchedKind { group: watch.group.clone(), kind: watch.kind.clone() });
        Ok(Self {
            name: name.value.clone(),
            watches: watches.collect(),
            priority: spec.priority,
            bindings: compiler.finish()?,
            when,
            ignore,
            reports,
        })
    }

    /// This detector at work.
    pub(crate) fn rule(&self) -> Rule<'_> {
        Rule { kind: "detector", name: &self.name, bindings: &self.bindings }
    }

    /// The entries for an object, or `None` when the object is not this detector's.
    pub(crate) fn entries<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Option<Vec<Entry>>, EvalError> {
        evaluation.enter(self.rule());
        if let Some(when) = &self.when
            && !evaluation.truth(when)?
        {
            return Ok(None);
        }
        let mut entries = Vec::new();
        if let Some(ignore) = &self.ignore
            && evaluation.truth(ignore)?
        {
            return Ok(Some(entries));
        }
        for report in &self.reports {
            report.make(evaluation, &mut entries)?;
        }
        Ok(Some(entries))
    }
}
