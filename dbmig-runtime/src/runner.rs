//! One order for everything that writes: look, plan, lock, execute, unlock.
//!
//! [`Runner`] works on any set and any connection; [`crate::Migrator`] is the same with types.

use std::cell::OnceCell;

use dbmig_core::Version;
use dbmig_core::migration::MigrationSet;
use dbmig_core::plan::{Blocked, BreakingAhead, History, Plan, Target, plan};
use dbmig_core::status::{self, StatusEntry};

use crate::backoff::Unready;
use crate::database::Database;
use crate::database::session::Nesting;
use crate::error::Error;
use crate::event::{self, Event, Observe};
use crate::history;
use crate::lock::with_lock;
use crate::options::Options;
use crate::report::{HistoryRow, Report};
use crate::snapshot::{Seek, confirm, read, read_with_catalog};

mod at_url;
mod back;
mod baseline;
mod beyond;
mod concurrent;
#[cfg(feature = "cli")]
mod current;
mod ledger;
#[cfg(feature = "cli")]
mod missing;
mod notice;
mod repair;
#[cfg(feature = "cli")]
mod resolve;
mod scope;
#[cfg(feature = "cli")]
mod standing;
mod steps;
mod wait;

pub(crate) use at_url::run_at;
pub use back::Preview;
use back::{read_for, refuse_loss, trust, trust_stored};
use concurrent::{is_settled, refuse_failed, settle};
pub use ledger::LedgerPlace;
pub(crate) use notice::{News, Noticed, notice_at};
use scope::{enter, inside, within};
#[cfg(feature = "cli")]
pub(crate) use standing::Standing;
use steps::{ensure_tables, execute_plan, runner};
#[cfg(feature = "cli")]
pub(crate) use wait::awaiting;
pub(crate) use wait::wait_at;

/// Runs a set of migrations on a database; the types are checked when it runs.
pub struct Runner<'a> {
    set: &'a MigrationSet,
    options: Options,
    observe: Box<Observe<'a>>,
}

impl std::fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<'a> Runner<'a> {
    /// A runner for `set`.
    pub fn new(set: &'a MigrationSet, options: Options) -> Self {
        Self { set, options: options.for_set(set), observe: Box::new(event::trace) }
    }

    /// Tells `observe` what happens.
    #[must_use]
    pub fn observe(mut self, mut observe: impl FnMut(&Event<'_>) + 'a) -> Self {
        self.observe = Box::new(move |event| {
            event::trace(event);
            observe(event);
        });
        self
    }

    /// What it does where a breaking migration is ahead of the set, of all that was said about that.
    pub fn breaking_ahead(&self) -> BreakingAhead {
        self.options.policy.breaking_ahead
    }

    /// The set.
    pub fn set(&self) -> &'a MigrationSet {
        self.set
    }

    /// Brings the database to `target`.
    ///
    /// Where there is nothing to do, nothing is written and no lock is taken. On a connection that
    /// dbmig opened ([`connect`](crate::connect)) the lock is held beside the work, on a connection
    /// of its own; on a borrowed one, it is held on the same.
    ///
    /// # Errors
    /// [`Error`]; see there what had happened before.
    pub fn run(&mut self, db: &mut dyn Database, target: &Target) -> Result<Report, Error> {
        db.report_to(&self.options.control);
        // Needs no session that is prepared for it.
        if matches!(target, Target::Latest | Target::MatchSet(_)) && self.is_current(db) {
            return Ok(Report::default());
        }
        let mut unready = Unready::new(&self.options);
        let leave = loop {
            match enter(db) {
                Ok(leave) => break leave,
                Err(error) => unready.wait(error, &mut *self.observe)?,
            }
        };
        inside(db, &leave, |db| self.run_within(db, target))
    }

    fn run_within(&mut self, db: &mut dyn Database, target: &Target) -> Result<Report, Error> {
        let Self { set, options, observe } = self;
        let decide = |history: &History| decide(set, history, target, options);
        // What was known before this runner waited for another one; and what is, at the end.
        let before: OnceCell<History> = OnceCell::new();
        let (mut ahead, mut missing, mut breaking) = (Vec::new(), Vec::new(), Vec::new());
        let mut after_restart = Vec::new();
        let needs_work = |db: &mut dyn Database| {
            let snapshot = read_for(db, set, options, target)?;
            let plan = decide(&snapshot.history);
            if let (Ok(plan), Some(before)) = (&plan, before.get()) {
                refuse_failed(db, &snapshot, plan, before)?;
            }
            before.get_or_init(|| snapshot.history.clone());
            ahead = snapshot.history.unknown_to(set);
            missing = snapshot.history.missing_from(set);
            breaking = beyond::breaking(set, &snapshot.history, options);
            after_restart = notice::after_restart(set, &snapshot.history);
            let settled = is_settled(plan);
            // What every start finds is asked once; what a person wanted is not put off by a replica.
            if settled.is_err() || (settled.as_ref().is_ok_and(|it| *it) && !is_start(target)) {
                confirm(db, &snapshot)?;
            }
            Ok((!settled?).then_some(snapshot))
        };
        let goal = goal(set, target);
        let done = with_lock(db, options, observe, goal.as_ref(), needs_work, |held, observe| {
            settle(held, set, options)?;
            trust(held, set, options, target)?;
            let plan = decide(&held.snapshot.history)?;
            refuse_loss(held, options, target, &plan)?;
            if let Some(before) = before.get() {
                let snapshot = held.snapshot.clone();
                refuse_failed(held.db(), &snapshot, &plan, before)?;
            }
            execute_plan(held, options, &plan, observe)
        })?;
        let done = done.unwrap_or_default();
        let is_back = |name: &String| done.reverted().any(|reverted| reverted == name);
        missing.retain(|name| !is_back(name));
        if !is_start(target) || done.reverted().next().is_some() {
            breaking.clear();
        }
        beyond::tell(db, set, options, &breaking, &mut **observe);
        let breaking = breaking.into_iter().map(|one| one.name).collect();
        Ok(Report { ahead, missing, after_restart, breaking, ..done })
    }

    /// What [`Runner::run`] would do, without doing it. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn plan(&self, db: &mut dyn Database, target: &Target) -> Result<Plan<'a>, Error> {
        within(db, |db| {
            let mut snapshot = read_with_catalog(db, &self.seek())?;
            trust_stored(db, &mut snapshot, self.set, &self.options, target)?;
            let plan = decide(self.set, &snapshot.history, target, &self.options)?;
            match snapshot.history.newer_format {
                Some(found) if !plan.is_empty() => Err(Error::NewerHistory { found }),
                _ => Ok(plan),
            }
        })
    }

    /// How the database stands to the set, and what [`Runner::run`] would do to bring it to `target`.
    /// Reads only.
    ///
    /// # Errors
    /// [`Error`]; what forbids it is a part of the answer.
    pub fn preview(&self, db: &mut dyn Database, target: &Target) -> Result<Preview<'a>, Error> {
        within(db, |db| back::preview(db, self.set, &self.options, target))
    }

    /// Where each migration stands. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn status(&self, db: &mut dyn Database) -> Result<Vec<StatusEntry>, Error> {
        within(db, |db| Ok(status::status(self.set, &read(db, &self.seek())?.history)))
    }

    /// Who is migrating the database at this moment; nobody, where the lock is free. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn holder(&self, db: &mut dyn Database) -> Result<Option<String>, Error> {
        within(db, |db| {
            let tables = self.seek().locate(db)?;
            let holder = crate::lock::of(db, &tables, &self.options)?.holder(db, &tables);
            holder.map_err(Error::database("look who holds the migration lock"))
        })
    }

    /// The newest `limit` runs, newest first. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn history(&self, db: &mut dyn Database, limit: usize) -> Result<Vec<HistoryRow>, Error> {
        within(db, |db| {
            let tables = read(db, &self.seek())?.tables;
            history::list(db, &tables, limit)
        })
    }

    /// The text that was applied under `version`, where the history has it; without the passwords
    /// in it. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn applied_text(
        &self,
        db: &mut dyn Database,
        version: &Version,
    ) -> Result<Option<String>, Error> {
        within(db, |db| {
            let tables = self.seek().locate(db)?;
            history::stored_up(db, &tables, version)
        })
    }

    /// The script that was stored to revert `version`, where the history has one. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn stored_down(
        &self,
        db: &mut dyn Database,
        version: &Version,
    ) -> Result<Option<String>, Error> {
        within(db, |db| {
            let tables = self.seek().locate(db)?;
            Ok(history::stored_down(db, &tables, version)?
                .map(|stored| stored.script.text.into_owned()))
        })
    }

    fn seek(&self) -> Seek<'_> {
        Seek::of(self.set, &self.options)
    }

    /// One round trip for the commonest case; a savepoint would cost more than it saves.
    fn is_current(&self, db: &mut dyn Database) -> bool {
        db.nesting() == Nesting::TopLevel
            && db.engine().is_current(db, self.set, self.seek().sought())
    }
}

/// The planner, on behalf of the build that `options` name: what refuses this one does not recommend
/// it.
fn decide<'s>(
    set: &'s MigrationSet,
    history: &History,
    target: &Target,
    options: &Options,
) -> Result<Plan<'s>, Blocked> {
    plan(set, history, target, &options.policy)
        .map_err(|blocked| blocked.met_by(options.this_build()))
}

/// Whether it is what an app wants when it starts.
fn is_start(target: &Target) -> bool {
    match target {
        Target::Latest | Target::MatchSet(_) => true,
        Target::Through(_) | Target::Revert(_) | Target::RevertTo(_) | Target::Redo(_) => false,
    }
}

/// The version whose presence in the ledger may mean that there is nothing left to do.
fn goal(set: &MigrationSet, target: &Target) -> Option<Version> {
    match target {
        Target::Latest | Target::MatchSet(_) => {
            set.as_slice().last().map(|migration| migration.version.clone())
        }
        Target::Through(version) => Some(version.clone()),
        Target::Revert(_) | Target::RevertTo(_) | Target::Redo(_) => None,
    }
}
