//! Reads dumps that the tests write, through the public interface.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod containers;
mod errors;
mod properties;
mod shapes;
mod threads;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use kite_dump::{DumpError, Item, Options, Progress, ReadSummary, read};
use serde_json::{Value, json};
use tempfile::TempDir;

/// All that came out of a reading, in the order of files and lines.
struct Outcome {
    items: Vec<Item>,
    errors: Vec<DumpError>,
    summary: ReadSummary,
}

impl Outcome {
    fn of(paths: &[PathBuf]) -> Self {
        Self::with(paths, &Options::default())
    }

    fn with(paths: &[PathBuf], options: &Options) -> Self {
        let (items, errors) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let summary = read(
            paths,
            options,
            &Progress::default(),
            |item| {
                items.lock().unwrap().push(item);
                ControlFlow::Continue(())
            },
            |error| errors.lock().unwrap().push(error),
        );
        let (mut items, mut errors) = (items.into_inner().unwrap(), errors.into_inner().unwrap());
        items.sort_by_key(|item| (item.origin.file.clone(), item.origin.line, item.origin.item));
        errors.sort_by_key(|error| (error.file.clone(), error.line, error.item));
        assert_eq!(summary.objects, items.len() as u64);
        assert_eq!(summary.errors, errors.len() as u64);
        Self { items, errors, summary }
    }

    fn of_text(name: &str, text: impl AsRef<[u8]>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = write(folder.path(), name, text);
        Self::of(&[path])
    }

    /// `kind/name` of each object.
    fn names(&self) -> Vec<String> {
        self.items.iter().map(|item| name_of(&item.object)).collect()
    }

    fn objects(&self) -> Vec<&Value> {
        self.items.iter().map(|item| &item.object).collect()
    }

    /// Line and item of each object.
    fn places(&self) -> Vec<(u64, Option<usize>)> {
        self.items.iter().map(|item| (item.origin.line, item.origin.item)).collect()
    }

    /// Each error without the folder of its file.
    fn messages(&self) -> Vec<String> {
        let message = |error: &DumpError| {
            let folder = Path::new(&*error.file).parent().unwrap().display().to_string();
            error.to_string().replace(&format!("{folder}/"), "")
        };
        self.errors.iter().map(message).collect()
    }
}

fn name_of(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!("{}/{}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}})
}
