//! Follows files that change while the program runs, such as mounted `ConfigMaps`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep_until};

/// Looks are cheap, and people wait for their changes.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A file, or the files in a folder.
#[derive(Debug)]
pub struct Followed {
    path: PathBuf,
    seen: Vec<(PathBuf, u64, Option<SystemTime>)>,
    next: Instant,
}

impl Followed {
    /// Begins to follow. Call this before reading, so that no change in between is missed.
    pub fn new(path: PathBuf) -> Self {
        let seen = look(&path);
        Self { path, seen, next: Instant::now() + LOOK_EVERY }
    }

    /// What is followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until something changed since the last time.
    pub async fn changed(&mut self) {
        loop {
            sleep_until(self.next).await;
            self.next = Instant::now() + LOOK_EVERY;
            let now = look(&self.path);
            if now != self.seen {
                self.seen = now;
                return;
            }
        }
    }
}

/// Names, sizes and times of files; mounted folders swap a link, which changes the times.
fn look(path: &Path) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let below = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = below
        .chain([path.to_owned()])
        .filter_map(|path| {
            let metadata = fs::metadata(&path).ok()?;
            let size = if metadata.is_file() { metadata.len() } else { 0 };
            Some((path, size, metadata.modified().ok()))
        })
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    async fn is_changed(followed: &mut Followed) -> bool {
        timeout(2 * LOOK_EVERY, followed.changed()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn changes_of_a_folder_and_of_a_file_are_seen_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        fs::write(&file, "1").unwrap();
        let mut of_folder = Followed::new(folder.path().to_owned());
        let mut of_file = Followed::new(file.clone());
        assert!(!is_changed(&mut of_folder).await);

        fs::write(&file, "22").unwrap();
        assert!(is_changed(&mut of_folder).await && is_changed(&mut of_file).await);
        assert!(!is_changed(&mut of_folder).await && !is_changed(&mut of_file).await);

        fs::remove_file(&file).unwrap();
        assert!(is_changed(&mut of_folder).await && is_changed(&mut of_file).await);
    }
}
