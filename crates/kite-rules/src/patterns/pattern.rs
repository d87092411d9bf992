//! Recognises failures.

use kite_core::diagnosis::{Candidate, Class, Context, Evidence, Finding, Reading, Redacted};
use regex::bytes::{Captures, RegexSet, RegexSetBuilder};

use super::regexes::Regexes;
use super::sentence::Sentence;
use super::spec::{FailurePatternsSpec, PatternSpec};
use crate::compiler::Compiler;
use crate::error::RuleError;
use crate::file::Located;
use crate::names::Names;

/// Most memory of all regular expressions of a file that look at lines.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// The patterns of one file.
#[derive(Debug)]
pub(crate) struct FailurePatterns {
    pub(crate) name: String,
    patterns: Vec<Pattern>,
    /// All that recognise lines, together for a first look.
    log: RegexSet,
    /// The pattern that each of them belongs to.
    owners: Vec<usize>,
}

#[derive(Debug)]
struct Pattern {
    priority: i32,
    reasons: Vec<String>,
    exit_codes: Vec<i32>,
    tasks: Regexes,
    steps: Regexes,
    messages: Regexes,
    log: Regexes,
    class: Class,
    summary: Sentence,
    remedy: Option<Sentence>,
}

/// A pattern that recognises something, before it is known whether another one decides.
struct Match<'p, 'a> {
    pattern: &'p Pattern,
    rank: Rank,
    evidence: Evidence<'a>,
}

/// What decides first: Kubernetes before the log, unless its pattern only guesses; priority; heavier lines; the order of
/// files.
type Rank = (Source, i64, usize);

/// So much priority is lost with each halving of a line's weight: a pattern that says little must not be won over by a
/// line that weighs little.
const TIER: i64 = 6;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Kubernetes,
    /// Or what Kubernetes says, in a pattern with a priority above 0: an exit code tells little.
    Log,
}

/// What the first of the patterns that recognises something says of a failure.
pub(crate) fn recognise<'a>(
    files: &[&FailurePatterns],
    context: &'a Context,
    log: &Reading<'a>,
) -> Option<Finding<'a>> {
    let candidates: Vec<_> = log.candidates().collect();
    let matches = files.iter().filter_map(|file| file.first(context, &candidates));
    let first = matches.min_by_key(|found| found.rank)?;
    Some(first.finding())
}

impl FailurePatterns {
    /// Compiles a file, or says everything that is wrong with it.
    pub(crate) fn compile(
        file: &str,
        text: &str,
        name: &Located,
        spec: &FailurePatternsSpec,
    ) -> Result<Self, Vec<RuleError>> {
        let mut compiler = Compiler::new(file, text, Names::default());
        let patterns: Vec<_> =
            spec.patterns.iter().filter_map(|pattern| Pattern::compile(&mut compiler, pattern)).collect();
        let mut known = std::collections::BTreeSet::new();
        for pattern in &spec.patterns {
            if !known.insert(&pattern.name.value) {
                compiler.error(&pattern.name, format!("`{}` is defined already", pattern.name.value));
            }
        }
        let owned =
            patterns.iter().enumerate().flat_map(|(owner, pattern)| pattern.log.iter().map(move |log| (owner, log)));
        let (owners, sources): (Vec<_>, Vec<_>) = owned.unzip();
        let log = RegexSetBuilder::new(sources).unicode(false).size_limit(MOST_BYTES).build().unwrap_or_else(|_| {
            compiler.error(name, "the file has too many regular expressions".to_owned());
            RegexSet::empty()
        });
        compiler.finish()?;
        Ok(Self { name: name.value.clone(), patterns, log, owners })
    }

    /// The first of its patterns that recognises something.
    fn first<'a>(&self, context: &'a Context, candidates: &[Candidate<'a>]) -> Option<Match<'_, 'a>> {
        let facts = self.patterns.iter().filter(|pattern| pattern.allows(context));
        let of_context = facts.filter_map(|pattern| pattern.in_context(context));
        let of_log = candidates.iter().enumerate().flat_map(|(place, line)| {
            let owners = self.log.matches(line.text.as_bytes()).into_iter().filter_map(|index| self.owners.get(index));
            let patterns = owners.filter_map(|owner| self.patterns.get(*owner));
            let patterns = patterns.filter(|pattern| pattern.allows(context));
            patterns.map(move |pattern| Match {
                pattern,
                rank: (Source::Log, i64::from(pattern.priority) + TIER * i64::from(line.tier), place),
                evidence: Evidence::Line(*line),
            })
        });
        of_context.chain(of_log).min_by_key(|found| found.rank)
    }
}

impl Pattern {
    fn compile(compiler: &mut Compiler<'_>, spec: &PatternSpec) -> Option<Self> {
        let class = spec.class.value.parse::<Class>();
        if let Err(error) = &class {
            compiler.error(&spec.class, error.to_string());
        }
        let mut regexes = |sources: &[Located]| Regexes::compile(compiler, sources);
        let (tasks, steps) = (regexes(&spec.tasks), regexes(&spec.steps));
        let (messages, log) = (regexes(&spec.messages), regexes(&spec.log));
        let recognises = [&spec.messages, &spec.log].iter().any(|sources| !sources.is_empty());
        if !recognises && spec.reasons.is_empty() && spec.exit_codes.is_empty() {
            compiler.error(&spec.name, "it needs `log`, `messages`, `reasons` or `exitCodes`".to_owned());
        }
        let is_known = |part: &str| recognises && messages.all_name(part) && log.all_name(part);
        let summary = Sentence::compile(compiler, &spec.summary, is_known);
        let remedy = spec.remedy.as_ref().map(|remedy| Sentence::compile(compiler, remedy, is_known));
        let (reasons, exit_codes, priority) = (spec.reasons.clone(), spec.exit_codes.clone(), spec.priority);
        let class = class.ok()?;
        Some(Self { priority, reasons, exit_codes, tasks, steps, messages, log, class, summary, remedy })
    }

    /// Whether the facts are such that it may recognise something.
    fn allows(&self, context: &Context) -> bool {
        let is_reason = self.reasons.is_empty() || self.reasons.contains(&context.reason);
        let is_code =
            self.exit_codes.is_empty() || context.exit_code.is_some_and(|code| self.exit_codes.contains(&code));
        is_reason && is_code && self.tasks.allow(&context.task) && self.steps.allow(&context.step)
    }

    /// Recognises a message, or the facts alone when it looks for nothing else.
    fn in_context<'a>(&self, context: &'a Context) -> Option<Match<'_, 'a>> {
        let source = if self.priority > 0 { Source::Log } else { Source::Kubernetes };
        let matching = |place, evidence| Match { pattern: self, rank: (source, self.priority.into(), place), evidence };
        if self.messages.is_empty() && self.log.is_empty() {
            return Some(matching(0, Evidence::Fact));
        }
        let mut messages = context.messages.iter().map(Redacted::as_str).enumerate();
        let (place, message) = messages.find(|(_, message)| self.messages.captures(message).is_some())?;
        Some(matching(place + 1, Evidence::Message(message)))
    }
}

impl<'a> Match<'_, 'a> {
    fn finding(self) -> Finding<'a> {
        let captures: Option<Captures<'_>> = match self.evidence {
            Evidence::Line(line) => self.pattern.log.captures(line.text),
            Evidence::Message(message) => self.pattern.messages.captures(message),
            Evidence::Fact => None,
        };
        Finding {
            class: self.pattern.class,
            summary: self.pattern.summary.with(captures.as_ref()),
            remedy: self.pattern.remedy.as_ref().map(|remedy| remedy.with(captures.as_ref())),
            evidence: self.evidence,
        }
    }
}
