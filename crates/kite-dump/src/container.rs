//! Opens a file and hands out what is in it as plain streams: itself, or the members of an archive.
//!
//! What a file is says its content, not its name. Nothing is written to disk and archives in
//! archives are passed over, so a hostile archive can cost time, not space.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use flate2::read::MultiGzDecoder;

use crate::error::Problem;
use crate::progress::count;
use crate::walk::is_dump;

/// What was found in a file.
pub(crate) enum Member<'a> {
    /// The plain text of a dump and what to call it.
    Stream(Arc<str>, &'a mut dyn Read),
    /// A file of another type in an archive.
    Other,
    /// A member, or the file as a whole, that cannot be read.
    Failed(Arc<str>, Problem),
}

/// Takes what was found; a break ends the search.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Member<'_>) -> ControlFlow<()>;

/// Visits what is in the file, counting the bytes that are read from disk.
pub(crate) fn open(path: &Path, bytes: &AtomicU64, visit: Visit<'_>) -> ControlFlow<()> {
    let name: Arc<str> = path.display().to_string().into();
    let opened = File::open(path).map(|file| Counted { inner: file, bytes });
    opened
        .and_then(|file| open_file(&name, file, visit))
        .unwrap_or_else(|error| visit(Member::Failed(name, Problem::Unreadable(error))))
}

/// Visits what is in the bytes of a file.
#[cfg(feature = "fuzzing")]
pub(crate) fn open_bytes(name: &Arc<str>, bytes: &[u8], visit: Visit<'_>) -> ControlFlow<()> {
    open_file(name, Cursor::new(bytes), visit)
        .unwrap_or_else(|error| visit(Member::Failed(Arc::clone(name), Problem::Unreadable(error))))
}

fn open_file(name: &Arc<str>, mut file: impl Read + Seek, visit: Visit<'_>) -> io::Result<ControlFlow<()>> {
    let head = read_head(&mut file)?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return open_zip(name, file, visit);
    }
    let mut stream = Cursor::new(head.clone()).chain(file);
    if is_gzip(&head) {
        let mut stream = MultiGzDecoder::new(BufReader::new(stream));
        let head = read_head(&mut stream)?;
        return open_plain(name, &head, &mut Cursor::new(&head).chain(stream), visit);
    }
    open_plain(name, &head, &mut stream, visit)
}

fn open_plain(name: &Arc<str>, head: &[u8], stream: &mut dyn Read, visit: Visit<'_>) -> io::Result<ControlFlow<()>> {
    if head.get(257..262) == Some(b"ustar") {
        return open_tar(name, stream, visit);
    }
    Ok(visit(Member::Stream(Arc::clone(name), stream)))
}

fn open_tar(archive: &str, stream: &mut dyn Read, visit: Visit<'_>) -> io::Result<ControlFlow<()>> {
    for entry in tar::Archive::new(stream).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if open_member(archive, &path, &mut entry, visit).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn open_zip(name: &Arc<str>, mut file: impl Read + Seek, visit: Visit<'_>) -> io::Result<ControlFlow<()>> {
    file.rewind()?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file))?;
    for index in 0..archive.len() {
        let path = match archive.name_for_index(index) {
            Some(Ok(path)) => path.into_owned(),
            _ => format!("member {}", index + 1),
        };
        let flow = match archive.by_index(index) {
            Ok(entry) if !entry.is_file() => ControlFlow::Continue(()),
            Ok(mut entry) => open_member(name, &path, &mut entry, visit),
            Err(error) => visit(Member::Failed(member_name(name, &path), Problem::Unreadable(error.into()))),
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn open_member(archive: &str, path: &str, stream: &mut dyn Read, visit: Visit<'_>) -> ControlFlow<()> {
    if !is_dump(&path.to_ascii_lowercase()) {
        return visit(Member::Other);
    }
    let name = member_name(archive, path);
    match read_head(stream) {
        Err(error) => visit(Member::Failed(name, Problem::Unreadable(error))),
        Ok(head) if is_gzip(&head) => {
            let stream = BufReader::new(Cursor::new(head).chain(stream));
            visit(Member::Stream(name, &mut MultiGzDecoder::new(stream)))
        }
        Ok(head) => visit(Member::Stream(name, &mut Cursor::new(head).chain(stream))),
    }
}

fn member_name(archive: &str, path: &str) -> Arc<str> {
    format!("{archive}!/{path}").into()
}

fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

/// Reads the beginning of a stream, enough to tell what it is.
fn read_head(stream: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    stream.take(512).read_to_end(&mut head)?;
    Ok(head)
}

/// A reader that counts what goes through it.
struct Counted<'a, R> {
    inner: R,
    bytes: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        count(self.bytes, length as u64);
        Ok(length)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}
