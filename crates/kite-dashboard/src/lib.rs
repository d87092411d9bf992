//! The pages for people: what is broken, why, where to look.
//!
//! Each page is a struct with what it shows and a template of the same name in `templates/`; the
//! backend fills the struct and serves the text. Pages are whole without JavaScript; `web/` makes
//! them live.
//!
//! Reading order: [`shell`] (what is around every page), [`list`] with [`row`] and [`facet`],
//! [`issue`], [`causes`] with [`cause`], [`overview`] with [`chart`], [`trends`], [`about`]; then [`sign_in`] and [`failure`].

pub mod about;
pub mod arrival;
pub mod assets;
pub mod cause;
pub mod causes;
pub mod chart;
pub mod facet;
pub mod failure;
pub mod issue;
pub mod list;
pub mod markdown;
pub mod overview;
pub mod query;
pub mod reference;
pub mod row;
pub mod same;
pub mod shell;
pub mod sign_in;
mod time;
pub mod trends;
mod value;
mod words;

pub use askama::Template;
