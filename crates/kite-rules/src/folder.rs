//! Reads the rule files of a folder.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::error::RuleError;

/// A rule file is a page or two; anything much larger is a mistake.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Files by name, with their text, and what is wrong with others.
pub type Files = (Vec<(String, String)>, Vec<RuleError>);

/// The name and the text of each `.yaml` or `.yml` file, in order, and what could not be read.
pub fn read(folder: &Path) -> io::Result<Files> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A mounted ConfigMap holds hidden folders beside links into them.
        if path.extension().is_some_and(|e| e == "yaml" || e == "yml") && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        match read_file(&path) {
            Ok(text) => files.push((path.display().to_string(), text)),
            Err(error) => {
                errors.push(unreadable(&path, &error));
                // It is there, so its last good version stays.
                files.push((path.display().to_string(), String::new()));
            }
        }
    }
    Ok((files, errors))
}

/// The text of a rule file, which must not be larger than one is.
pub fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = fs::File::open(path)?;
    file.take(LARGEST_FILE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(io::Error::other("larger than 1 MiB"));
    }
    Ok(text)
}

/// Says that a file or folder cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> RuleError {
    let (file, message) = (path.display().to_string(), format!("cannot be read: {error}"));
    RuleError { file, line: 1, column: 1, message, hint: None }
}
