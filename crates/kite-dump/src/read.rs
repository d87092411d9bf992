//! The reading as a whole: one thread cuts, the others parse and call back.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::container::{self, Member};
use crate::cutter::{self, Chunk, Sink, Stop};
use crate::error::{DumpError, Problem};
use crate::item::Item;
use crate::parse::parse;
use crate::progress::{Progress, ReadSummary, count};
use crate::queue::Queue;
use crate::walk::{Found, walk};

/// Bounds of a reading.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads that parse and call back; by default one per core.
    pub workers: NonZeroUsize,
    /// The largest object, or YAML document that is parsed whole, in bytes; by default 64 MiB.
    pub piece_limit: usize,
    /// How much text may wait for the workers, in bytes; by default 16 MiB.
    pub queue_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            piece_limit: 64 << 20,
            queue_limit: 16 << 20,
        }
    }
}

/// Reads all dumps under `paths`, calling `on_object` and `on_error` from several threads at once,
/// in no particular order.
///
/// A file that is named in `paths` is read whatever its name, a folder is searched for dumps and
/// archives. `progress` counts along and may be looked at from elsewhere. When `on_object` breaks,
/// the reading ends soon after.
pub fn read<O, E>(paths: &[PathBuf], options: &Options, progress: &Progress, on_object: O, on_error: E) -> ReadSummary
where
    O: Fn(Item) -> ControlFlow<()> + Sync,
    E: Fn(DumpError) + Sync,
{
    let queue = Queue::new(options.queue_limit);
    let reader = Reader { options, progress, queue, on_object, on_error };
    thread::scope(|scope| {
        for _ in 0..options.workers.get() {
            scope.spawn(|| reader.work());
        }
        let _close = reader.queue.close_on_drop();
        reader.cut_all(paths);
    });
    progress.snapshot()
}

struct Reader<'a, O, E> {
    options: &'a Options,
    progress: &'a Progress,
    queue: Queue<Chunk>,
    on_object: O,
    on_error: E,
}

impl<O, E> Reader<'_, O, E>
where
    O: Fn(Item) -> ControlFlow<()> + Sync,
    E: Fn(DumpError) + Sync,
{
    /// What a worker does: parses chunks until there are no more.
    fn work(&self) {
        let _close = self.queue.close_on_drop();
        let mut flow = ControlFlow::Continue(());
        while let Some(chunk) = self.queue.pop() {
            parse(chunk, self.options.piece_limit, &mut |result| match result {
                Ok(item) if flow.is_continue() => {
                    count(&self.progress.objects, 1);
                    flow = (self.on_object)(item);
                }
                Ok(_) => {}
                Err(error) => self.error(error),
            });
            if flow.is_break() {
                return self.queue.abandon();
            }
        }
    }

    /// What the calling thread does: cuts all files.
    fn cut_all(&self, paths: &[PathBuf]) {
        let found = walk(paths);
        let sizes = found.iter().map(|found| match found {
            Found::File { size, .. } => *size,
            _ => 0,
        });
        count(&self.progress.bytes_total, sizes.sum());
        for found in found {
            let flow = match found {
                Found::Other => self.skip(),
                Found::Failed(path, error) => self.fail(&path.display().to_string().into(), Problem::Unreadable(error)),
                Found::File { path, .. } => {
                    container::open(&path, &self.progress.bytes, &mut |member| self.member(member))
                }
            };
            if flow.is_break() {
                return;
            }
        }
    }

    fn member(&self, member: Member<'_>) -> ControlFlow<()> {
        match member {
            Member::Other => self.skip(),
            Member::Failed(file, problem) => self.fail(&file, problem),
            Member::Stream(file, stream) => {
                count(&self.progress.files, 1);
                match cutter::cut(&file, stream, self) {
                    Ok(()) => {}
                    Err(Stop::All) => return ControlFlow::Break(()),
                    Err(Stop::File { line, item, problem }) => {
                        self.error(DumpError { file, line: Some(line), item, problem });
                    }
                }
                ControlFlow::Continue(())
            }
        }
    }

    fn skip(&self) -> ControlFlow<()> {
        count(&self.progress.skipped, 1);
        ControlFlow::Continue(())
    }

    fn fail(&self, file: &Arc<str>, problem: Problem) -> ControlFlow<()> {
        self.error(DumpError::of_file(file, problem));
        ControlFlow::Continue(())
    }
}

impl<O, E> Sink for Reader<'_, O, E>
where
    O: Fn(Item) -> ControlFlow<()> + Sync,
    E: Fn(DumpError) + Sync,
{
    fn limit(&self) -> usize {
        self.options.piece_limit
    }

    fn chunk(&self, chunk: Chunk) -> Result<(), Stop> {
        self.queue.push(chunk.text.len(), chunk).map_err(|_| Stop::All)
    }

    fn error(&self, error: DumpError) {
        count(&self.progress.errors, 1);
        (self.on_error)(error);
    }
}
