//! Masks what differs between two tellings of the same failure.

use super::kinds::{Mask, kind_of};

/// What stands for something masked.
pub(super) const PLACEHOLDER: &str = "<*>";

/// A piece of a message, as it goes into the fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// Counts as it is, in lower case.
    Kept(String),
    /// Counts as something of its kind only.
    Masked {
        /// As it was written.
        text: String,
        /// Why it is masked.
        mask: Mask,
    },
}

/// Characters that stand around and between words without being part of them.
const SEPARATORS: [char; 18] =
    ['"', '\'', '`', '(', ')', '[', ']', '{', '}', ',', ';', '=', '|', '‘', '’', '“', '”', '!'];

/// The pieces of a message, in order.
pub(super) fn tokens(message: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for run in message.split_whitespace() {
        if run.contains("://") {
            url(run, &mut tokens);
        } else {
            pieces(run, &mut tokens);
        }
    }
    mask_dates(&mut tokens);
    tokens
}

/// The message in its normal form: words in lower case, runs of masks as one.
pub(super) fn normal_form(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut was_masked = false;
    for token in tokens {
        let (word, is_masked) = match token {
            Token::Kept(word) => (word.as_str(), false),
            Token::Masked { .. } => (PLACEHOLDER, true),
        };
        if is_masked && std::mem::replace(&mut was_masked, is_masked) {
            continue;
        }
        was_masked = is_masked;
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// A run of characters with an address in it.
fn url(run: &str, tokens: &mut Vec<Token>) {
    let scheme = run.find("://").unwrap_or_default();
    let begin = run.get(..scheme).unwrap_or_default().rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+');
    let begin = begin.map_or(0, |before| run.ceil_char_boundary(before + 1));
    let (before, rest) = run.split_at(begin);
    let end = rest.find(['"', '\'', '`', '>', ')', ']', '}', ',', ';']).unwrap_or(rest.len());
    let (address, behind) = rest.split_at(end);
    pieces(before, tokens);
    tokens.push(Token::Masked { text: address.to_owned(), mask: Mask::Url });
    pieces(behind, tokens);
}

/// A run of characters, cut where separators are.
fn pieces(run: &str, tokens: &mut Vec<Token>) {
    for piece in run.split(SEPARATORS) {
        if piece == PLACEHOLDER {
            tokens.push(Token::Masked { text: piece.to_owned(), mask: Mask::Name });
            continue;
        }
        let mut rest = piece;
        // `file.py::test_one`: the file is a path, the test is a name.
        while let Some((first, behind)) = rest.split_once("::") {
            one(first, tokens);
            rest = behind;
        }
        one(rest, tokens);
    }
}

/// One piece: masked as a whole, or its words.
fn one(piece: &str, tokens: &mut Vec<Token>) {
    let piece =
        piece.trim_matches(|c: char| matches!(c, '.' | ':' | '<' | '>' | '?' | '*' | '#' | '&' | '…' | '\u{fffd}'));
    if piece.is_empty() {
        return;
    }
    if let Some(mask) = kind_of(piece) {
        tokens.push(Token::Masked { text: piece.to_owned(), mask });
        return;
    }
    for word in piece.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        tokens.push(match kind_of(word) {
            Some(mask) => Token::Masked { text: word.to_owned(), mask },
            None => Token::Kept(word.to_ascii_lowercase()),
        });
    }
}

/// Names of months and days beside numbers are times.
fn mask_dates(tokens: &mut [Token]) {
    const NAMES: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
        "fri", "sat", "sun",
    ];
    let is_number = |token: Option<&Token>| matches!(token, Some(Token::Masked { mask: Mask::Number | Mask::Time, text }) if text.len() <= 8);
    for index in (0..tokens.len()).rev() {
        let beside = is_number(tokens.get(index + 1)) || index.checked_sub(1).is_some_and(|i| is_number(tokens.get(i)));
        let Some(token) = tokens.get_mut(index) else { continue };
        if let Token::Kept(word) = token
            && beside
            && NAMES.contains(&word.as_str())
        {
            *token = Token::Masked { text: std::mem::take(word), mask: Mask::Time };
        }
    }
}
