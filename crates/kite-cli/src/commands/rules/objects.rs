//! Objects from dumps: files, folders and archives.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use kite_dump::{Item, Options, Progress, read};
use serde_json::Value;

use crate::failure::Failure;
use crate::session::Session;

/// Mistakes in dumps that are told one by one.
const TOLD: usize = 10;

/// Hands over each object, in the order of the files; gives how many there were.
pub fn each(
    session: &Session,
    paths: &[PathBuf],
    mut take: impl FnMut(Item) -> Result<(), Failure> + Send,
) -> Result<u64, Failure> {
    // One thread keeps the order, and what is judged is little.
    let options = Options { workers: NonZeroUsize::MIN, ..Options::default() };
    let failed = Mutex::new(None);
    let take = Mutex::new(&mut take);
    let mistakes = Mutex::new(Vec::new());
    let on_object = |item| match take.lock().unwrap_or_else(PoisonError::into_inner)(item) {
        Ok(()) => ControlFlow::Continue(()),
        Err(failure) => {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            ControlFlow::Break(())
        }
    };
    let on_error = |error: kite_dump::DumpError| {
        mistakes.lock().unwrap_or_else(PoisonError::into_inner).push(error.to_string());
    };
    let summary = read(paths, &options, &Progress::default(), on_object, on_error);
    if let Some(failure) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(failure);
    }
    let mistakes = mistakes.into_inner().unwrap_or_else(PoisonError::into_inner);
    for mistake in mistakes.iter().take(TOLD) {
        session.printer.say(mistake);
    }
    match (summary.objects, mistakes.first()) {
        (0, Some(mistake)) => Err(Failure::usage(format!("there is no object: {mistake}"))),
        (0, None) => Err(Failure::usage("there is no object in what was given")),
        (objects, _) => Ok(objects),
    }
}

/// The name of an object, for people.
pub fn name(object: &Value) -> String {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or("?");
    format!("{} {}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}
