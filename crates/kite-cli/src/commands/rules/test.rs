//! `kite rules test`: the reports that objects would give.

use std::path::PathBuf;

use kite_rules::{Config, RuleSet, Surroundings};
use serde_json::{Map, Value, json};

use super::{check, load, objects};
use crate::clock::now;
use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::session::Session;
use crate::table::plural;
use crate::text::{Text, Tone, one_line};

/// Show the reports that Kubernetes objects would give
///
/// The rules that come with KITE are in force, and those of the files beside or instead of them.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    kubectl get jobs -n team-a -o yaml > jobs.yaml\n  \
    kite rules test my-detector.yaml -f jobs.yaml")]
pub struct Args {
    /// Rule files, or folders of them
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Objects: YAML or JSON files, folders, .tar, .tar.gz, .zip
    #[arg(short = 'f', long = "object", required = true, value_name = "FILE", num_args = 1..)]
    pub objects: Vec<PathBuf>,
    /// Judge as if the objects were deleted
    #[arg(long)]
    pub deleted: bool,
    /// How to print: table, json, yaml or jsonpath=TEMPLATE
    #[arg(short, long, value_name = "FORM", default_value = "table")]
    pub output: Format,
}

/// Tries rules on objects.
pub fn run(session: &Session, args: &Args) -> Result<Exit, Failure> {
    let (rules, errors) = load(&args.files)?;
    check::tell(session, &errors)?;
    let mut tried = Vec::new();
    let read = objects::each(session, &args.objects, |item| {
        tried.push(try_one(&rules, &item.object, args.deleted));
    })?;
    let is_well = read.is_whole && errors.is_empty() && tried.iter().all(|tried| tried.error.is_none());
    match &args.output {
        Format::Table => session.printer.show(&text(&tried))?,
        output => {
            let data: Vec<_> = tried.iter().map(Tried::data).collect();
            if !output.print_data(&session.printer, &json!({"data": data}))? {
                return Err(Format::unknown("table, json, yaml and jsonpath"));
            }
        }
    }
    Ok(if is_well { Exit::Fine } else { Exit::Problem })
}

/// What became of one object.
struct Tried {
    name: String,
    detector: String,
    reports: Vec<Value>,
    /// What is to be known besides.
    notes: Vec<String>,
    error: Option<String>,
}

fn try_one(rules: &RuleSet, object: &Value, deleted: bool) -> Tried {
    let (config, related) = (Config::default(), Map::new());
    let surroundings = Surroundings { config: &config, now: Some(now()), related: &related };
    let judgement = if deleted { rules.judge_deleted(object, surroundings) } else { rules.judge(object, surroundings) };
    let mut tried = Tried {
        name: objects::name(object),
        detector: String::new(),
        reports: Vec::new(),
        notes: Vec::new(),
        error: None,
    };
    match judgement {
        Err(error) => tried.error = Some(error.to_string()),
        Ok(judgement) => {
            tried.detector = judgement.detector;
            let reports = judgement.said.iter().map(|said| serde_json::to_value(&said.report));
            tried.reports = reports.filter_map(Result::ok).collect();
            let needs = judgement.needs.iter();
            tried.notes =
                needs.map(|need| format!("in a cluster, `related.{}` is read and may say more", need.name)).collect();
            tried.notes.extend(judgement.again_at.map(|time| format!("it is judged again at {time}")));
        }
    }
    tried
}

impl Tried {
    fn data(&self) -> Value {
        json!({"object": self.name, "detector": self.detector, "reports": self.reports, "error": self.error})
    }
}

fn text(tried: &[Tried]) -> Text {
    let mut text = Text::default();
    for one in tried {
        let by = if one.detector.is_empty() { "no detector wants it" } else { &one.detector };
        let reports = plural(one.reports.len(), "report");
        text.push(Tone::Strong, format!("# {}: ", one_line(&one.name)));
        match &one.error {
            Some(error) => text.plain(one_line(error)),
            None => text.plain(format!("{by}, {reports}")),
        };
        text.end_line();
        for report in &one.reports {
            text.plain(yaml_serde::to_string(&[report]).unwrap_or_default());
        }
        for note in &one.notes {
            text.push(Tone::Faint, format!("# {note}")).end_line();
        }
    }
    text
}
