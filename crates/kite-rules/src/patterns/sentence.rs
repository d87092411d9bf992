//! A text with `${part}` for what a pattern caught.

use regex::bytes::Captures;

use crate::compiler::Compiler;
use crate::file::Located;

/// Most characters of what is put into a sentence.
const MOST_CHARACTERS: usize = 120;

#[derive(Debug)]
pub(super) struct Sentence(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Part(String),
}

impl Sentence {
    /// Compiles a text; `is_known` says which parts there are.
    pub(super) fn compile(compiler: &mut Compiler<'_>, source: &Located, is_known: impl Fn(&str) -> bool) -> Self {
        let mut pieces = Vec::new();
        let mut texts = source.value.split("${");
        pieces.extend(texts.next().map(|text| Piece::Text(text.to_owned())));
        for text in texts {
            let Some((part, behind)) = text.split_once('}') else {
                compiler.error(source, "`${` is never closed".to_owned());
                break;
            };
            if !is_known(part) {
                compiler.error(source, format!("not every pattern catches `(?<{part}>…)`"));
            }
            pieces.extend([Piece::Part(part.to_owned()), Piece::Text(behind.to_owned())]);
        }
        Self(pieces)
    }

    pub(super) fn with(&self, captures: Option<&Captures<'_>>) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Part(part) => {
                let caught =
                    captures.and_then(|captures| captures.name(part)).map_or(&b""[..], |caught| caught.as_bytes());
                String::from_utf8_lossy(caught).chars().take(MOST_CHARACTERS).collect()
            }
        });
        pieces.collect()
    }
}
