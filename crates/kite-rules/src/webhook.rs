//! Webhooks: how a posted payload becomes reports and an answer.

use kite_api::{Entry, Sweep};
use serde_json::Value;

use crate::binding::Bindings;
use crate::compiler::Compiler;
use crate::config::{CONFIG_FIELDS, Config};
use crate::error::{EvalError, RuleError, WebhookError};
use crate::evaluation::{Condition, Evaluation, Rule, Text};
use crate::file::{AnswerSpec, Located, Ordered, SweepSpec, WebhookSpec};
use crate::names::{Names, Shape};
use crate::payload::{self, Field};
use crate::report::ReportPlan;
use crate::scope::ScopePlan;

/// A compiled webhook.
#[derive(Debug)]
pub struct Webhook {
    name: String,
    secret: Option<Secret>,
    fields: Vec<Field>,
    bindings: Bindings,
    ignore: Option<(Condition, Text)>,
    reports: Vec<ReportPlan>,
    sweeps: Vec<SweepPlan>,
    answer: AnswerPlan,
}

/// Where the secret is that signs a webhook's payloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// In this file.
    File(String),
    /// In this environment variable.
    Env(String),
}

/// What a payload became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookOutcome {
    /// Nothing is to be stored.
    Ignored {
        /// Why, for the caller.
        info: String,
    },
    /// These entries are to be stored, in this order and at once.
    Entries {
        /// What the payload says.
        entries: Vec<Entry>,
        /// What the caller is told then.
        answer: Answer,
    },
}

/// What the caller of a webhook is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The issue of the first entry; 201.
    Issue,
    /// A sentence; 200.
    Message(Message),
}

/// A sentence in which the number of resolved issues is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message(Vec<Option<String>>);

impl Message {
    /// The sentence with the number of resolved issues filled in.
    pub fn with_count(&self, count: u64) -> String {
        let count = count.to_string();
        let pieces = self.0.iter();
        pieces.map(|piece| piece.as_ref().unwrap_or(&count).as_str()).collect()
    }
}

#[derive(Debug)]
struct SweepPlan {
    namespace: Text,
    anchor: ScopePlan,
    scopes: Vec<ScopePlan>,
}

#[derive(Debug)]
enum AnswerPlan {
    Issue,
    /// The texts around each `${count}`.
    Message(Vec<Text>),
}

impl Webhook {
    /// The last part of the endpoint's path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the secret is that signs the payloads; without one they are not signed.
    pub fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// Turns a payload into entries and an answer.
    pub fn evaluate(&self, payload: &Value, config: &Config) -> Result<WebhookOutcome, WebhookError> {
        let payload = payload::check(payload, &self.fields).map_err(WebhookError::Invalid)?;
        let rule = Rule { kind: "webhook", name: &self.name, bindings: &self.bindings };
        Ok(self.outcome(&mut Evaluation::new(rule, "payload", &payload, config))?)
    }

    fn outcome<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<WebhookOutcome, EvalError> {
        if let Some((when, info)) = &self.ignore
            && evaluation.truth(when)?
        {
            let info = evaluation.text(info)?;
            return Ok(WebhookOutcome::Ignored { info });
        }
        let mut said = Vec::new();
        for report in &self.reports {
            report.make(evaluation, &mut said)?;
        }
        let mut entries: Vec<_> = said.into_iter().map(|said| Entry::Report(Box::new(said.report))).collect();
        for sweep in &self.sweeps {
            entries.push(Entry::Sweep(sweep.make(evaluation)?));
        }
        let answer = self.answer.make(evaluation)?;
        Ok(WebhookOutcome::Entries { entries, answer })
    }

    /// Compiles a webhook.
    pub(crate) fn compile(file: &str, text: &str, name: &Located, spec: &WebhookSpec) -> Result<Self, Vec<RuleError>> {
        let fields = fields(spec);
        let declared = fields.iter().map(|field| field.name.clone()).collect();
        let config = CONFIG_FIELDS.map(str::to_owned).to_vec();
        let names = Names::default().with("payload", Shape::Fields(declared)).with("config", Shape::Fields(config));
        let mut compiler = Compiler::new(file, text, names);
        compiler.bind(&spec.bindings);
        let ignore = spec.ignore.as_ref().and_then(|ignore| {
            let when = compiler.condition("ignore.when", &ignore.when);
            let info = compiler.text("ignore.info", &ignore.info);
            Some((when?, info?))
        });
        let reports = spec.reports.iter();
        let reports = reports.filter_map(|report| ReportPlan::compile(&mut compiler, report));
        let reports: Vec<_> = reports.collect();
        let sweeps = spec.sweeps.iter();
        let sweeps = sweeps.filter_map(|sweep| SweepPlan::compile(&mut compiler, sweep));
        let sweeps = sweeps.collect();
        let answer = AnswerPlan::compile(&mut compiler, &spec.answer);
        let secret = secret(&mut compiler, name, spec);
        if matches!(answer, AnswerPlan::Issue) && spec.reports.is_empty() {
            let message = "the answer is an issue, so a report is needed".to_owned();
            compiler.error(name, message);
        }
        Ok(Self {
            name: name.value.clone(),
            secret,
            fields,
            bindings: compiler.finish()?,
            ignore,
            reports,
            sweeps,
            answer,
        })
    }
}

fn fields(spec: &WebhookSpec) -> Vec<Field> {
    let declared = |fields: &Ordered<_>, required| -> Vec<Field> {
        let fields = fields.0.iter();
        fields.map(|(name, kind): &(Located, _)| Field { name: name.value.clone(), kind: *kind, required }).collect()
    };
    let mut fields = declared(&spec.required, true);
    fields.extend(declared(&spec.optional, false));
    fields
}

fn secret(compiler: &mut Compiler<'_>, name: &Located, spec: &WebhookSpec) -> Option<Secret> {
    match (&spec.secret_file, &spec.secret_env) {
        (None, None) => None,
        (Some(file), None) => Some(Secret::File(file.clone())),
        (None, Some(variable)) => Some(Secret::Env(variable.clone())),
        (Some(_), Some(_)) => {
            compiler.error(name, "`secretFile` and `secretEnv` exclude each other".to_owned());
            None
        }
    }
}

impl SweepPlan {
    fn compile(compiler: &mut Compiler<'_>, spec: &SweepSpec) -> Option<Self> {
        let namespace = compiler.text("sweeps.namespace", &spec.namespace);
        let anchor = ScopePlan::compile(compiler, &spec.anchor);
        let scopes = spec.scopes.iter();
        let scopes = scopes.filter_map(|scope| ScopePlan::compile(compiler, scope));
        let scopes = scopes.collect();
        Some(Self { namespace: namespace?, anchor: anchor?, scopes })
    }

    fn make<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Sweep, EvalError> {
        let anchor = self.anchor.of_sweep(evaluation)?;
        let scopes = self.scopes.iter();
        let scopes = scopes.map(|scope| scope.of_sweep(evaluation)).collect::<Result<_, _>>()?;
        Ok(Sweep { namespace: evaluation.text(&self.namespace)?, cluster: None, anchor, scopes })
    }
}

impl AnswerPlan {
    fn compile(compiler: &mut Compiler<'_>, spec: &AnswerSpec) -> Self {
        let AnswerSpec::Message(spec) = spec else {
            return Self::Issue;
        };
        // The number is known only after the entries are stored, so it is left open until then.
        let texts = spec.message.value.split("${count}").map(|text| {
            let located = spec.message.saying(text);
            compiler.text("answer.message", &located)
        });
        Self::Message(texts.flatten().collect())
    }

    fn make<'r>(&'r self, evaluation: &mut Evaluation<'r, '_>) -> Result<Answer, EvalError> {
        let Self::Message(texts) = self else {
            return Ok(Answer::Issue);
        };
        let mut pieces = Vec::new();
        for text in texts {
            if !pieces.is_empty() {
                pieces.push(None);
            }
            pieces.push(Some(evaluation.text(text)?));
        }
        Ok(Answer::Message(Message(pieces)))
    }
}
