//! Whole runs of the program against a real backend, as people and scripts make them.

#![cfg(test)]

mod causes;
mod changes;
mod completion;
mod explain;
mod failures;
mod fake;
mod hostile;
mod kubectl;
mod lists;
mod reports;
mod rules;
mod settings;
mod support;
mod terminal;
mod tokens;
mod trends;
mod via_kubernetes;
mod watch;
