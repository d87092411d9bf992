//! The regular expressions of one field.

use regex::bytes::{Captures, Regex, RegexBuilder};
use regex_syntax::{Error, ParserBuilder};

use crate::compiler::Compiler;
use crate::expression::Mistake;
use crate::file::Located;

/// Most memory of one compiled regular expression.
const MOST_BYTES: usize = 1024 * 1024;

/// Alternatives. They take time that grows with the text only.
///
/// `\w`, `\d` and ignored case mean ASCII: with all of Unicode they would need a hundred times the memory.
#[derive(Debug, Default)]
pub(super) struct Regexes(Vec<Regex>);

impl Regexes {
    pub(super) fn compile(compiler: &mut Compiler<'_>, sources: &[Located]) -> Self {
        let regexes = sources.iter().filter_map(|source| match compile(&source.value) {
            Ok(regex) => Some(regex),
            Err(mistake) => {
                compiler.mistakes(source, vec![mistake]);
                None
            }
        });
        Self(regexes.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is nothing to match, or one matches.
    pub(super) fn allow(&self, text: &str) -> bool {
        self.is_empty() || self.0.iter().any(|regex| regex.is_match(text.as_bytes()))
    }

    /// What the first one that matches caught.
    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.0.iter().find_map(|regex| regex.captures(text.as_bytes()))
    }

    /// Whether each of them names this part.
    pub(super) fn all_name(&self, part: &str) -> bool {
        self.0.iter().all(|regex| regex.capture_names().flatten().any(|name| name == part))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Regex::as_str)
    }
}

fn compile(source: &str) -> Result<Regex, Mistake> {
    let at = |offset: usize| source.get(..offset).map_or(0, |before| before.chars().count());
    let mistake = |offset: usize, message: String| Mistake { offset: at(offset), message, hint: None };
    // The regular expressions' own parser knows the place of a mistake.
    ParserBuilder::new().unicode(false).utf8(false).build().parse(source).map_err(|error| match error {
        Error::Parse(error) => mistake(error.span().start.offset, error.kind().to_string()),
        Error::Translate(error) => mistake(error.span().start.offset, error.kind().to_string()),
        _ => mistake(0, "is no regular expression".to_owned()),
    })?;
    let regex = RegexBuilder::new(source).unicode(false).size_limit(MOST_BYTES).build();
    let regex = regex.map_err(|_| mistake(0, "the regular expression is too large".to_owned()))?;
    if regex.is_match(b"") {
        return Err(mistake(0, "the regular expression matches everything".to_owned()));
    }
    Ok(regex)
}
