//! One line of a log: what was put before it, and what it is.

/// Most marks (times, step names) before the text of a line.
const MOST_MARKS: usize = 4;
/// Longest mark.
const MARK_BYTES: usize = 40;

const MONTHS_AND_DAYS: [&str; 19] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu",
    "Fri", "Sat", "Sun",
];

/// The line without the times and step names that log collectors put before it; its indentation stays.
pub(super) fn without_marks(line: &str) -> &str {
    let mut rest = line;
    for _ in 0..MOST_MARKS {
        let Some(behind) = behind_mark(rest.trim_start()) else { break };
        // One blank separates; more are indentation.
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    rest
}

/// What stands behind the mark at the beginning, if there is one.
fn behind_mark(text: &str) -> Option<&str> {
    match text.as_bytes().first()? {
        b'[' => {
            let head = text.get(..text.floor_char_boundary(MARK_BYTES))?;
            let end = head.find(']')?;
            let inside = head.get(1..end)?;
            (is_time(inside) || inside.starts_with("step-")).then(|| text.get(end + 1..)).flatten()
        }
        // BuildKit: `#12 3.456 `.
        b'#' => {
            let (number, rest) = text.get(1..)?.split_once(' ')?;
            let (seconds, behind) = rest.split_once(' ')?;
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            (is_number(number) && is_number(seconds)).then_some(behind)
        }
        b'0'..=b'9' => {
            let end = text.find([' ', '\t']).filter(|end| *end <= MARK_BYTES)?;
            is_time(text.get(..end)?).then(|| text.get(end..)).flatten()
        }
        b'A'..=b'Z' => {
            let (name, behind) = (text.get(..3)?, text.get(3..)?.strip_prefix(' ')?);
            let is_date = behind.trim_start().starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
            (is_date && MONTHS_AND_DAYS.contains(&name)).then(|| behind_day(behind))
        }
        _ => None,
    }
}

/// A day of the month is a mark only behind the month.
fn behind_day(text: &str) -> &str {
    let text = text.trim_start();
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if text.len() - rest.len() <= 2 && rest.starts_with(' ') { rest } else { text }
}

/// A time of day, a date, or both: digits with colons or two dashes between them.
fn is_time(text: &str) -> bool {
    let (mut digits, mut colons, mut dashes) = (0, 0, 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b':' => colons += 1,
            b'-' | b'/' => dashes += 1,
            b'T' | b'Z' | b'+' | b'.' | b',' | b' ' | b'U' | b'C' => {}
            _ => return false,
        }
    }
    digits >= 4 && (colons > 0 || dashes >= 2)
}

/// Blanks at the beginning.
pub(super) fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// One call of a stack trace.
pub(super) fn is_frame(line: &str) -> bool {
    let text = line.trim_start();
    if text.len() == line.len() {
        // Go names a function without indentation, and the place below it with a tab.
        return text.starts_with("goroutine ") && text.ends_with(':');
    }
    let is_numbered = || {
        text.split_once(": ").is_some_and(|(number, _)| number.len() <= 3 && number.bytes().all(|b| b.is_ascii_digit()))
    };
    text.starts_with("at ")
        || text.starts_with("File \"")
        || text.starts_with("from ")
        || text.starts_with("... ")
        || (line.starts_with('\t') && text.contains(".go:"))
        || is_numbered()
}

/// Shows or explains the line above it: quoted source, carets, notes.
pub(super) fn is_detail(line: &str) -> bool {
    let text = line.trim_start();
    let behind_number = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    text.len() < line.len()
        || behind_number.starts_with('|')
        || ["|", "=", "^", "~", ">", "-->", "E  ", "note:", "help:", "hint:", "Caused by"]
            .iter()
            .any(|mark| text.starts_with(mark))
}

/// Nothing but data: one long word, as in keys, hashes and images in base64.
pub(super) fn is_blob(line: &str) -> bool {
    let text = line.trim();
    text.len() >= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_step_names_go_and_indentation_stays() {
        for (line, wanted) in [
            ("2026-11-27T01:51:33.123456789Z error: no", "error: no"),
            ("2026/11/27 01:51:33   error: no", "  error: no"),
            ("[01:51:33] [step-build]     at main (x.js:1:2)", "    at main (x.js:1:2)"),
            ("Nov 27 01:51:33 host app: no", "host app: no"),
            ("Fri Nov 27 01:51:33 2026 no", "2026 no"),
            ("#12 3.456 npm ERR! code", "npm ERR! code"),
            ("    at main", "    at main"),
            ("12 errors", "12 errors"),
            ("May not be empty", "May not be empty"),
            ("[ERROR] no", "[ERROR] no"),
            ("[", "["),
            ("", ""),
        ] {
            assert_eq!(without_marks(line), wanted, "{line:?}");
        }
    }

    #[test]
    fn calls_of_stack_traces_are_known() {
        for frame in [
            "    at a.b(C.java:1)",
            "  File \"a.py\", line 1",
            "\t/a/b.go:12 +0x1d",
            "   3: core::panic",
            "\t... 12 more",
        ] {
            assert!(is_frame(frame), "{frame}");
        }
        for other in ["at last", "error: no", "  12 errors", "File not found"] {
            assert!(!is_frame(other), "{other}");
        }
    }

    #[test]
    fn keys_are_data() {
        assert!(is_blob("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"));
        assert!(!is_blob("MIIEvQIB") && !is_blob("error: a long sentence with blanks is not a blob at all"));
    }
}
