//! Finds the programs of a `PostgreSQL` server on this machine.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{command::output_of, owner::Owner};

const OLDEST_MAJOR: u32 = 13;
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];
const EXTENSIONS: [&str; 2] = ["pg_trgm", "btree_gin"];
/// Folders whose entries are one installation each, and where its programs are in it.
const VERSIONED: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
];

/// Why no server can be started on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// There is none.
    #[error("no PostgreSQL server programs were found")]
    Missing,
    /// `PG_BIN` names a folder without them.
    #[error("`PG_BIN` is `{}`, which lacks `postgres`, `initdb` or `pg_ctl`", .0.display())]
    NotThere(PathBuf),
    /// There is one, but an old one.
    #[error("PostgreSQL {version} in `{}` is older than {OLDEST_MAJOR}", bin.display())]
    TooOld {
        /// Folder of the programs.
        bin: PathBuf,
        /// Their version.
        version: Version,
    },
    /// There is one, but extensions are missing.
    #[error("the extension `{extension}` is missing beside `{}`", bin.display())]
    WithoutExtension {
        /// Folder of the programs.
        bin: PathBuf,
        /// The first extension that is missing.
        extension: &'static str,
    },
}

/// A version of `PostgreSQL`, such as 15.18.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    major: u32,
    text: String,
}

/// The programs of one `PostgreSQL` server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    bin: PathBuf,
    version: Version,
}

impl Installation {
    /// Finds a server that the tests can use: from version 13, with `pg_trgm` and `btree_gin`.
    ///
    /// `PG_BIN` decides when it is set. Otherwise `PATH` goes before the places where
    /// distributions keep servers, and there the newest goes first.
    pub fn find() -> Result<Self, FindError> {
        if let Some(bin) = env::var_os("PG_BIN") {
            let bin = PathBuf::from(bin);
            return Self::in_folder(&bin).ok_or(FindError::NotThere(bin))?.check();
        }
        first_usable(candidates())
    }

    /// Gives the folder of the programs.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// Gives the version of the programs.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Reads which version a folder holds; nothing if it lacks a program.
    fn in_folder(bin: &Path) -> Option<Self> {
        if !PROGRAMS.iter().all(|program| bin.join(program).is_file()) {
            return None;
        }
        let text = output_of(Command::new(bin.join("postgres")).arg("--version")).ok()?;
        Some(Self { bin: bin.to_owned(), version: Version::parse(&text)? })
    }

    fn check(self) -> Result<Self, FindError> {
        let Self { bin, version } = self;
        if version.major < OLDEST_MAJOR {
            return Err(FindError::TooOld { bin, version });
        }
        match missing_extension(&bin) {
            Some(extension) => Err(FindError::WithoutExtension { bin, extension }),
            None => Ok(Self { bin, version }),
        }
    }
}

/// Gives the first usable installation, or else what is wrong with the first one.
fn first_usable(candidates: Vec<Installation>) -> Result<Installation, FindError> {
    let mut reason = None;
    for candidate in candidates {
        match candidate.check() {
            Ok(usable) => return Ok(usable),
            Err(error) => reason = reason.or(Some(error)),
        }
    }
    Err(reason.unwrap_or(FindError::Missing))
}

impl Version {
    /// Reads `postgres (PostgreSQL) 15.18 (Debian …)`.
    fn parse(text: &str) -> Option<Self> {
        let number = text.split_whitespace().nth(2)?;
        let digits = number.split(|char: char| !char.is_ascii_digit()).next()?;
        Some(Self { major: digits.parse().ok()?, text: number.to_owned() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn candidates() -> Vec<Installation> {
    let path = env::var_os("PATH").unwrap_or_default();
    // A `postgres` in PATH may be a link to the folder that holds the other programs.
    let linked = env::split_paths(&path).filter_map(|folder| {
        let program = folder.join("postgres").canonicalize().ok()?;
        Installation::in_folder(program.parent()?)
    });
    let mut versioned: Vec<_> = VERSIONED
        .iter()
        .flat_map(|(folder, prefix, below)| entries(folder, prefix, below))
        .filter_map(|bin| Installation::in_folder(&bin))
        .collect();
    versioned.sort_by_key(|found| std::cmp::Reverse(found.version.major));
    linked.chain(versioned).collect()
}

fn entries(folder: &str, prefix: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path().join(below))
        .collect()
}

fn missing_extension(bin: &Path) -> Option<&'static str> {
    let extensions = share_folder(bin).unwrap_or_default().join("extension");
    EXTENSIONS.into_iter().find(|name| !extensions.join(format!("{name}.control")).is_file())
}

/// Asks `initdb`, because `pg_config` is not installed with every server.
fn share_folder(bin: &Path) -> Option<PathBuf> {
    let mut initdb = Owner::choose().ok()?.command(bin.join("initdb"));
    let output = initdb.args(["--show", "--pgdata=/nonexistent"]).output().ok()?;
    let settings = String::from_utf8(output.stderr).ok()?;
    let path = settings.lines().find_map(|line| line.strip_prefix("share_path="))?;
    Some(path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_server_prints() {
        for (text, major, number) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15, "15.18"),
            ("postgres (PostgreSQL) 18beta1", 18, "18beta1"),
            ("postgres (PostgreSQL) 9.6.24", 9, "9.6.24"),
        ] {
            let version = Version::parse(text).unwrap();
            assert_eq!((version.major, version.to_string().as_str()), (major, number));
        }
        assert_eq!(Version::parse("command not found"), None);
    }

    #[test]
    fn an_old_server_is_named_when_there_is_no_other() {
        let old = Installation {
            bin: "/usr/lib/postgresql/9.6/bin".into(),
            version: Version::parse("postgres (PostgreSQL) 9.6.24").unwrap(),
        };
        assert!(matches!(first_usable(vec![old]), Err(FindError::TooOld { .. })));
        assert_eq!(first_usable(Vec::new()), Err(FindError::Missing));
    }
}
