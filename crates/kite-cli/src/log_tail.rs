//! The end of a log, as it goes along with a report.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use kite_rules::diagnosis::{LOG_HEADING, Tail};
use kite_runtime::redact::redact;

/// How much of a log goes along; the rest is where the log is.
const BYTES: usize = 8_000;
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// Reads the end of a log; `-` is standard input.
pub fn read(path: &Path) -> io::Result<Tail> {
    let mut source: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    let (mut tail, mut piece) = (Tail::default(), vec![0; PIECE]);
    loop {
        match source.read(&mut piece)? {
            0 => return Ok(tail),
            length => tail.push(piece.get(..length).unwrap_or_default()),
        }
    }
}

/// A description with the end of the log behind it, without colours and secrets.
pub fn behind(description: &str, log: Tail) -> String {
    let log = log.redacted_by(redact);
    match end(log.as_str()) {
        "" => description.to_owned(),
        end => format!("{description}\n\n{LOG_HEADING}\n\n{end}").trim_start().to_owned(),
    }
}

/// The last lines, as many as go along.
fn end(text: &str) -> &str {
    let text = text.trim_end();
    let Some(surplus) = text.len().checked_sub(BYTES).filter(|surplus| *surplus > 0) else { return text };
    let mut begins = text.match_indices('\n').map(|(at, _)| at + 1);
    begins.find(|begin| *begin >= surplus).and_then(|begin| text.get(begin..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(log: &str) -> String {
        let mut tail = Tail::default();
        tail.push(log.as_bytes());
        behind("It failed.", tail)
    }

    #[test]
    fn only_whole_lines_of_the_end_are_kept() {
        let log = (0..2_000).map(|number| format!("line {number}")).collect::<Vec<_>>().join("\n");
        let told = told(&log);
        let end = told.strip_prefix("It failed.\n\nThe end of its log:\n\n").unwrap();
        assert!(end.starts_with("line ") && end.ends_with("line 1999"), "{end}");
        assert!(end.len() <= BYTES && end.len() > BYTES - 20, "{}", end.len());
    }

    #[test]
    fn colours_and_secrets_do_not_leave_the_machine() {
        let text = told("\u{1b}[31mERROR\u{1b}[0m\nREGISTRY_PASSWORD=hunter2\nend\n");
        assert!(text.ends_with("\n\nERROR\nREGISTRY_PASSWORD=[redacted]\nend"), "{text}");
        let long = told(&format!("REGISTRY_PASSWORD={}", "hunter2".repeat(BYTES)));
        assert!(long.ends_with("\n\nREGISTRY_PASSWORD=[redacted]"), "its end is no less secret: {long}");
    }

    #[test]
    fn nothing_stands_behind_a_description_when_nothing_was_said() {
        assert_eq!(told(" \n"), "It failed.");
    }
}
