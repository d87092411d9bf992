//! Rules as their users meet them: files in, reports out.
#![cfg(test)]

mod samples;
mod webhooks;
