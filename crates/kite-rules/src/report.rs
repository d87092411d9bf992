//! How one report of a rule is made.

use jiff::Timestamp;
use kite_api::Report;

use crate::compiler::Compiler;
use crate::detector::WatchedKind;
use crate::error::EvalError;
use crate::evaluation::{Condition, Evaluation, Text};
use crate::failure::FailurePlan;
use crate::file::{Located, OwnerSpec, ReportSpec};
use crate::judgement::{Owner, Said};
use crate::scope::ScopePlan;

const ISSUE_TYPES: [&str; 5] = ["build", "test", "release", "dependency", "pipeline"];
/// More items than any sound object has.
const MOST_ITEMS: usize = 1000;

/// A compiled report of a rule.
#[derive(Debug)]
pub(crate) struct ReportPlan {
    for_each: Option<ForEach>,
    verdicts: Vec<(&'static str, Condition)>,
    namespace: Text,
    cluster: Option<Text>,
    issue_type: Option<Text>,
    scope: ScopePlan,
    variant: Option<Text>,
    occurred_at: Option<Text>,
    ended_at: Option<Text>,
    run_id: Option<Text>,
    gone_with: Vec<(WatchedKind, Text)>,
    failure: FailurePlan,
}

#[derive(Debug)]
struct ForEach {
    item: String,
    list: Condition,
}

impl ReportPlan {
    /// Compiles a report; `None` when something is wrong, which the compiler then knows.
    pub(crate) fn compile(compiler: &mut Compiler<'_>, spec: &ReportSpec) -> Option<Self> {
        let Some(each) = &spec.for_each else {
            return Self::compile_one(compiler, spec);
        };
        let list = compiler.condition("forEach", &each.list);
        compiler.with_name(&each.item, |compiler| {
            let plan = Self::compile_one(compiler, spec)?;
            let item = each.item.value.clone();
            Some(Self { for_each: Some(ForEach { item, list: list? }), ..plan })
        })
    }

    fn compile_one(compiler: &mut Compiler<'_>, spec: &ReportSpec) -> Option<Self> {
        let mut text =
            |field, source: &Option<Located>| source.as_ref().and_then(|source| compiler.text(field, source));
        let cluster = text("cluster", &spec.cluster);
        let variant = text("variant", &spec.variant);
        let occurred_at = text("occurredAt", &spec.occurred_at);
        let ended_at = text("endedAt", &spec.ended_at);
        let run_id = text("runId", &spec.run_id);
        let issue_type = spec.issue_type.as_ref().and_then(|source| compiler.choice("issueType", source, &ISSUE_TYPES));
        let failure = FailurePlan::compile(compiler, spec);
        let verdicts = verdicts(compiler, spec);
        let scope = ScopePlan::compile(compiler, &spec.scope);
        let gone_with = spec.gone_with.iter().filter_map(|owner| owner_plan(compiler, owner)).collect();
        Some(Self {
            for_each: None,
            verdicts,
            namespace: compiler.text("namespace", &spec.namespace)?,
            cluster,
            issue_type,
            scope: scope?,
            variant,
            occurred_at,
            ended_at,
            run_id,
            gone_with,
            failure,
        })
    }

    /// Kinds whose deletion ends the problem.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &WatchedKind> {
        self.gone_with.iter().map(|(kind, _)| kind)
    }

    /// Appends the reports that the input gives rise to.
    pub(crate) fn make<'r>(
        &'r self,
        evaluation: &mut Evaluation<'r, '_>,
        said: &mut Vec<Said>,
    ) -> Result<(), EvalError> {
        let Some(each) = &self.for_each else {
            return self.make_one(evaluation, said);
        };
        let items = evaluation.items(&each.list)?;
        for item in items.into_iter().take(MOST_ITEMS) {
            evaluation.set(&each.item, item);
            self.make_one(evaluation, said)?;
        }
        Ok(())
    }

    fn make_one<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>, said: &mut Vec<Said>) -> Result<(), EvalError> {
        for (verdict, condition) in &self.verdicts {
            if evaluation.truth(condition)? {
                let report = self.report(verdict, evaluation)?;
                let gone_with = if *verdict == "failing" { self.gone_with(evaluation)? } else { Vec::new() };
                said.push(Said { report, gone_with });
                break;
            }
        }
        Ok(())
    }

    fn gone_with<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Vec<Owner>, EvalError> {
        let mut owners = Vec::new();
        for (kind, name) in &self.gone_with {
            let name = evaluation.optional_text(Some(name))?;
            owners.extend(name.map(|name| Owner { kind: kind.clone(), name }));
        }
        Ok(owners)
    }

    fn report<'r>(&'r self, verdict: &str, evaluation: &mut Evaluation<'r, '_>) -> Result<Report, EvalError> {
        // An empty variant is the default variant, not "all variants"; so with the other parts
        // of the identity: what the file names is sent, and refused by the backend if it is empty.
        let mut exact = |text: &'r Option<Text>| match text {
            Some(text) => evaluation.text(text).map(Some),
            None => Ok(None),
        };
        let report = Report {
            verdict: Some(verdict.to_owned()),
            issue_type: exact(&self.issue_type)?,
            variant: exact(&self.variant)?,
            cluster: exact(&self.cluster)?.filter(|text| !text.is_empty()),
            occurred_at: exact(&self.occurred_at)?.filter(|text| !text.is_empty()),
            ended_at: exact(&self.ended_at)?.filter(|text| !text.is_empty()),
            run_id: exact(&self.run_id)?.filter(|text| !text.is_empty()),
            namespace: Some(evaluation.text(&self.namespace)?),
            scope: Some(self.scope.of_report(evaluation)?),
            ..Report::default()
        };
        let report = ended_after_it_began(report);
        if verdict == "failing" { self.failure.fill(report, evaluation) } else { Ok(report) }
    }
}

/// Objects that were copied or restored began, by their creation, after they had ended.
fn ended_after_it_began(mut report: Report) -> Report {
    let time = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<Timestamp>().ok());
    if time(&report.ended_at).zip(time(&report.occurred_at)).is_some_and(|(ended, began)| ended < began) {
        report.ended_at = None;
    }
    report
}

fn owner_plan(compiler: &mut Compiler<'_>, spec: &OwnerSpec) -> Option<(WatchedKind, Text)> {
    let name = compiler.text("goneWith.name", &spec.name)?;
    Some((WatchedKind { group: spec.group.clone(), kind: spec.kind.clone() }, name))
}

fn verdicts(compiler: &mut Compiler<'_>, spec: &ReportSpec) -> Vec<(&'static str, Condition)> {
    let sources = [("failing", &spec.failing), ("healthy", &spec.healthy), ("gone", &spec.gone)];
    if sources.iter().all(|(_, source)| source.is_none()) {
        let message = "a report needs `failing`, `healthy` or `gone`".to_owned();
        compiler.error(&spec.namespace, message);
    }
    if let Some(failing) = &spec.failing {
        let needed = [
            ("title", &spec.title),
            ("description", &spec.description),
            ("severity", &spec.severity),
            ("issueType", &spec.issue_type),
        ];
        for (name, _) in needed.iter().filter(|(_, source)| source.is_none()) {
            compiler.error(failing, format!("a report that can be failing needs `{name}`"));
        }
    }
    sources
        .into_iter()
        .filter_map(|(verdict, source)| {
            let condition = compiler.condition(verdict, source.as_ref()?)?;
            Some((verdict, condition))
        })
        .collect()
}
