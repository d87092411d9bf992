//! Rules as their users meet them: files in, reports out.
#![cfg(test)]

mod components;
mod detectors;
mod events;
mod example;
mod failed_tasks;
mod failures;
mod hostile;
mod integration_tests;
mod judging;
mod loading;
mod releases;
mod run;
mod samples;
mod snapshots;
mod stuck_runs;
mod webhooks;
mod workloads;
