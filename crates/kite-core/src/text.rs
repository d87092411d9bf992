//! Texts from outside: cleaned, cut, compared.

use std::str::Chars;

/// Most characters of a title.
pub const TITLE_CHARS: usize = 500;
/// Most bytes of a description.
pub const DESCRIPTION_BYTES: usize = 64 * 1024;
/// Most bytes of an excerpt of a log.
pub const EXCERPT_BYTES: usize = 4096;
/// Most lines of an excerpt of a log.
pub const EXCERPT_LINES: usize = 20;
/// Most bytes of what is said about a failure otherwise.
pub const REMARK_BYTES: usize = 2048;
/// Most bytes of a name: a namespace, a resource, a run, a label.
pub const NAME_BYTES: usize = 512;
/// Most links of an issue.
pub const LINKS: usize = 50;
/// Most labels of an issue.
pub const LABELS: usize = 50;
/// Bytes of a description that are searched.
pub const SEARCHED_BYTES: usize = 8 * 1024;

const CUT_MARK: &str = "\n… [cut]";

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';
/// Bytes that are looked at together.
const CHUNK: usize = 64;

/// The text without control characters other than line breaks and tabs, and without what logs tell
/// terminals: colours, movements, titles.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    // Most of a log is copied in long pieces.
    while let Some(at) = next_control(rest.as_bytes()) {
        let (plain, special) = rest.split_at(at);
        clean.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some(ESCAPE) => skip_sequence(&mut chars),
            Some(c) if !c.is_control() => clean.push(c),
            _ => {}
        }
        rest = chars.as_str();
    }
    clean.push_str(rest);
    clean
}

/// Where the next character is that may go.
fn next_control(bytes: &[u8]) -> Option<usize> {
    // Without a branch for each byte the compiler looks at many at once.
    let is_plain = |chunk: &&[u8]| !chunk.iter().fold(false, |any, byte| any | may_begin_control(*byte));
    let plain = bytes.chunks(CHUNK).take_while(is_plain).count() * CHUNK;
    bytes.get(plain..)?.iter().position(|byte| may_begin_control(*byte)).map(|at| plain + at)
}

/// Whether a character that begins with this byte may be one that goes: 0xc2 begins those of Latin-1.
fn may_begin_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\n' && byte != b'\t') || byte == 0x7f || byte == 0xc2
}

/// Skips what an escape began: `[31m`, `]0;title` up to a bell or another escape, or one character as in `c`.
fn skip_sequence(chars: &mut Chars<'_>) {
    match next_if(chars, |c| !c.is_control()) {
        Some('[') => {
            while next_if(chars, |c| (' '..='?').contains(&c)).is_some() {}
            next_if(chars, |c| ('@'..='~').contains(&c));
        }
        // Nobody writes more than a line there.
        Some(']') => while next_if(chars, |c| !matches!(c, BELL | ESCAPE | '\n')).is_some() {},
        Some('(' | ')') => {
            next_if(chars, |c| !c.is_control());
        }
        _ => {}
    }
}

fn next_if(chars: &mut Chars<'_>, is_wanted: impl Fn(char) -> bool) -> Option<char> {
    let next = chars.clone().next().filter(|c| is_wanted(*c))?;
    chars.next();
    Some(next)
}

/// A title of at most [`TITLE_CHARS`] characters on one line, and whether it was cut.
pub fn title(text: &str) -> (String, bool) {
    let text = clean(text).replace(['\n', '\t'], " ");
    let text = text.trim();
    match text.char_indices().nth(TITLE_CHARS) {
        None => (text.to_owned(), false),
        Some(_) => (text.chars().take(TITLE_CHARS - 1).chain(['…']).collect(), true),
    }
}

/// A description of at most [`DESCRIPTION_BYTES`] bytes, and whether it was cut.
pub fn description(text: &str) -> (String, bool) {
    let text = clean(text);
    if text.len() <= DESCRIPTION_BYTES {
        return (text, false);
    }
    let mut cut = head(&text, DESCRIPTION_BYTES - CUT_MARK.len()).to_owned();
    cut.push_str(CUT_MARK);
    (cut, true)
}

/// An excerpt of a log of at most [`EXCERPT_LINES`] lines and [`EXCERPT_BYTES`] bytes, and whether it was cut.
pub fn excerpt(text: &str) -> (String, bool) {
    let text = clean(text);
    let end = text.match_indices('\n').nth(EXCERPT_LINES - 1).map_or(text.len(), |(end, _)| end);
    let short = head(text.get(..end).unwrap_or_default(), EXCERPT_BYTES);
    (short.to_owned(), short.len() < text.trim_end().len())
}

/// A remark of at most [`REMARK_BYTES`] bytes, and whether it was cut.
pub fn remark(text: &str) -> (String, bool) {
    let text = clean(text);
    let text = text.trim();
    let short = head(text, REMARK_BYTES);
    (short.to_owned(), short.len() < text.len())
}

/// The text that a search looks into: lower case by Unicode's rules, title first.
pub fn searchable(title: &str, description: &str) -> String {
    let mut text = fold_case(title);
    text.push('\n');
    text.push_str(&fold_case(head(description, SEARCHED_BYTES)));
    text
}

/// Lower case by Unicode's rules, the same for what is stored and what is sought.
pub fn fold_case(text: &str) -> String {
    text.to_lowercase()
}

/// The longest beginning of at most `bytes` bytes that does not split a character.
pub(crate) fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_line_breaks_stay() {
        assert_eq!(clean("a\0b\u{8}c\r\n\td\u{7f}"), "abc\n\td");
    }

    #[test]
    fn what_is_for_terminals_goes() {
        for (text, wanted) in [
            ("\u{1b}[31;1mFAILED\u{1b}[0m 3 of 9", "FAILED 3 of 9"),
            ("\u{1b}]0;title\u{7}a\u{1b}]8;;https://a.b\u{1b}\\link", "alink"),
            ("\u{1b}[2K\u{1b}[1Ga\u{1b}(B\u{1b}cb", "ab"),
            ("cut \u{1b}[38;5", "cut "),
            ("\u{1b}[31\nnext \u{1b}]0;no end\nline\u{1b}", "\nnext \nline"),
            ("[31m is no colour", "[31m is no colour"),
        ] {
            assert_eq!(clean(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_say_so() {
        let (short, cut) = title(&"ż".repeat(TITLE_CHARS));
        assert_eq!((short.chars().count(), cut), (TITLE_CHARS, false));
        let (long, cut) = title(&"ż".repeat(TITLE_CHARS + 1));
        assert_eq!((long.chars().count(), cut), (TITLE_CHARS, true));
        let (long, cut) = description(&"ż".repeat(DESCRIPTION_BYTES));
        assert!(cut && long.len() <= DESCRIPTION_BYTES && long.ends_with("[cut]"));
    }

    #[test]
    fn an_excerpt_has_few_lines_and_few_bytes() {
        assert_eq!(excerpt("a\n\u{1b}[31mb\u{1b}[0m\n"), ("a\nb\n".to_owned(), false));
        let (lines, cut) = excerpt(&"x\n".repeat(EXCERPT_LINES + 1));
        assert_eq!((lines.lines().count(), cut), (EXCERPT_LINES, true));
        let (bytes, cut) = excerpt(&"ż".repeat(EXCERPT_BYTES));
        assert_eq!((bytes.len(), cut), (EXCERPT_BYTES, true));
        assert_eq!(remark(" a \n"), ("a".to_owned(), false));
        assert!(remark(&"a".repeat(REMARK_BYTES + 1)).1);
    }

    #[test]
    fn search_ignores_case_beyond_ascii() {
        assert!(searchable("Błąd", "ŻÓŁĆ").contains(&fold_case("żółć")));
    }
}
