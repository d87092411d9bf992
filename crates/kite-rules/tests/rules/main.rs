//! Rules as their users meet them: files in, reports out.
#![cfg(test)]

mod detectors;
mod example;
mod hostile;
mod loading;
mod run;
mod samples;
mod webhooks;
