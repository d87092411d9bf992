//! Cuts YAML between documents and at the items of a list as `kubectl` prints it.
//!
//! Only lines and their indentation are looked at. That is enough: whatever belongs to an item,
//! the lines of a log in a block scalar included, is indented deeper than the item's dash, and
//! `---` in the first column is never anything but the start of a document. Everything that is not
//! a block sequence under a top-level `items:`, or at the top itself, is parsed as a whole.

use std::io::{BufRead, Read};
use std::sync::Arc;

use serde_json::Value;

use crate::cutter::{Chunk, Format, Sink, Stop, settle};
use crate::error::{DumpError, Problem};
use crate::item::Origin;
use crate::list::{ItemType, ListHead};
use crate::yaml_value;

/// Cuts all documents of a stream.
pub(crate) fn cut(file: &Arc<str>, mut stream: impl BufRead, sink: &dyn Sink) -> Result<(), Stop> {
    let mut document = Document::new(file, 1);
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        number += 1;
        line.clear();
        let limit = sink.limit() as u64 + 1;
        let read = stream.by_ref().take(limit).read_until(b'\n', &mut line);
        let more = match read {
            Ok(length) => length > 0,
            Err(error) => {
                // The last item may lack lines, so it is not handed over.
                document.finish_list(sink)?;
                return Err(document.stop(number, Problem::Unreadable(error)));
            }
        };
        if !more {
            return document.finish(sink);
        }
        if is_marker(&line, "---") || is_marker(&line, "...") {
            std::mem::replace(&mut document, Document::new(file, number)).finish(sink)?;
        }
        if !is_marker(&line, "...") {
            document.push(number, &line, sink)?;
        }
    }
}

/// One document while it is being read.
struct Document<'a> {
    file: &'a Arc<str>,
    /// The text outside the items: all of it when the document is not a list.
    frame: Piece,
    /// The text outside the items that follows them.
    tail: Piece,
    /// The item that is being read, and how many were begun.
    item: Piece,
    items: usize,
    list: Arc<ListHead>,
    part: Part,
}

/// Lines that follow each other.
#[derive(Default)]
struct Piece {
    line: u64,
    text: Vec<u8>,
}

/// Where in a document the next line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before anything but comments and directives.
    Start,
    /// In the frame, `items:` may come.
    Frame,
    /// After `items:`.
    ItemsKey,
    /// In the items, whose dashes are indented so far.
    Items(usize),
    /// After the items.
    Tail,
    /// In a document that is not a list.
    Whole,
}

impl<'a> Document<'a> {
    fn new(file: &'a Arc<str>, line: u64) -> Self {
        Self {
            file,
            frame: Piece { line, text: Vec::new() },
            tail: Piece::default(),
            item: Piece::default(),
            items: 0,
            list: Arc::default(),
            part: Part::Start,
        }
    }

    fn push(&mut self, number: u64, line: &[u8], sink: &dyn Sink) -> Result<(), Stop> {
        self.enter(number, line, sink)?;
        self.append(number, line, sink)
    }

    /// Finds out which part of the document a line is in.
    fn enter(&mut self, number: u64, line: &[u8], sink: &dyn Sink) -> Result<(), Stop> {
        let (indent, content) = split(line);
        let is_marker = is_marker(line, "---");
        let is_filler = content.is_empty()
            || content.starts_with(b"#")
            || is_marker && !begins_content(content)
            || self.part == Part::Start && line.starts_with(b"%");
        let is_dash = content == b"-" || content.starts_with(b"- ");
        match self.part {
            _ if is_filler => {}
            _ if is_marker => self.part = Part::Whole,
            Part::Start | Part::ItemsKey if is_dash => {
                self.part = Part::Items(indent);
                self.begin_item(number);
            }
            Part::Start | Part::Frame if indent == 0 && is_items_key(content) => {
                self.part = Part::ItemsKey;
            }
            Part::Start => self.part = Part::Frame,
            Part::ItemsKey => self.part = Part::Whole,
            Part::Items(dash) if indent == dash && is_dash => {
                self.emit_item(sink)?;
                self.begin_item(number);
            }
            Part::Items(dash) if indent <= dash => {
                self.emit_item(sink)?;
                self.part = Part::Tail;
                self.tail.line = number;
            }
            _ => {}
        }
        Ok(())
    }

    fn append(&mut self, number: u64, line: &[u8], sink: &dyn Sink) -> Result<(), Stop> {
        let piece = match self.part {
            Part::Items(_) => &mut self.item,
            Part::Tail => &mut self.tail,
            _ => &mut self.frame,
        };
        if piece.text.len() + line.len() > sink.limit() {
            let problem = Problem::TooLarge { limit_mib: sink.limit() >> 20 };
            self.finish_list(sink)?;
            return Err(self.stop(number, problem));
        }
        piece.text.extend_from_slice(line);
        Ok(())
    }

    fn begin_item(&mut self, line: u64) {
        self.items += 1;
        self.item = Piece { line, text: Vec::new() };
    }

    fn emit_item(&mut self, sink: &dyn Sink) -> Result<(), Stop> {
        let item = std::mem::take(&mut self.item);
        let origin = Origin { file: Arc::clone(self.file), line: item.line, item: Some(self.items) };
        let list = Some(Arc::clone(&self.list));
        sink.chunk(Chunk { origin, format: Format::YamlItem, list, text: item.text })
    }

    /// Ends the document: hands over its last item, or the whole of it.
    fn finish(mut self, sink: &dyn Sink) -> Result<(), Stop> {
        match self.part {
            Part::Start => Ok(()),
            Part::Items(_) => {
                self.emit_item(sink)?;
                self.finish_list(sink)
            }
            Part::Tail => self.finish_list(sink),
            Part::Frame | Part::ItemsKey | Part::Whole => {
                let Piece { line, text } = self.frame;
                let origin = Origin { file: Arc::clone(self.file), line, item: None };
                sink.chunk(Chunk { origin, format: Format::Yaml, list: None, text })
            }
        }
    }

    /// Reads the type of the list from what stands around the items.
    fn finish_list(&mut self, sink: &dyn Sink) -> Result<(), Stop> {
        if self.items == 0 {
            return Ok(());
        }
        let frame_lines = newlines(&self.frame.text);
        let text = [self.frame.text.as_slice(), self.tail.text.as_slice()].concat();
        let frame = yaml_value::parse(&text).unwrap_or_else(|broken| {
            let in_tail = broken.line > frame_lines && !self.tail.text.is_empty();
            let before = if in_tail { self.tail.line - frame_lines } else { self.frame.line } - 1;
            sink.error(DumpError {
                file: Arc::clone(self.file),
                line: Some(broken.line + before),
                item: None,
                problem: Problem::Syntax(broken.message_shifted(before)),
            });
            Value::Null
        });
        let text_of = |key| frame.get(key).and_then(Value::as_str);
        let items = ItemType::of_list(text_of("kind"), text_of("apiVersion"));
        settle(&self.list, items, sink)
    }

    fn stop(&self, line: u64, problem: Problem) -> Stop {
        let item = matches!(self.part, Part::Items(_)).then_some(self.items);
        Stop::File { line, item, problem }
    }
}

/// The indentation of a line and what follows, without the line's end.
fn split(line: &[u8]) -> (usize, &[u8]) {
    let indent = line.iter().take_while(|byte| **byte == b' ').count();
    (indent, line.trim_ascii())
}

/// Whether a line is a document marker, which may be followed by white space and content.
fn is_marker(line: &[u8], marker: &str) -> bool {
    line.strip_prefix(marker.as_bytes()).is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// Whether a document begins on the line of its marker, as in `--- {kind: Pod}`.
fn begins_content(marker: &[u8]) -> bool {
    let rest = marker.get(3..).unwrap_or_default().trim_ascii_start();
    !rest.is_empty() && !rest.starts_with(b"#")
}

fn is_items_key(content: &[u8]) -> bool {
    content
        .strip_prefix(b"items:")
        .map(<[u8]>::trim_ascii_start)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"#"))
}

fn newlines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
