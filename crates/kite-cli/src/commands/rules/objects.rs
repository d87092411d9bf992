//! Objects from dumps: files, folders and archives.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use kite_dump::{DumpError, Item, Options, Progress, read};
use serde_json::Value;

use crate::failure::Failure;
use crate::session::Session;
use crate::text::one_line;

/// Mistakes in dumps that are told one by one.
const TOLD: usize = 10;

/// What was read.
pub struct Read {
    /// How many objects there were.
    pub objects: u64,
    /// Whether all could be read.
    pub is_whole: bool,
}

/// Hands over each object, in the order of the files, and tells what could not be read.
pub fn each(session: &Session, paths: &[PathBuf], take: impl FnMut(Item) + Send) -> Result<Read, Failure> {
    // One thread keeps the order, and what is judged is little.
    let options = Options { workers: NonZeroUsize::MIN, ..Options::default() };
    let (take, mistakes) = (Mutex::new(take), Mutex::new(Vec::new()));
    let on_object = |item| {
        take.lock().unwrap_or_else(PoisonError::into_inner)(item);
        ControlFlow::Continue(())
    };
    let on_error = |error: DumpError| {
        let mut mistakes = mistakes.lock().unwrap_or_else(PoisonError::into_inner);
        if mistakes.len() < TOLD {
            mistakes.push(error.to_string());
        }
    };
    let summary = read(paths, &options, &Progress::default(), on_object, on_error);
    let mistakes = mistakes.into_inner().unwrap_or_else(PoisonError::into_inner);
    if summary.objects == 0 {
        let why = mistakes.first().map(|mistake| format!(": {mistake}")).unwrap_or_default();
        return Err(Failure::usage(format!("there is no object in what was given{why}")));
    }
    for mistake in &mistakes {
        session.printer.say(&one_line(mistake));
    }
    if summary.errors > TOLD as u64 {
        session.printer.say(&format!("{} mistakes in all", summary.errors));
    }
    Ok(Read { objects: summary.objects, is_whole: summary.errors == 0 })
}

/// The name of an object, for people.
pub fn name(object: &Value) -> String {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    format!("{} {}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}
