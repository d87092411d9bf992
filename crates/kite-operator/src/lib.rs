//! The bridge operator: watches a cluster and reports what is broken in it.
//!
//! The way of an event: [`watch`] (one per kind) reads an [`object`], the [`judge`] says what it
//! means, [`records`] whether that is new, the [`outbox`] holds the report until [`delivery`] has
//! brought it to the backend; a [`heartbeat`] says that all is quiet. [`related`] reads more about what failed and reports again.
//!
//! Around it: a [`shift`] runs the watches of all [`kinds`] that the cluster has, under one set of
//! rules and [`settings`] and in one role; the [`desk`] changes shifts, the [`operator`] puts all of it
//! together. [`lease`] decides who
//! reports, [`missed`] is what a standby remembers, [`owners`] what ends with what, [`status`] and
//! [`metrics`] what people see.
//!
//! The program: [`args`], [`sources`] (files that change), [`access`] (to the cluster) and
//! [`manifests`] (what to apply).

pub mod desk;
pub mod operator;
pub mod settings;
pub mod shift;

pub mod kinds;
pub mod namespaces;
pub mod object;
pub mod watch;

pub mod judge;
pub mod missed;
pub mod owners;
pub mod records;
pub mod related;

pub mod delivery;
pub mod heartbeat;
pub mod outbox;

pub mod clock;
pub mod lease;
pub mod metrics;
pub mod status;

pub mod access;
pub mod args;
pub mod manifests;
pub mod sources;
