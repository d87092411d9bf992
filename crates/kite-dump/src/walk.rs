//! Finds the dump files under the paths that the user named.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// What was found at or under one path.
pub(crate) enum Found {
    /// A file that may be a dump.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its size; 0 for a pipe.
        size: u64,
    },
    /// Something else, such as a log or a link that leads in a circle.
    Other,
    /// Something that could not be looked at.
    Failed(PathBuf, io::Error),
}

/// Finds the files under `paths`, folders in the order of their names. A file that the user named
/// counts whatever its name; in a folder only dumps and archives do.
pub(crate) fn walk(paths: &[PathBuf]) -> Vec<Found> {
    paths.iter().flat_map(|path| walk_one(path)).collect()
}

fn walk_one(root: &Path) -> Vec<Found> {
    match std::fs::metadata(root) {
        Err(error) => vec![Found::Failed(root.to_owned(), error)],
        Ok(metadata) if !metadata.is_dir() => {
            vec![Found::File { path: root.to_owned(), size: metadata.len() }]
        }
        Ok(_) => WalkDir::new(root)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_map(|entry| in_folder(root, entry))
            .collect(),
    }
}

fn in_folder(root: &Path, entry: walkdir::Result<walkdir::DirEntry>) -> Option<Found> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) if error.loop_ancestor().is_some() => return Some(Found::Other),
        Err(error) => {
            let path = error.path().unwrap_or(root).to_owned();
            return Some(Found::Failed(path, error.into()));
        }
    };
    if entry.file_type().is_dir() {
        return None;
    }
    let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
    // Opening a pipe or a device that lies around in a folder could wait for ever.
    if !entry.file_type().is_file() || !(is_dump(&name) || is_archive(&name)) {
        return Some(Found::Other);
    }
    let size = entry.metadata().map_or(0, |metadata| metadata.len());
    Some(Found::File { path: entry.into_path(), size })
}

/// Whether a file of this lower-case name is read as a dump when it lies in a folder or archive.
pub(crate) fn is_dump(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    has_extension(name, &["yaml", "yml", "json", "ndjson", "jsonl"])
}

fn is_archive(name: &str) -> bool {
    name.ends_with(".tar.gz") || has_extension(name, &["tar", "tgz", "zip"])
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}
