//! `kite-operator rules …`: shows, checks and tries rule files.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::Timestamp;
use kite_rules::{Config, RuleSet, Surroundings};
use serde_json::{Map, Value, json};

use crate::args::{Diagnose, Files, Rules};
use crate::clock::now;
use crate::diagnose;
use crate::settings;

/// Does what is asked; the exit code says whether all is well.
pub fn run(task: Rules) -> anyhow::Result<ExitCode> {
    match task {
        Rules::Show { name } => show(name.as_deref()),
        Rules::Check { files } => check(&files),
        Rules::Test { files, objects, deleted } => test(&files, &objects, deleted),
        Rules::Diagnose(asked) => diagnose(&asked),
    }
}

/// Prints the JSON Schema of a kind of files.
pub fn print_schema(of: Files) -> anyhow::Result<ExitCode> {
    print(&schema(of)?)?;
    Ok(ExitCode::SUCCESS)
}

fn schema(of: Files) -> anyhow::Result<String> {
    let schema = match of {
        Files::Rules => kite_rules::schema(),
        Files::Config => settings::schema(),
    };
    Ok(serde_json::to_string_pretty(&schema)?)
}

fn show(name: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut found = false;
    for (file, text) in RuleSet::builtin_files() {
        let (folder, stem) = file.trim_end_matches(".yaml").rsplit_once('/').unwrap_or_default();
        match name {
            None => print(&format!("{:<10} {stem}", folder.trim_start_matches("builtin:").trim_end_matches('s')))?,
            Some(name) if name == stem => {
                found = true;
                print(text.trim_end())?;
            }
            Some(_) => {}
        }
    }
    if let (Some(name), false) = (name, found) {
        anyhow::bail!("no rule file `{name}` comes with KITE; without a name all are listed");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let (_, errors) = load(files)?;
    if errors.is_empty() {
        print(&format!("{} sound", counted(files.len(), "file is", "files are")))?;
        return Ok(ExitCode::SUCCESS);
    }
    for error in &errors {
        print(error)?;
    }
    Ok(ExitCode::FAILURE)
}

fn test(files: &[PathBuf], objects: &[PathBuf], deleted: bool) -> anyhow::Result<ExitCode> {
    let (rules, errors) = load(files)?;
    for error in &errors {
        print(error)?;
    }
    let mut all_well = errors.is_empty();
    let (config, related, now) = (Config::default(), Map::new(), now());
    for path in objects {
        for object in read(path)? {
            all_well &= try_one(&rules, &object, deleted, &config, &related, now)?;
        }
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn diagnose(asked: &Diagnose) -> anyhow::Result<ExitCode> {
    let (rules, errors) = load(&asked.files)?;
    for error in &errors {
        print(error)?;
    }
    print(&diagnose::told(&rules, asked)?)?;
    Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn try_one(
    rules: &RuleSet,
    object: &Value,
    deleted: bool,
    config: &Config,
    related: &Map<String, Value>,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    let name = format!("{} {}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
    let surroundings = Surroundings { config, now: Some(now), related };
    let judgement = if deleted { rules.judge_deleted(object, surroundings) } else { rules.judge(object, surroundings) };
    let judgement = match judgement {
        Ok(judgement) => judgement,
        Err(error) => {
            print(&format!("{name}: {error}"))?;
            return Ok(false);
        }
    };
    let by = if judgement.detector.is_empty() { "no detector wants it" } else { &judgement.detector };
    print(&format!("# {name}: {by}, {}", counted(judgement.said.len(), "report", "reports")))?;
    for said in &judgement.said {
        print(&serde_json::to_string_pretty(&said.report)?)?;
    }
    for need in &judgement.needs {
        print(&format!("# in a cluster, `related.{}` is read and may say more", need.name))?;
    }
    if let Some(time) = judgement.again_at {
        print(&format!("# it is judged again at {time}"))?;
    }
    Ok(true)
}

fn load(files: &[PathBuf]) -> anyhow::Result<(RuleSet, Vec<String>)> {
    let mut texts = Vec::new();
    for path in files {
        texts.push((path.display().to_string(), text(path)?));
    }
    let (rules, errors) = RuleSet::builtin().with_files(texts);
    Ok((rules, errors.iter().map(ToString::to_string).collect()))
}

/// The objects in a file: one, several documents, or a list.
fn read(path: &Path) -> anyhow::Result<Vec<Value>> {
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(&text(path)?).with_context(|| format!("understand `{}`", path.display()))?;
    let objects = documents.into_iter().flat_map(|document| match document.get("items") {
        Some(Value::Array(items)) => items.clone(),
        _ => vec![document],
    });
    Ok(objects.filter(|object| *object != json!(null)).collect())
}

fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("read `{}`", path.display()))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A closed pipe is the reader's wish.
fn print(line: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schemas_are_current() {
        for (of, name) in [(Files::Rules, "rules"), (Files::Config, "config")] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../schemas/{name}.json"));
            let shipped = fs::read_to_string(&path).unwrap_or_default();
            let hint = format!("run `cargo run -p kite-operator -- schema {name} > schemas/{name}.json`");
            assert!(shipped.trim_end() == schema(of).unwrap(), "schemas/{name}.json is out of date: {hint}");
        }
    }
}
