//! An issue as text for a ticket or a chat.

use std::fmt::Write as _;

use kite_core::State;

use crate::row::Row;
use crate::time;

/// Lines of the description that go along.
const LINES: usize = 20;

/// An issue in Markdown; `url` is where its page is.
pub fn write(row: &Row, url: &str) -> String {
    let issue = &row.issue;
    let mut text = format!("**{}**\n\n", plain(&issue.title));
    let place = [Some(issue.identity.scope.namespace.as_str()), row.application(), Some(row.component())];
    let place: Vec<_> = place.into_iter().flatten().map(plain).collect();
    let state = match issue.state {
        State::Active => format!("broken since {}", time::full(issue.detected_at)),
        State::Resolved => "resolved".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "- {} {}, {state}, failed {} times", issue.severity, issue.issue_type, issue.count);
    let _ = writeln!(text, "- where: {}", place.join(" / "));
    if let Some(summary) = issue.summary() {
        let _ = writeln!(text, "- why: {}", plain(summary));
    }
    for link in row.links() {
        let _ = writeln!(text, "- [{}](<{}>)", plain(&link.title), link.url().replace('>', "%3E"));
    }
    let _ = writeln!(text, "- [in KITE](<{url}>)\n");
    if let Some(diagnosis) = issue.diagnosis.as_ref().filter(|diagnosis| !diagnosis.excerpt.is_empty()) {
        let (excerpt, fence) = (diagnosis.excerpt.trim_end(), fence(&diagnosis.excerpt));
        let _ = writeln!(text, "{fence}\n{excerpt}\n{fence}\n");
    }
    let lines: Vec<_> = issue.description.lines().collect();
    let fence = fence(&issue.description);
    let _ = writeln!(
        text,
        "{fence}\n{}\n{fence}",
        lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
    );
    text
}

/// Text in which nothing means anything.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        if "\\`*_[]<>#|~@!".contains(letter) {
            plain.push('\\');
        }
        plain.push(if letter == '\n' { ' ' } else { letter });
    }
    plain
}

/// More backticks than there are in a row in the text.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reported_stays_text() {
        assert_eq!(plain("a [link](javascript:x) *b*\n@all"), r"a \[link\](javascript:x) \*b\* \@all");
        assert_eq!([fence("no"), fence("``` three"), fence("`````")], ["```", "````", "``````"]);
    }
}
