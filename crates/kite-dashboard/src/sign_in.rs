//! Showing who one is.

use askama::Template;

use crate::shell::Shell;

/// Where people show a token.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// What is around it.
    pub shell: Shell,
    /// Where to go after that.
    pub to: String,
    /// Why the last try failed, or the session ended.
    pub refused: Option<String>,
    /// Who signs people in without a token.
    pub issuer: Option<String>,
}
