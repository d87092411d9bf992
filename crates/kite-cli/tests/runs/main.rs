//! Whole runs of the program against a real backend, as people and scripts make them.

#![cfg(test)]

mod changes;
mod failures;
mod lists;
mod reports;
mod rules;
mod support;
