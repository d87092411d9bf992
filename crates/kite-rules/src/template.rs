//! Text with `${…}` holes, each a CEL expression.

use crate::expression::{Expression, Mistake};
use crate::names::Names;

/// A text that is filled in for each object or payload.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug)]
pub(crate) enum Part {
    /// Taken as it is.
    Text(String),
    /// Replaced by its value.
    Hole(Expression),
}

/// A piece of a template's source.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Hole { source: &'a str, offset: usize },
}

impl Template {
    /// Compiles a text, or says everything that is wrong with its holes.
    pub(crate) fn compile(source: &str, names: &Names) -> Result<Self, Vec<Mistake>> {
        let mut parts = Vec::new();
        let mut mistakes = Vec::new();
        for piece in pieces(source).map_err(|mistake| vec![mistake])? {
            match piece {
                Piece::Text(text) => parts.push(Part::Text(text.to_owned())),
                Piece::Hole { source, offset } => match Expression::compile(source, names) {
                    Ok(expression) => parts.push(Part::Hole(expression)),
                    Err(found) => mistakes.extend(
                        found.into_iter().map(|mistake| Mistake { offset: mistake.offset + offset, ..mistake }),
                    ),
                },
            }
        }
        if mistakes.is_empty() { Ok(Self { parts }) } else { Err(mistakes) }
    }

    /// The expressions in its holes.
    pub(crate) fn holes(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Hole(expression) => Some(expression),
        })
    }

    /// The variables that its holes refer to.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.holes().flat_map(|hole| &hole.variables).map(String::as_str)
    }
}

/// Cuts a source at its holes; `$${` is a literal `${`.
fn pieces(source: &str) -> Result<Vec<Piece<'_>>, Mistake> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(dollar) = rest.find("${") {
        let (text, opening) = rest.split_at(dollar);
        let escaped = text.ends_with('$');
        pieces.push(Piece::Text(text.strip_suffix('$').unwrap_or(text)));
        let hole = opening.get(2..).unwrap_or_default();
        if escaped {
            pieces.push(Piece::Text("${"));
            rest = hole;
            continue;
        }
        let offset = characters(source, source.len() - hole.len());
        let Some(end) = closing_brace(hole) else {
            let message = "`${` is never closed".to_owned();
            let hint = Some("close it with `}`, or write `$${` for the text `${`".to_owned());
            return Err(Mistake { offset: offset - 2, message, hint });
        };
        let (expression, behind) = hole.split_at(end);
        pieces.push(Piece::Hole { source: expression, offset });
        rest = behind.get(1..).unwrap_or_default();
    }
    pieces.push(Piece::Text(rest));
    pieces.retain(|piece| *piece != Piece::Text(""));
    Ok(pieces)
}

fn characters(text: &str, bytes: usize) -> usize {
    text.get(..bytes).unwrap_or(text).chars().count()
}

/// Where the brace is that closes a hole, leaving out braces of maps and inside of strings.
fn closing_brace(hole: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in hole.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(source: &str, offset: usize) -> Piece<'_> {
        Piece::Hole { source, offset }
    }

    #[test]
    fn a_text_is_cut_at_its_holes() {
        assert_eq!(
            pieces("Bäume: ${a}/${b.c}!").unwrap(),
            [Piece::Text("Bäume: "), hole("a", 9), Piece::Text("/"), hole("b.c", 14), Piece::Text("!")]
        );
        assert_eq!(pieces("").unwrap(), []);
    }

    #[test]
    fn braces_inside_maps_and_strings_do_not_close_a_hole() {
        let source = r#"${{'a': "}\"}"}.a}"#;
        assert_eq!(pieces(source).unwrap(), [hole(r#"{'a': "}\"}"}.a"#, 2)]);
    }

    #[test]
    fn a_doubled_dollar_is_literal() {
        assert_eq!(pieces("$${x} $5").unwrap(), [Piece::Text("${"), Piece::Text("x} $5")]);
    }

    #[test]
    fn an_open_hole_is_a_mistake() {
        let mistake = pieces("ab ${c").unwrap_err();
        assert_eq!((mistake.offset, mistake.message.as_str()), (3, "`${` is never closed"));
    }
}
