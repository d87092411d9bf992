//! A window over a stream that slides forward and counts lines.

use std::io::{self, Read};

/// The part of a stream that is held in memory: from the first byte not yet passed, as far as read.
pub(crate) struct Window<R> {
    stream: R,
    buffer: Vec<u8>,
    start: usize,
    line: u64,
}

/// How much is read at a time, at least.
const STEP: usize = 256 * 1024;

impl<R: Read> Window<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self { stream, buffer: Vec::new(), start: 0, line: 1 }
    }

    /// The bytes held.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// The line of the first byte held, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The line of a byte held, from 1.
    pub(crate) fn line_at(&self, offset: usize) -> u64 {
        self.line + newlines(self.bytes().get(..offset).unwrap_or(self.bytes()))
    }

    /// Passes over bytes.
    pub(crate) fn advance(&mut self, length: usize) {
        self.line = self.line_at(length);
        self.start = (self.start + length).min(self.buffer.len());
    }

    /// Reads on, as much again as is held, so that looking at an object from its start after each
    /// call stays linear in its size. Says whether there was more.
    pub(crate) fn grow(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let step = self.buffer.len().max(STEP) as u64;
        Ok(self.stream.by_ref().take(step).read_to_end(&mut self.buffer)? > 0)
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
