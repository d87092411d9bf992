//! The operator between a real API server and a real backend, with everything that goes wrong there.

#![cfg(test)]

mod faults;
mod guide;
mod kinds;
mod leaders;
mod objects;
mod samples;
mod support;
