//! The HTTP interface as clients see it: the real router on SQLite.

#![cfg(test)]

mod causes;
mod contract;
mod document;
mod inputs;
mod issues;
mod kubernetes;
mod limits;
mod oidc;
mod pages;
mod people;
mod reports;
mod security;
mod sources;
mod stream;
mod support;
mod tenancy;
mod trends;
mod webhooks;
