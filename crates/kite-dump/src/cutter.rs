//! Cuts a stream into the text of single objects, whatever its format.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use crate::error::{DumpError, Problem};
use crate::item::Origin;
use crate::list::{ItemType, ListHead};
use crate::{json, yaml};

/// The text of one object, to be parsed by a worker.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) origin: Origin,
    pub(crate) format: Format,
    /// The head of the list that the object is in.
    pub(crate) list: Option<Arc<ListHead>>,
    pub(crate) text: Vec<u8>,
}

impl Chunk {
    /// Moves the text out; what is left behind is empty.
    pub(crate) fn take(&mut self) -> Self {
        Self {
            origin: self.origin.clone(),
            format: self.format,
            list: self.list.clone(),
            text: std::mem::take(&mut self.text),
        }
    }
}

/// How the text of a chunk is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A JSON value.
    Json,
    /// A YAML document.
    Yaml,
    /// A YAML sequence of one element, as it was cut out of a longer one.
    YamlItem,
}

/// Why cutting a file ended before its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The file cannot be cut further.
    File { line: u64, item: Option<usize>, problem: Problem },
    /// Nobody wants more objects.
    All,
}

/// Where cut chunks and errors go.
pub(crate) trait Sink {
    /// The size that no single piece may exceed, in bytes.
    fn limit(&self) -> usize;
    /// Takes a chunk; an error means that nobody wants more.
    fn chunk(&self, chunk: Chunk) -> Result<(), Stop>;
    /// Takes an error after which the cutting goes on.
    fn error(&self, error: DumpError);
}

/// Cuts one file or archive member.
pub(crate) fn cut(file: &Arc<str>, stream: &mut dyn Read, sink: &dyn Sink) -> Result<(), Stop> {
    let mut stream = BufReader::with_capacity(64 * 1024, stream);
    let start = |error| Stop::File { line: 1, item: None, problem: Problem::Unreadable(error) };
    if stream.fill_buf().map_err(start)?.starts_with(BYTE_ORDER_MARK) {
        stream.consume(BYTE_ORDER_MARK.len());
    }
    if is_json(file, stream.fill_buf().map_err(start)?) {
        json::cut(file, stream, sink)
    } else {
        yaml::cut(file, stream, sink)
    }
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Ends a list: tells its type to the items that wait for it.
pub(crate) fn settle(list: &ListHead, items: ItemType, sink: &dyn Sink) -> Result<(), Stop> {
    list.settle(items).into_iter().try_for_each(|chunk| sink.chunk(chunk))
}

/// Whether the text is JSON: by the file's name or, if that says nothing, by how it begins. YAML in
/// flow style (`{a: b}`) is not JSON, `{"a"` is.
fn is_json(file: &str, text: &[u8]) -> bool {
    let name = file.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("json" | "jsonl" | "ndjson") => return true,
        Some("yaml" | "yml") => return false,
        _ => {}
    }
    let mut marks = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    let begin = (marks.next(), marks.next());
    matches!(begin, (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b']')))
}
