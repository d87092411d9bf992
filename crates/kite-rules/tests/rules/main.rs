//! Rules as their users meet them: files in, reports out.
#![cfg(test)]

mod detectors;
mod hostile;
mod loading;
mod samples;
mod webhooks;
