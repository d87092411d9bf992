//! Detectors: how a Kubernetes object becomes reports.

use std::collections::BTreeSet;

use jiff::Timestamp;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::binding::Bindings;
use crate::compiler::Compiler;
use crate::error::{EvalError, RuleError};
use crate::evaluation::{Condition, Evaluation, Rule, Text};
use crate::file::{DetectorSpec, Located, Ordered, RelatedSpec};
use crate::judgement::Judgement;
use crate::paths::Needed;
use crate::related::{Need, Related};
use crate::report::ReportPlan;

/// A kind of Kubernetes object, in any of its versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchedKind {
    /// The API group; empty for the core group.
    pub group: String,
    /// The kind, such as `PipelineRun`.
    pub kind: String,
}

/// Which objects of a kind the API server is asked for; all of them when nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Selectors {
    /// A label selector.
    pub labels: Option<String>,
    /// A field selector.
    pub fields: Option<String>,
}

/// A compiled detector.
#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) name: String,
    pub(crate) watches: BTreeMap<WatchedKind, Selectors>,
    pub(crate) priority: i32,
    /// What its expressions read of the object.
    pub(crate) needed: Needed,
    bindings: Bindings,
    when: Option<Condition>,
    related: Vec<Related>,
    ignore: Option<Condition>,
    judge_again_at: Option<Text>,
    reports: Vec<ReportPlan>,
    on_delete: Vec<ReportPlan>,
}

impl Detector {
    /// Compiles a detector whose libraries are included already; they relate to `related`.
    pub(crate) fn compile(
        mut compiler: Compiler<'_>,
        name: &Located,
        spec: &DetectorSpec,
        related: &[&Ordered<RelatedSpec>],
    ) -> Result<Self, Vec<RuleError>> {
        compiler.relate(&spec.related);
        compiler.bind(&spec.bindings);
        let when = spec.when.as_ref().and_then(|s| compiler.condition("when", s));
        let ignore = spec.ignore.as_ref().and_then(|s| compiler.condition("ignore", s));
        let judge_again_at = spec.judge_again_at.as_ref().and_then(|s| compiler.text("judgeAgainAt", s));
        let related = related.iter().copied().chain([&spec.related]);
        let related = related.flat_map(|related| Related::compile_all(&mut compiler, related)).collect();
        let mut compile = |reports: &[_]| -> Vec<_> {
            reports.iter().filter_map(|report| ReportPlan::compile(&mut compiler, report)).collect()
        };
        let (reports, on_delete) = (compile(&spec.reports), compile(&spec.on_delete));
        if spec.watches.is_empty() {
            compiler.error(name, "a detector watches at least one kind".to_owned());
        }
        if spec.reports.is_empty() && spec.on_delete.is_empty() {
            compiler.error(name, "a detector has `reports`, or `onDelete`, or both".to_owned());
        }
        let watches = spec.watches.iter().map(|watch| {
            let kind = WatchedKind { group: watch.group.clone(), kind: watch.kind.clone() };
            (kind, Selectors { labels: watch.label_selector.clone(), fields: watch.field_selector.clone() })
        });
        Ok(Self {
            name: name.value.clone(),
            watches: watches.collect(),
            priority: spec.priority,
            needed: compiler.needed(),
            bindings: compiler.finish()?,
            when,
            related,
            ignore,
            judge_again_at,
            reports,
            on_delete,
        })
    }

    /// This detector at work.
    pub(crate) fn rule(&self) -> Rule<'_> {
        Rule { kind: "detector", name: &self.name, bindings: &self.bindings }
    }

    /// Whether the object is this detector's.
    pub(crate) fn wants<'r>(
        &'r self,
        evaluation: &mut Evaluation<'r, '_>,
        fetched: &Map<String, Value>,
    ) -> Result<bool, EvalError> {
        evaluation.enter(self.rule());
        if !self.related.is_empty() {
            let given = |related: &Related| fetched.get(&related.name).cloned().unwrap_or_else(|| related.absent());
            let related = self.related.iter().map(|related| (related.name.clone(), given(related)));
            evaluation.set_owned("related", related.collect::<Map<_, _>>().into());
        }
        self.when.as_ref().map_or(Ok(true), |when| evaluation.truth(when))
    }

    /// What it says about an object that is its own.
    pub(crate) fn judge<'r>(
        &'r self,
        evaluation: &mut Evaluation<'r, '_>,
        fetched: &Map<String, Value>,
    ) -> Result<Judgement, EvalError> {
        let mut judgement = Judgement { detector: self.name.clone(), ..Judgement::default() };
        if let Some(ignore) = &self.ignore
            && evaluation.truth(ignore)?
        {
            return Ok(judgement);
        }
        for report in &self.reports {
            report.make(evaluation, &mut judgement.said)?;
        }
        judgement.needs = self.needs(evaluation, fetched)?;
        let again_at = evaluation.optional_text(self.judge_again_at.as_ref())?;
        judgement.again_at = again_at.and_then(|time| time.parse::<Timestamp>().ok());
        Ok(judgement)
    }

    /// What it says about an object that was deleted.
    pub(crate) fn judge_deleted<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Judgement, EvalError> {
        let mut judgement = Judgement { detector: self.name.clone(), ..Judgement::default() };
        for report in &self.on_delete {
            report.make(evaluation, &mut judgement.said)?;
        }
        Ok(judgement)
    }

    /// Whether it says something about deleted objects.
    pub(crate) fn judges_deletions(&self) -> bool {
        !self.on_delete.is_empty()
    }

    /// What there is to read that was not read yet.
    fn needs<'r>(
        &'r self,
        evaluation: &mut Evaluation<'r, '_>,
        fetched: &Map<String, Value>,
    ) -> Result<Vec<Need>, EvalError> {
        let mut needs = Vec::new();
        for related in self.related.iter().filter(|related| !fetched.contains_key(&related.name)) {
            needs.extend(related.need(evaluation)?);
        }
        Ok(needs)
    }

    /// Other kinds that it reads.
    pub(crate) fn reads(&self) -> BTreeSet<&WatchedKind> {
        self.related.iter().filter_map(Related::kind).collect()
    }

    /// Whether it reads logs.
    pub(crate) fn reads_logs(&self) -> bool {
        self.related.iter().any(|related| related.kind().is_none())
    }

    /// Kinds whose deletion ends a problem that it reports.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &WatchedKind> {
        self.reports.iter().flat_map(ReportPlan::owners)
    }
}
