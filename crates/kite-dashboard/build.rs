//! Builds the files that pages load, with the tools of `web/package.json`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

const REMEDY: &str =
    "pages need Node.js 20 or later with npm: install the packages `nodejs` and `npm`, or see nodejs.org";
/// The constants of `assets.rs` and the files that they name.
const NAMES: [(&str, &str); 6] = [
    ("APP_CSS", "app.css"),
    ("APP_JS", "app.js"),
    ("ICONS", "icons.svg"),
    ("FAVICON", "favicon.svg"),
    ("FAVICON_CRITICAL", "favicon-critical.svg"),
    ("LICENSES", "licenses.txt"),
];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    for watched in ["build.rs", "web", "templates", "src"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Nothing is written into the source tree: the tools work on a copy.
    let work = out.join("web");
    copy(&here.join("web"), &work)?;
    install(&work)?;
    let files = out.join("files");
    if files.exists() {
        fs::remove_dir_all(&files)?;
    }
    let templates = here.join("templates");
    run(Command::new("node").arg("build.mjs").arg(&templates).arg(&files).current_dir(&work))?;
    fs::write(out.join("assets.rs"), source(&files)?)?;
    Ok(())
}

/// Copies what changed; npm's folder stays.
fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(&name))?;
        } else if fs::read(&path)? != fs::read(to.join(&name)).unwrap_or_default() {
            fs::copy(&path, to.join(&name))?;
        }
    }
    Ok(())
}

/// Gets the packages of the lock file, unless they are there already.
fn install(work: &Path) -> Result<(), Box<dyn Error>> {
    let (lock, installed) = (fs::read(work.join("package-lock.json"))?, work.join("node_modules/.installed-lock"));
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(work))?;
    Ok(fs::write(installed, lock)?)
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("`{name}` cannot be started ({error}): {REMEDY}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).lines().rev().take(5).collect::<Vec<_>>().join(" | ");
    Err(format!("`{name}` failed ({said}): {REMEDY}").into())
}

/// The list of files as Rust.
fn source(files: &Path) -> Result<String, Box<dyn Error>> {
    let list: serde_json::Value = serde_json::from_slice(&fs::read(files.join("files.json"))?)?;
    let list = list.as_object().ok_or("files.json holds no list")?;
    let text = |file: &serde_json::Value, name: &str| file[name].as_str().unwrap_or_default().to_owned();
    let mut source = String::new();
    for (constant, name) in NAMES {
        let path = text(list.get(name).ok_or_else(|| format!("{name} was not built"))?, "path");
        writeln!(source, "/// The address of `{name}`.\npub const {constant}: &str = {path:?};")?;
    }
    writeln!(source, "static FILES: [Asset; {}] = [", list.len())?;
    for file in list.values() {
        let form = |form: &str| {
            let path = files.join(format!("{}.{form}", text(file, "file")));
            path.exists().then(|| format!("include_bytes!({:?})", path.display().to_string()))
        };
        let packed = |name: &str| form(name).map_or("None".to_owned(), |bytes| format!("Some({bytes})"));
        writeln!(
            source,
            "Asset {{ path: {:?}, content_type: {:?}, bytes: {}, br: {}, gzip: {} }},",
            text(file, "path"),
            text(file, "type"),
            form("bytes").ok_or("a file was not written")?,
            packed("br"),
            packed("gzip")
        )?;
    }
    writeln!(source, "];")?;
    Ok(source)
}
