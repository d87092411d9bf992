//! The end of a log: bounded, without colours and secrets.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;

use kite_runtime::redact::redact;

/// How much of a log goes along; the rest is where the log is.
const BYTES: usize = 8_000;

/// The end of what was said so far.
#[derive(Clone, Debug, Default)]
pub struct LogTail(VecDeque<u8>);

impl LogTail {
    /// Reads the end of a file.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        // What is no file, such as a pipe, is read from its beginning.
        if let Ok(size) = file.seek(SeekFrom::End(0)) {
            file.seek(SeekFrom::Start(size.saturating_sub(BYTES as u64)))?;
        }
        let mut tail = Self::default();
        let mut buffer = [0; 8192];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(tail),
                read => tail.push(buffer.get(..read).unwrap_or_default()),
            }
        }
    }

    /// Adds what is said next.
    pub fn push(&mut self, said: &[u8]) {
        self.0.extend(said);
        let excess = self.0.len().saturating_sub(BYTES);
        self.0.drain(..excess);
    }

    /// The end as text, from the beginning of a line.
    pub fn text(&self) -> String {
        let bytes: Vec<u8> = self.0.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let is_cut = bytes.len() == BYTES;
        let whole = text.split_once('\n').filter(|_| is_cut).map_or(&*text, |(_, rest)| rest);
        redact(&strip_ansi_escapes::strip_str(whole)).trim_end().to_owned()
    }

    /// A description with the end of the log behind it.
    pub fn behind(&self, description: &str) -> String {
        match self.text() {
            none if none.is_empty() => description.to_owned(),
            text => format!("{description}\n\nThe end of its log:\n\n{text}").trim_start().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_of_the_end_are_kept() {
        let mut tail = LogTail::default();
        for number in 0..2_000 {
            tail.push(format!("line {number}\n").as_bytes());
        }
        let text = tail.text();
        assert!(text.starts_with("line ") && text.ends_with("line 1999") && text.len() <= BYTES, "{text}");
    }

    #[test]
    fn colours_and_secrets_do_not_leave_the_machine() {
        let mut tail = LogTail::default();
        tail.push(b"\x1b[31mERROR\x1b[0m\nREGISTRY_PASSWORD=hunter2\n\xff\n");
        assert_eq!(tail.text(), "ERROR\nREGISTRY_PASSWORD=[redacted]\n\u{fffd}");
        assert_eq!(LogTail::default().behind("nothing was said"), "nothing was said");
    }
}
