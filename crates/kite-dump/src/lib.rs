//! Reads dumps of Kubernetes objects from disk, object by object, on all cores.
//!
//! A dump is what `kubectl get … -o json|yaml`, a must-gather archive or a script left behind: a
//! file, a folder, a tar, tar.gz or zip. [`read`] goes through it once, in bounded memory:
//!
//! 1. `walk` finds the files, `container` unpacks them as streams (nothing is written to disk);
//! 2. `cutter` cuts a stream into the text of single objects: `json` and `yaml` know where an
//!    object begins and ends, and nothing else about it;
//! 3. `queue` holds a bounded number of bytes of cut text;
//! 4. `parse` turns each text into a JSON value with a library parser, in the worker thread that
//!    then hands it to the caller's closure.
//!
//! What cannot be read is a [`DumpError`] with file, line and item; everything else is still read.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use kite_dump::{Options, Progress, read};
//!
//! let summary = read(
//!     &["runs.json".into()],
//!     &Options::default(),
//!     &Progress::default(),
//!     |item| {
//!         println!("{}: {}", item.origin, item.object["metadata"]["name"]);
//!         ControlFlow::Continue(())
//!     },
//!     |error| eprintln!("{error}"),
//! );
//! // There is no such file here.
//! assert_eq!((summary.objects, summary.errors), (0, 1));
//! ```

mod error;
mod item;
mod progress;
mod read;

mod container;
mod walk;

mod cutter;
mod json;
mod window;
mod yaml;

mod list;
mod queue;

mod parse;
mod yaml_value;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

pub use error::{DumpError, Problem};
pub use item::{Item, Origin};
pub use progress::{Progress, ReadSummary};
pub use read::{Options, read};
