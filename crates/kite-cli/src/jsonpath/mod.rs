//! Templates of kubectl's dialect of JSONPath: `{range .data[*]}{.title}{"\n"}{end}`.
//!
//! [`template`] takes the text apart, [`path`] writes each path as RFC 9535 wants it; a library
//! finds what the path names.

mod path;
mod template;

pub use template::Template;
