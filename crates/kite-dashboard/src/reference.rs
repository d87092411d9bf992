//! The interface for programs, as a page.

use askama::Template;

use crate::shell::Shell;

/// The interface for programs.
#[derive(Debug, Template)]
#[template(path = "reference.html")]
pub struct Reference {
    /// What is around it.
    pub shell: Shell,
    /// What can be asked, in the order of the document.
    pub operations: Vec<Operation>,
}

/// One thing that can be asked.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, with names of parameters in braces.
    pub path: String,
    /// What it does, in one sentence.
    pub summary: String,
    /// The rest of what there is to say.
    pub description: String,
    /// What can be said besides the path.
    pub parameters: Vec<Parameter>,
    /// The answers: status and what it means.
    pub answers: Vec<(String, String)>,
}

/// Something that can be said in the query, a header or the path.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where: `query`, `path` or `header`.
    pub place: String,
    /// What it means.
    pub description: String,
}
