//! The verdicts against a generated old app.
//!
//! A program of its own: the client library of PostgreSQL and its parser as a library have functions
//! of the same name.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../../../dbmig-core/tests/verdicts/cases.rs"]
mod cases;

mod generated;
mod golden;
mod grammar;
