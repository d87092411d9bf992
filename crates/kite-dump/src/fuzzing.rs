//! Reads a dump that is in memory, in one thread, so that a fuzzer sees what its bytes do.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::container::{self, Member};
use crate::cutter::{self, Chunk, Sink, Stop};
use crate::error::{DumpError, Problem};
use crate::item::Item;
use crate::parse::parse;

/// When the text of an object is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parsing {
    /// As soon as it is cut out, as by workers that wait for it.
    AtOnce,
    /// After the whole file was cut, as by workers that are busy.
    AtTheEnd,
}

/// Reads the bytes of a file: its objects and what is wrong with it.
pub fn read_bytes(file: &str, bytes: &[u8], piece_limit: usize, parsing: Parsing) -> Vec<Result<Item, DumpError>> {
    let reading = Reading { piece_limit, parsing, cut: RefCell::default(), found: RefCell::default() };
    let _ = container::open_bytes(&file.into(), bytes, &mut |member| reading.member(member));
    for chunk in reading.cut.take() {
        reading.parse(chunk);
    }
    // Items that waited for the type of their list know it by now.
    reading.found.take()
}

struct Reading {
    piece_limit: usize,
    parsing: Parsing,
    cut: RefCell<Vec<Chunk>>,
    found: RefCell<Vec<Result<Item, DumpError>>>,
}

impl Reading {
    fn member(&self, member: Member<'_>) -> ControlFlow<()> {
        match member {
            Member::Other => {}
            Member::Failed(file, problem) => self.error(DumpError::of_file(&file, problem)),
            Member::Stream(file, stream) => match cutter::cut(&file, stream, self) {
                Ok(()) | Err(Stop::All) => {}
                Err(Stop::File { line, item, problem }) => self.stopped(&file, line, item, problem),
            },
        }
        ControlFlow::Continue(())
    }

    fn stopped(&self, file: &Arc<str>, line: u64, item: Option<usize>, problem: Problem) {
        self.error(DumpError { file: Arc::clone(file), line: Some(line), item, problem });
    }

    fn parse(&self, chunk: Chunk) {
        parse(chunk, self.piece_limit, &mut |result| self.found.borrow_mut().push(result));
    }
}

impl Sink for Reading {
    fn limit(&self) -> usize {
        self.piece_limit
    }

    fn chunk(&self, chunk: Chunk) -> Result<(), Stop> {
        match self.parsing {
            Parsing::AtOnce => self.parse(chunk),
            Parsing::AtTheEnd => self.cut.borrow_mut().push(chunk),
        }
        Ok(())
    }

    fn error(&self, error: DumpError) {
        self.found.borrow_mut().push(Err(error));
    }
}
