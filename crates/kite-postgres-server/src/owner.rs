//! The account that a server runs as: `PostgreSQL` refuses to run as root.

use std::{ffi::OsStr, os::unix::process::CommandExt, process::Command};

use crate::command::{ServerError, output_of};

/// The account under which all programs of one server run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    /// Whoever runs the tests.
    Caller,
    /// Somebody else, because the caller is root.
    Other { user: u32, group: u32 },
}

impl Owner {
    /// Gives the caller, or `postgres` or `nobody` when the caller is root.
    pub(crate) fn choose() -> Result<Self, ServerError> {
        if id("-u", None)? != 0 {
            return Ok(Self::Caller);
        }
        Self::named("postgres").or_else(|_| Self::named("nobody"))
    }

    fn named(name: &str) -> Result<Self, ServerError> {
        let user = id("-u", Some(name))?;
        let group = id("-g", Some(name))?;
        Ok(Self::Other { user, group })
    }

    /// Prepares a program that will run as this account.
    pub(crate) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // The caller's folder may be closed to this account.
        command.current_dir("/");
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
        command
    }
}

fn id(what: &str, name: Option<&str>) -> Result<u32, ServerError> {
    let text = output_of(Command::new("id").arg(what).args(name))?;
    text.parse().map_err(|_| ServerError::Failed { program: "id".to_owned(), output: text })
}
