//! The end of a log as it streams in, and the text that is left when secrets are gone.

use std::borrow::Cow;

use crate::text::clean;

/// Bytes at the end of a log that are looked at.
pub const TAIL_BYTES: usize = 1024 * 1024;
/// Bytes of a line that are kept, so that no line drives out the others.
pub const LINE_BYTES: usize = 2 * 1024;

/// Keeps the end of a log. Its memory does not depend on what is pushed.
///
/// Lines keep their beginning only, and of a line that was written over (progress bars) what a
/// terminal would show at last.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    /// Whole lines, then the open one.
    text: Vec<u8>,
    /// Where the open line begins.
    open: usize,
    /// The next byte overwrites the open line.
    is_returned: bool,
}

impl Tail {
    /// Adds the next bytes of the log, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            match piece {
                [part @ .., b'\n'] => {
                    self.add(part);
                    self.end_line();
                }
                [part @ .., b'\r'] => {
                    self.add(part);
                    self.is_returned = true;
                }
                part => self.add(part),
            }
        }
    }

    /// The kept text without what is for terminals and, by the given function, without secrets.
    pub fn redacted_by(mut self, redact: impl Fn(&str) -> Cow<'_, str>) -> Redacted {
        self.shrink();
        Redacted::by(redact, &String::from_utf8_lossy(&self.text))
    }

    fn add(&mut self, part: &[u8]) {
        if part.is_empty() {
            return;
        }
        if std::mem::take(&mut self.is_returned) {
            self.text.truncate(self.open);
        }
        let room = LINE_BYTES.saturating_sub(self.text.len() - self.open);
        self.text.extend_from_slice(part.get(..room).unwrap_or(part));
    }

    fn end_line(&mut self) {
        self.text.push(b'\n');
        self.is_returned = false;
        self.open = self.text.len();
        if self.text.len() > 2 * TAIL_BYTES {
            self.shrink();
        }
    }

    /// Forgets whole lines at the beginning until what is left is small enough.
    fn shrink(&mut self) {
        let Some(surplus) = self.text.len().checked_sub(TAIL_BYTES).filter(|surplus| *surplus > 0) else { return };
        let behind = self.text.get(surplus - 1..).unwrap_or_default();
        let rest = behind.iter().position(|byte| *byte == b'\n').map_or(behind.len(), |end| end + 1);
        let gone = surplus - 1 + rest;
        self.text.drain(..gone);
        self.open = self.open.saturating_sub(gone);
    }
}

/// A text without secrets and without control characters.
///
/// Invariant: whoever made it had secrets taken out of it; nothing else is diagnosed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    /// Takes secrets out of a text by the given function.
    ///
    /// Colours go first: a secret must not hide behind one.
    pub fn by(redact: impl Fn(&str) -> Cow<'_, str>, text: &str) -> Self {
        Self(redact(&clean(text)).into_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(pieces: &[&[u8]]) -> String {
        let mut tail = Tail::default();
        for piece in pieces {
            tail.push(piece);
        }
        tail.redacted_by(|text| text.into()).0
    }

    #[test]
    fn lines_arrive_in_any_pieces() {
        assert_eq!(tail(&[b"one\ntw", b"o\r", b"\nthr", b"ee"]), "one\ntwo\nthree");
    }

    #[test]
    fn of_a_progress_bar_the_end_stays() {
        assert_eq!(tail(&[b"  1 %\r 50 %\r", b"100 %\r\nerror: full\n"]), "100 %\nerror: full\n");
    }

    #[test]
    fn a_huge_line_drives_out_nothing() {
        let huge = vec![b'x'; 10 * 1024 * 1024];
        let kept = tail(&[b"error: first\n", &huge, b"\nlast\n"]);
        assert!(kept.starts_with("error: first\nxxx") && kept.ends_with("x\nlast\n"));
        assert!(kept.len() < LINE_BYTES + 32);
    }

    #[test]
    fn of_a_long_log_the_end_is_kept_from_the_beginning_of_a_line() {
        let mut long = Tail::default();
        for number in 0..1_000_000 {
            long.push(format!("line {number}\n").as_bytes());
            assert!(long.text.len() <= 2 * TAIL_BYTES + LINE_BYTES);
        }
        let kept = long.redacted_by(|text| text.into()).0;
        assert!(kept.len() <= TAIL_BYTES && kept.len() > TAIL_BYTES - 100, "{}", kept.len());
        assert!(kept.starts_with("line ") && kept.ends_with("line 999999\n"));
    }

    #[test]
    fn secrets_do_not_hide_behind_colours_and_broken_bytes_do_no_harm() {
        fn redact(text: &str) -> Cow<'_, str> {
            text.replace("hunter2", "[redacted]").into()
        }
        let mut tail = Tail::default();
        tail.push(b"pass \x1b[1mhun\x1b[0mter2 \xff\xfe\n");
        assert_eq!(tail.redacted_by(redact).as_str(), "pass [redacted] \u{fffd}\u{fffd}\n");
    }
}
