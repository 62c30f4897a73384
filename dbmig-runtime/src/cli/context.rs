//! What a command works on, and what it says of it.

use std::time::Duration;

use dbmig_core::plan::Plan;
use dbmig_core::status::StatusEntry;
use dbmig_core::{MigrationSet, Version};

use super::args::Allowed;
use super::confirm::Confirmation;
use super::output::Output;
use crate::options::Options;
use crate::runner::Runner;
use crate::url::DatabaseUrl;

/// What a command works on.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// How the user calls this program, for messages: `cargo dbmig`, `myapp migrate`.
    pub program: &'a str,
    /// The migrations.
    pub set: &'a MigrationSet,
    /// Where they come from.
    pub origin: MigrationsOrigin,
    /// Warnings about them; told with the plans that they are part of.
    pub warnings: &'a [(Version, String)],
    /// The database.
    pub url: &'a DatabaseUrl,
    /// How a run behaves.
    pub options: Options,
    /// Whether the user has confirmed beforehand.
    pub confirmation: Confirmation,
    /// Where and how results are told.
    pub output: Output,
    /// How long an answer of the database may take: then the process ends with exit code 75.
    pub answer_timeout: Duration,
}

/// Where the migrations of a command come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationsOrigin {
    /// A directory, which has all that was ever applied from it, unless somebody has deleted some.
    Directory,
    /// A program, which may be older than the database that it meets.
    Embedded,
}

impl<'a> Context<'a> {
    pub(super) fn runner(&self) -> Runner<'a> {
        Runner::new(self.set, self.options.clone())
    }

    /// Whether the set has all of `entries`. What it lacks is judged anew by today's rules, with the
    /// scripts of all that came before.
    pub(super) fn knows_all(&self, entries: &[StatusEntry]) -> bool {
        entries.iter().all(|entry| self.set.get(&entry.version).is_some())
    }

    /// What the program itself allows, the arguments need not say again.
    pub(super) fn runner_with(&self, allowed: Allowed) -> Runner<'a> {
        let policy = allowed.over(self.options.policy);
        Runner::new(self.set, Options { policy, ..self.options.clone() })
    }
}

/// An image may well be older than the database that it meets; a directory lacks what was deleted
/// from it, or what another branch has applied.
pub(super) fn tell_missing<'n>(context: &Context<'_>, names: impl Iterator<Item = &'n String>) {
    let names: Vec<_> = names.map(String::as_str).collect();
    if context.origin == MigrationsOrigin::Embedded || names.is_empty() {
        return;
    }
    context.output.warning(format!(
        "applied, and not among the migrations here: {}. Deleted, or of another branch? `{} verify` says what \
         can be done",
        names.join(", "),
        context.program,
    ));
}

/// Not with every command for ever: what is applied cannot be changed any more.
pub(super) fn warn(context: &Context<'_>, plan: &Plan<'_>) {
    let concerned = |version: &Version| plan.steps.iter().any(|step| step.version() == version);
    let warnings = context.warnings.iter().filter(|(version, _)| concerned(version));
    warnings.for_each(|(_, warning)| context.output.warning(warning));
}
