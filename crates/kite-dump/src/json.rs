//! Cuts JSON at the items of a list, at the elements of an array, or between documents.
//!
//! The cutter knows strings and brackets and the outermost level of a list, nothing more;
//! `serde_json` parses what it cuts out, in the workers. `serde_json` could also do the cutting
//! (`RawValue` over a reader), but goes byte by byte: 220-260 MB/s measured against 1.6-2.3 GB/s
//! here, which is the difference between using one of two cores for cutting and hardly any of it.
//! And since the inside of an item is nobody's business here, a broken item costs only itself.

use std::io::Read;
use std::sync::Arc;

use crate::cutter::{Chunk, Format, Sink, Stop, settle};
use crate::error::Problem;
use crate::item::Origin;
use crate::list::{ItemType, ListHead};
use crate::window::Window;

/// Cuts all documents of a stream.
pub(crate) fn cut(file: &Arc<str>, stream: impl Read, sink: &dyn Sink) -> Result<(), Stop> {
    let mut cutter = Cutter { file, window: Window::new(stream), item: None, sink };
    while let Some((offset, byte)) = cutter.next_mark(0)? {
        cutter.window.advance(offset);
        match byte {
            b'{' => cutter.object()?,
            b'[' => cutter.array()?,
            _ => return Err(cutter.syntax(0, "expected `{` or `[`")),
        }
        cutter.item = None;
    }
    Ok(())
}

struct Cutter<'a, R> {
    file: &'a Arc<str>,
    window: Window<R>,
    /// The item that is being cut, from 1.
    item: Option<usize>,
    sink: &'a dyn Sink,
}

/// What is known of the object that is being cut.
#[derive(Default)]
struct Object {
    kind: Option<String>,
    api_version: Option<String>,
    /// The head of the list, once its items are reached; until then the object may be none.
    list: Option<Arc<ListHead>>,
}

impl Object {
    /// Whether an array `items` makes it a list; the kind may come later.
    fn may_be_list(&self) -> bool {
        self.list.is_none() && self.kind.as_deref().is_none_or(|kind| kind.ends_with("List"))
    }

    fn item_type(&self) -> ItemType {
        ItemType::of_list(self.kind.as_deref(), self.api_version.as_deref())
    }

    fn begin_list(&mut self) -> Arc<ListHead> {
        let is_known = self.kind.is_some() && self.api_version.is_some();
        let head = if is_known { ListHead::known(self.item_type()) } else { ListHead::default() };
        Arc::clone(self.list.insert(Arc::new(head)))
    }
}

impl<R: Read> Cutter<'_, R> {
    /// Cuts the object at the window's start: into its items if it is a list, else as a whole.
    fn object(&mut self) -> Result<(), Stop> {
        let mut object = Object::default();
        let cut = self.members(&mut object);
        if let Some(list) = &object.list {
            // Also after an error: the items that wait for the type must not be lost.
            settle(list, object.item_type(), self.sink)?;
        }
        cut
    }

    fn members(&mut self, object: &mut Object) -> Result<(), Stop> {
        let mut offset = 1;
        loop {
            let (mark, byte) = self.need_mark(offset)?;
            if byte == b'}' {
                return self.end_of_object(mark + 1, object.list.is_some());
            }
            let (name, value) = self.key(mark)?;
            let end = self.member(object, name.as_deref(), value)?;
            offset = self.separator(end, b'}')?;
        }
    }

    /// The key at `offset` and where its value begins.
    fn key(&mut self, offset: usize) -> Result<(Option<String>, usize), Stop> {
        let end = self.value_end(offset)?;
        let name = self.parse(offset, end);
        let (colon, byte) = self.need_mark(end)?;
        if byte != b':' {
            return Err(self.syntax(colon, "expected `:`"));
        }
        let (value, _) = self.need_mark(colon + 1)?;
        Ok((name, value))
    }

    /// Goes through the value of a member and gives its end; cuts it if it is the items of a list.
    fn member(&mut self, object: &mut Object, name: Option<&str>, value: usize) -> Result<usize, Stop> {
        if name == Some("items") && object.may_be_list() && self.look(value)? == Some(b'[') {
            let list = object.begin_list();
            self.elements(value + 1, &list)?;
            return Ok(0);
        }
        let end = self.value_end(value)?;
        match name {
            Some("kind") => object.kind = self.parse(value, end),
            Some("apiVersion") => object.api_version = self.parse(value, end),
            _ => {}
        }
        if object.list.is_some() {
            // Nobody needs what stands around the items.
            self.window.advance(end);
            return Ok(0);
        }
        Ok(end)
    }

    fn end_of_object(&mut self, end: usize, is_list: bool) -> Result<(), Stop> {
        if is_list {
            self.window.advance(end);
            return Ok(());
        }
        self.emit(end, None)
    }

    /// Cuts the array at the window's start, whose items have to say themselves what they are.
    fn array(&mut self) -> Result<(), Stop> {
        self.elements(1, &Arc::new(ListHead::known(ItemType::default())))
    }

    /// Cuts the elements of an array; `offset` is after its bracket. Ends after the closing one.
    fn elements(&mut self, offset: usize, list: &Arc<ListHead>) -> Result<(), Stop> {
        self.window.advance(offset);
        let mut index = 0;
        loop {
            self.item = Some(index + 1);
            let (offset, byte) = self.need_mark(0)?;
            if byte == b']' {
                self.item = None;
                self.window.advance(offset + 1);
                return Ok(());
            }
            self.window.advance(offset);
            let end = self.value_end(0)?;
            self.emit(end, Some(list))?;
            let next = self.separator(0, b']')?;
            self.window.advance(next);
            index += 1;
        }
    }

    /// Hands over the bytes up to `end` as one object and passes over them.
    fn emit(&mut self, end: usize, list: Option<&Arc<ListHead>>) -> Result<(), Stop> {
        let text = self.window.bytes().get(..end).unwrap_or_default().to_vec();
        let origin = Origin { file: Arc::clone(self.file), line: self.window.line(), item: self.item };
        self.window.advance(end);
        self.sink.chunk(Chunk { origin, format: Format::Json, list: list.cloned(), text })
    }

    /// Where the next member or the closing bracket stands, after a value that ends at `offset`.
    fn separator(&mut self, offset: usize, close: u8) -> Result<usize, Stop> {
        match self.need_mark(offset)? {
            (offset, b',') => match self.need_mark(offset + 1)? {
                (offset, byte) if byte == close => Err(self.syntax(offset, "trailing comma")),
                (offset, _) => Ok(offset),
            },
            (offset, byte) if byte == close => Ok(offset),
            (offset, _) => Err(self.syntax(offset, "expected `,` or a closing bracket")),
        }
    }

    fn parse(&self, from: usize, to: usize) -> Option<String> {
        serde_json::from_slice(self.window.bytes().get(from..to)?).ok()
    }

    /// The end of the value that begins at `offset`.
    fn value_end(&mut self, offset: usize) -> Result<usize, Stop> {
        loop {
            let value = self.window.bytes().get(offset..).unwrap_or_default();
            if let Some(length) = value_length(value) {
                return if length == 0 { Err(self.syntax(offset, "expected a value")) } else { Ok(offset + length) };
            }
            if !self.grow()? {
                return Err(self.truncated());
            }
        }
    }

    /// The next byte from `offset` on that is not white space; none at the end of the stream.
    fn next_mark(&mut self, mut offset: usize) -> Result<Option<(usize, u8)>, Stop> {
        while let Some(byte) = self.look(offset)? {
            if !byte.is_ascii_whitespace() {
                return Ok(Some((offset, byte)));
            }
            offset += 1;
        }
        Ok(None)
    }

    fn need_mark(&mut self, offset: usize) -> Result<(usize, u8), Stop> {
        self.next_mark(offset)?.ok_or_else(|| self.truncated())
    }

    fn look(&mut self, offset: usize) -> Result<Option<u8>, Stop> {
        loop {
            if let Some(byte) = self.window.bytes().get(offset) {
                return Ok(Some(*byte));
            }
            if !self.grow()? {
                return Ok(None);
            }
        }
    }

    fn grow(&mut self) -> Result<bool, Stop> {
        let limit = self.sink.limit();
        if self.window.bytes().len() > limit {
            return Err(self.stop(0, Problem::TooLarge { limit_mib: limit >> 20 }));
        }
        self.window.grow().map_err(|error| self.stop(0, Problem::Unreadable(error)))
    }

    fn truncated(&self) -> Stop {
        let begin = self.window.line();
        let what = format!("in what begins on line {begin}");
        self.stop(self.window.bytes().len(), Problem::Truncated(what))
    }

    fn syntax(&self, offset: usize, message: &str) -> Stop {
        self.stop(offset, Problem::Syntax(format!("{message}; the rest of the file is not read")))
    }

    fn stop(&self, offset: usize, problem: Problem) -> Stop {
        Stop::File { line: self.window.line_at(offset), item: self.item, problem }
    }
}

/// The length of the value that the bytes begin with; none when they end inside it, 0 when they
/// do not begin with a value.
fn value_length(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'"' => string_length(bytes),
        b'{' | b'[' => bracket_length(bytes),
        _ => bytes.iter().position(|byte| b",:]}{[\" \t\r\n".contains(byte)),
    }
}

fn bracket_length(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut offset = 0;
    loop {
        match bytes.get(offset)? {
            b'"' => offset += string_length(bytes.get(offset..)?)?,
            b'{' | b'[' => (depth, offset) = (depth + 1, offset + 1),
            b'}' | b']' if depth == 1 => return Some(offset + 1),
            b'}' | b']' => (depth, offset) = (depth.saturating_sub(1), offset + 1),
            _ => offset += 1,
        }
    }
}

fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut offset = 1;
    loop {
        offset += memchr::memchr2(b'"', b'\\', bytes.get(offset..)?)?;
        if bytes.get(offset) == Some(&b'"') {
            return Some(offset + 1);
        }
        offset += 2;
    }
}
