//! What can go wrong, and the exit codes: the only place that knows them.

use std::error::Error;
use std::fmt::Write as _;

use kite_client::ClientError;

/// What the program ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine,
    /// A problem was found, or something was not found.
    Problem,
    /// The program was used wrongly.
    Usage,
    /// KITE cannot be reached, or cannot answer.
    Unreachable,
    /// The caller is not known, or may not do this.
    NotAllowed,
    /// What a command that was run ended with.
    Of(u8),
}

impl Exit {
    /// What a shell gives for a program that Ctrl-C ended.
    pub const INTERRUPTED: Self = Self::Of(130);

    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Problem => 1,
            Self::Usage => 2,
            Self::Unreachable => 3,
            Self::NotAllowed => 4,
            Self::Of(code) => code,
        }
    }
}

/// Why the program could not do what was asked, in one line, and what may help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What the program ends with.
    pub exit: Exit,
    /// What went wrong; empty when there is nothing to say.
    pub message: String,
    /// What may help.
    pub hint: Option<String>,
}

impl Failure {
    /// A problem was found, or something was not found.
    pub fn problem(message: impl Into<String>) -> Self {
        Self { exit: Exit::Problem, message: message.into(), hint: None }
    }

    /// The program was used wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::problem(message) }
    }

    /// Somebody closed the pipe and has seen enough, which is fine.
    pub fn pipe_closed() -> Self {
        Self { exit: Exit::Fine, ..Self::problem("") }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::from(&error)
    }
}

impl From<&ClientError> for Failure {
    fn from(error: &ClientError) -> Self {
        let (exit, hint) = match error {
            ClientError::Settings { .. } => (Exit::Usage, Some("see `kite config view`")),
            ClientError::Token { .. } => (Exit::NotAllowed, Some("sign in with `kite auth login`")),
            ClientError::Unreachable { .. } => {
                (Exit::Unreachable, Some("name the server with --server or KITE_SERVER; `kite doctor` looks closer"))
            }
            ClientError::Overloaded { .. } => (Exit::Unreachable, Some("try again later")),
            ClientError::Refused(problem) if matches!(problem.status, 400 | 422) => (Exit::Usage, None),
            ClientError::Refused(_) => (Exit::Problem, None),
            ClientError::NotFound(_) => (Exit::Problem, Some("`kite list` shows what is there and may be seen")),
            ClientError::Unauthorized(_) => {
                (Exit::NotAllowed, Some("sign in with `kite auth login`; `kite doctor` tells which token is used"))
            }
            ClientError::Forbidden(_) => {
                (Exit::NotAllowed, Some("`kite auth can-i` tells what you may do; an administrator grants more"))
            }
            ClientError::Protocol { .. } => (
                Exit::Unreachable,
                Some("is this the address of KITE, and of this program's version? See `kite version`"),
            ),
        };
        let message = match error {
            ClientError::Protocol { status, .. } if *status >= 500 => format!("the server failed: {}", chain(error)),
            _ => format!("failed to {}", chain(error)),
        };
        Self { exit, message, hint: hint.map(str::to_owned) }
    }
}

/// An error and its causes in one line, none said twice.
pub fn chain(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            let _ = write!(words, ": {cause_words}");
        }
        source = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_fail_has_its_exit_code() {
        let problem = |status: u16| {
            let body = serde_json::json!({
                "type": "", "title": "", "status": status, "detail": "", "error": "", "message": "", "requestId": ""
            });
            Box::new(serde_json::from_value(body).unwrap())
        };
        let busy = ClientError::Overloaded { status: 503, retry_after: None, problem: problem(503) };
        let torn = ClientError::Protocol { status: 200, detail: String::new() };
        for (error, code) in [
            (ClientError::NotFound(problem(404)), 1),
            (ClientError::Refused(problem(409)), 1),
            (ClientError::Refused(problem(422)), 2),
            (busy, 3),
            (torn, 3),
            (ClientError::Unauthorized(problem(401)), 4),
            (ClientError::Forbidden(problem(403)), 4),
        ] {
            assert_eq!(Failure::from(error).exit.code(), code);
        }
        assert_eq!(Failure::pipe_closed().exit.code(), 0);
    }
}
