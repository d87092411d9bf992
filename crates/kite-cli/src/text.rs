//! Text for people: pieces with a tone, of which nothing reaches a terminal raw.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use kite_api::Severity;

/// What stands for a character that a terminal must not get.
const REPLACEMENT: &str = "\u{fffd}";
/// Room for the names of fields.
const NAMES: usize = 14;

/// How a piece is meant; everything is readable without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// A heading or a name.
    Strong,
    /// Less important.
    Faint,
    /// Good news.
    Good,
    /// As bad as an issue.
    Of(Severity),
}

impl Tone {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Good => colour(AnsiColor::Green),
            Self::Of(Severity::Critical) => colour(AnsiColor::Red).bold(),
            Self::Of(Severity::Major) => colour(AnsiColor::Red),
            Self::Of(Severity::Minor) => colour(AnsiColor::Yellow),
            Self::Of(Severity::Info) => colour(AnsiColor::Cyan),
        }
    }
}

/// Text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<(Tone, String)>);

impl Text {
    /// Adds a piece.
    pub fn push(&mut self, tone: Tone, piece: impl Into<String>) -> &mut Self {
        self.0.push((tone, piece.into()));
        self
    }

    /// Adds a piece in the plain tone.
    pub fn plain(&mut self, piece: impl Into<String>) -> &mut Self {
        self.push(Tone::Plain, piece)
    }

    /// Ends the line.
    pub fn end_line(&mut self) -> &mut Self {
        self.plain("\n")
    }

    /// Adds the heading of a part, after an empty line.
    pub fn heading(&mut self, name: &str) -> &mut Self {
        self.end_line().push(Tone::Strong, format!("{name}:")).end_line()
    }

    /// Adds a line with a name and a value; nothing where the value is empty.
    pub fn field(&mut self, name: &str, tone: Tone, value: &str) -> &mut Self {
        if value.is_empty() {
            return self;
        }
        let name = format!("{name}:");
        self.push(Tone::Faint, format!("  {name:<NAMES$} ")).push(tone, one_line(value)).end_line()
    }

    /// Adds the pieces of another text.
    pub fn append(&mut self, other: Self) -> &mut Self {
        self.0.extend(other.0);
        self
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, piece)| piece.is_empty())
    }

    /// The text as a terminal gets it.
    pub fn render(&self, with_colours: bool) -> String {
        let pieces = self.0.iter().map(|(tone, piece)| {
            let shown = printable(piece);
            match tone.style() {
                style if with_colours && !style.is_plain() => format!("{style}{shown}{style:#}"),
                _ => shown.into_owned(),
            }
        });
        pieces.collect()
    }
}

/// One value without what controls a terminal or turns the direction of writing around. Whatever it
/// holds changes itself only, so that values are made printable before they are put together.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazard) {
        return Cow::Borrowed(text);
    }
    // The library takes tabs for controls, too, and what is never closed reaches to the end.
    let pieces = text.split_inclusive(['\t', '\n']).map(|piece| {
        let (inside, end) = piece.split_at(piece.trim_end_matches(['\t', '\n']).len());
        strip_ansi_escapes::strip_str(inside) + end
    });
    Cow::Owned(harmless(&pieces.collect::<String>()).into_owned())
}

/// The text with each character replaced that does what [`printable`] prevents, and nothing else changed.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazard) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(is_hazard, REPLACEMENT))
}

/// The text on one line.
pub fn one_line(text: &str) -> String {
    printable(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// JSON that says the same and can be shown by a terminal.
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_hazard) {
        return Cow::Borrowed(json);
    }
    // Outside of strings JSON has none of these characters, and all of them are below U+10000.
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_hazard(c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Controls, marks that turn the direction of writing around, and other ends of lines.
fn is_hazard(c: char) -> bool {
    let is_direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && !matches!(c, '\n' | '\t')) || is_direction || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_controls_a_terminal_is_left() {
        for (hostile, shown) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}]0;title\u{7}text", "text"),
            ("\u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}]0;never closed\nthe next line", "\nthe next line"),
            ("a\u{202e}b\u{2066}c", "a\u{fffd}b\u{fffd}c"),
            ("tab\tstays\nas do lines", "tab\tstays\nas do lines"),
        ] {
            assert_eq!(printable(hostile), shown);
        }
        let all: String = (0u8..=0x9f).map(char::from).chain("\u{1b}\t[2J".chars()).collect();
        assert!(!printable(&all).contains(is_hazard) && !harmless(&all).contains(is_hazard));
        assert_eq!(harmless("\u{1b}]0;kept"), "\u{fffd}]0;kept");
    }

    #[test]
    fn escaped_json_says_the_same() {
        let value = serde_json::json!({"title": "a\u{9b}2J\u{202e}b\u{7f}\u{1b}[0m"});
        let json = value.to_string();
        let escaped = printable_json(&json);
        assert!(!escaped.contains(is_hazard));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn colours_are_left_out_when_nobody_wants_them() {
        let mut text = Text::default();
        text.push(Tone::Of(Severity::Critical), "critical").plain(" \u{1b}[32mtitle");
        assert_eq!(text.render(false), "critical title");
        assert!(text.render(true).starts_with("\u{1b}[1m\u{1b}[31mcritical\u{1b}[0m"), "{:?}", text.render(true));
    }
}
