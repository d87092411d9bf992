//! Finds Chromium and its driver on this machine.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

const CHROMIUM: Kind = Kind {
    name: "Chromium",
    variable: "CHROMIUM",
    files: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "Google Chrome"],
};
const DRIVER: Kind = Kind { name: "chromedriver", variable: "CHROMEDRIVER", files: &["chromedriver"] };

/// Where distributions keep them, when not in a folder of `PATH`.
const PLACES: [&str; 4] = [
    "/usr/lib/chromium",
    "/usr/lib/chromium-browser",
    "/usr/lib64/chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS",
];

/// Chromium, or Chrome, and the driver that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    chromium: Program,
    driver: Program,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Program {
    path: PathBuf,
    version: String,
}

#[derive(Debug)]
struct Kind {
    name: &'static str,
    variable: &'static str,
    files: &'static [&'static str],
}

/// Why there is no browser to test with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// One of the two is nowhere on this machine.
    #[error("no {0} was found in `PATH` and where distributions keep it")]
    Missing(&'static str),
    /// A variable names something else.
    #[error("`{variable}` is `{}`, which does not tell its version", path.display())]
    NotThere {
        /// The variable.
        variable: &'static str,
        /// What it names.
        path: PathBuf,
    },
    /// The two do not belong together.
    #[error("chromedriver {driver} cannot drive Chromium {chromium}: their first numbers must be the same")]
    Mismatch {
        /// The version of Chromium.
        chromium: String,
        /// The version of the driver.
        driver: String,
    },
}

impl Programs {
    /// Finds both: what `CHROMIUM` and `CHROMEDRIVER` name, or else the first in `PATH` and in the usual places.
    pub fn find() -> Result<Self, FindError> {
        let (chromium, driver) = (CHROMIUM.find()?, DRIVER.find()?);
        if major(&chromium.version) != major(&driver.version) {
            return Err(FindError::Mismatch { chromium: chromium.version, driver: driver.version });
        }
        Ok(Self { chromium, driver })
    }

    /// Gives the path of the browser.
    pub fn chromium(&self) -> &Path {
        &self.chromium.path
    }

    /// Gives the path of its driver.
    pub fn driver(&self) -> &Path {
        &self.driver.path
    }

    /// Gives the version of the browser, such as 156.0.8078.79.
    pub fn version(&self) -> &str {
        &self.chromium.version
    }

    /// Gives the version of the driver.
    pub fn driver_version(&self) -> &str {
        &self.driver.version
    }
}

impl Kind {
    fn find(&self) -> Result<Program, FindError> {
        if let Some(path) = env::var_os(self.variable).map(PathBuf::from) {
            let program = program_at(&path);
            return program.ok_or(FindError::NotThere { variable: self.variable, path });
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain(PLACES.map(PathBuf::from));
        let mut candidates = folders.flat_map(|folder| self.files.iter().map(move |file| folder.join(file)));
        candidates.find_map(|path| program_at(&path)).ok_or(FindError::Missing(self.name))
    }
}

fn program_at(path: &Path) -> Option<Program> {
    if !path.is_file() {
        return None;
    }
    let output = Command::new(path).arg("--version").output().ok()?;
    let version = version_in(&String::from_utf8_lossy(&output.stdout))?;
    Some(Program { path: path.to_owned(), version })
}

/// Reads `Chromium 156.0.8078.79 built on …` and `ChromeDriver 156.0.8078.79 (…)`.
fn version_in(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    words.find(|word| word.starts_with(|first: char| first.is_ascii_digit())).map(str::to_owned)
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_programs_print() {
        for text in [
            "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)",
            "Google Chrome 156.0.8078.79 ",
            "ChromeDriver 156.0.8078.79 (a21ce95c-refs/branch-heads/8078@{#1704})",
        ] {
            assert_eq!(version_in(text).as_deref(), Some("156.0.8078.79"));
        }
        assert_eq!(version_in("command not found"), None);
        assert_eq!(major("156.0.8078.79"), "156");
    }
}
