//! The suites that need real databases, processes and projects, in one binary: they share its
//! servers. One module per suite.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[macro_use]
extern crate dbmig_tests;

mod bad_input;
mod batch;
mod borrowed;
mod builds;
mod commands;
mod deploy;
mod diesel;
mod dumps;
mod examples;
mod faults;
mod front_ends;
mod galera;
mod harness;
mod history;
mod kept;
mod layers;
mod library;
mod lock;
mod migrator;
mod named_tests;
mod new_user;
mod older_build;
mod place;
mod pooler;
mod probes;
mod proof;
mod proxies;
mod qovery_page;
mod readings;
mod releases;
mod remedies;
mod repair;
mod restart;
mod security;
mod server_settings;
mod serving;
mod sets;
mod shop;
mod shown;
#[cfg(target_os = "linux")]
mod start_cost;
mod start_up_page;
mod startup;
mod statements;
mod sync;
mod tls;
mod traces;
mod verdicts;
mod versions;
mod wire;

use dbmig_tests::Project;

/// A throw-away project to run the command line tool in, the one that was just built.
fn project() -> Project {
    Project::new(env!("CARGO_BIN_EXE_dbmig-under-test"))
}
