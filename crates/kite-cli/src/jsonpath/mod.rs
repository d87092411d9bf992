//! Templates of kubectl's dialect of JSONPath: `{range .data[*]}{.title}{"\n"}{end}`.
//!
//! [`template`] takes the text apart, [`path`] writes each path as RFC 9535 wants it; a library
//! finds what the path names. One thing differs: several names behind a wildcard,
//! `[*]['a','b']`, are printed item by item, not name by name.

mod path;
mod template;

pub use template::Template;
