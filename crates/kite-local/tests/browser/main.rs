//! The dashboard in a real browser, as people use it: one file per idea.

#![cfg(test)]

#[path = "../support/running.rs"]
mod running;

mod corpus;
mod door;
mod failures;
mod kite;
mod pages;
mod shared;

mod about;
mod accessibility;
mod causes;
mod csrf;
mod hostile;
mod live;
mod navigation;
mod screenshots;
mod tenants;
mod walks;
mod without_scripts;
