//! One order for everything that writes: lock, read the history, plan, execute, unlock.
//!
//! [`Runner`] works on any set and any connection; [`crate::Migrator`] is the same with types.

use dbmig_core::Version;
use dbmig_core::migration::MigrationSet;
use dbmig_core::plan::{Blocked, History, Plan, Target, plan};
use dbmig_core::status::{self, Entry};

use crate::backend::engine::{Presence, Tables};
use crate::backend::{Database, Nesting, Ownership};
use crate::error::Error;
use crate::event::{self, Event, Observe};
use crate::execute::{self, Place};
use crate::history::{self, HistoryRow};
use crate::lock::{self, Need};
use crate::options::Options;
use crate::report::Report;

mod baseline;

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
        Self { set, options, observe: Box::new(event::trace) }
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

    /// The set.
    pub fn set(&self) -> &'a MigrationSet {
        self.set
    }

    /// Brings the database to `target`.
    ///
    /// Where there is nothing to do, nothing is written and no lock is taken.
    ///
    /// # Errors
    /// [`Error`]; see there what had happened before.
    pub fn run(&mut self, db: &mut dyn Database, target: &Target) -> Result<Report, Error> {
        within(db, |db| self.run_within(db, target))
    }

    fn run_within(&mut self, db: &mut dyn Database, target: &Target) -> Result<Report, Error> {
        if *target == Target::Latest && self.is_current(db) {
            return Ok(Report::default());
        }
        let (tables, history) = look(db)?;
        if is_settled(plan(self.set, &history, target, &self.options.policy))? {
            return Ok(Report::default());
        }
        let Self { set, options, observe } = self;
        let need = |db: &mut dyn Database| {
            let (_, history) = look(db)?;
            let settled = is_settled(plan(set, &history, target, &options.policy))?;
            Ok(if settled && *target == Target::Latest { Need::Nothing } else { Need::Work })
        };
        introduce(db, options)?;
        let done =
            lock::with_lock(db, &tables, options.lock_wait, observe, need, |db, observe| {
                let tables = ensure_tables(db)?;
                let history = history::read(db, &tables)?;
                let plan = plan(set, &history, target, &options.policy)?;
                execute_plan(db, &tables, options, &plan, observe)
            })?;
        Ok(done.unwrap_or_default())
    }

    /// What [`Runner::run`] would do, without doing it. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn plan(&self, db: &mut dyn Database, target: &Target) -> Result<Plan<'a>, Error> {
        within(db, |db| {
            let (_, history) = look(db)?;
            self.decide(&history, target)
        })
    }

    /// Where each migration stands. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn status(&self, db: &mut dyn Database) -> Result<Vec<Entry>, Error> {
        within(db, |db| {
            let (_, history) = look(db)?;
            Ok(status::status(self.set, &history))
        })
    }

    /// The newest `limit` runs, newest first. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn history(&self, db: &mut dyn Database, limit: usize) -> Result<Vec<HistoryRow>, Error> {
        within(db, |db| {
            let (tables, _) = look(db)?;
            history::list(db, &tables, limit)
        })
    }

    /// The text that was applied under `version`, where the history has it. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn applied_text(
        &self,
        db: &mut dyn Database,
        version: &Version,
    ) -> Result<Option<String>, Error> {
        within(db, |db| {
            let tables = db.engine().locate(db).map_err(located())?;
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
            let tables = db.engine().locate(db).map_err(located())?;
            Ok(history::stored_down(db, &tables, version)?.map(|stored| stored.text))
        })
    }

    fn decide(&self, history: &History, target: &Target) -> Result<Plan<'a>, Error> {
        Ok(plan(self.set, history, target, &self.options.policy)?)
    }

    /// One round trip for the commonest case; a savepoint would cost more than it saves.
    fn is_current(&self, db: &mut dyn Database) -> bool {
        db.nesting() == Nesting::TopLevel && db.engine().is_current(db, self.set)
    }
}

/// Whether nothing is left to do, as far as that can be told without the lock: a run that looks
/// interrupted may be going on at this moment.
fn is_settled(plan: Result<Plan<'_>, Blocked>) -> Result<bool, Error> {
    match plan {
        Ok(plan) => Ok(plan.is_empty()),
        Err(Blocked::Interrupted(_)) => Ok(false),
        Err(blocked) => Err(blocked.into()),
    }
}

fn look(db: &mut dyn Database) -> Result<(Tables, History), Error> {
    let tables = db.engine().locate(db).map_err(located())?;
    let history = history::read(db, &tables)?;
    Ok((tables, history))
}

/// A scope in which the session is as dbmig needs it.
fn within<T>(
    db: &mut dyn Database,
    body: impl FnOnce(&mut dyn Database) -> Result<T, Error>,
) -> Result<T, Error> {
    let leave = db.engine().enter(db).map_err(Error::database("prepare the session"))?;
    let result = body(db);
    if !leave.is_empty() {
        let left = db.execute(&leave);
        let value = result?;
        left.map_err(Error::database("restore the session"))?;
        return Ok(value);
    }
    result
}

fn located() -> impl FnOnce(diesel::result::Error) -> Error {
    Error::database("find the migrations' tables")
}

fn introduce(db: &mut dyn Database, options: &Options) -> Result<(), Error> {
    if db.ownership() == Ownership::Lent {
        return Ok(());
    }
    let host = host();
    let name = match options.app.as_str() {
        "" => format!("dbmig on {host}"),
        app => format!("dbmig: {app} on {host}"),
    };
    db.engine().introduce(db, &name).map_err(Error::database("name the session"))
}

fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

fn ensure_tables(db: &mut dyn Database) -> Result<Tables, Error> {
    let engine = db.engine();
    let tables = engine.locate(db).map_err(located())?;
    if tables.ledger == Presence::Present && tables.history == Presence::Present {
        return Ok(tables);
    }
    let create = format!("{};\n{}", tables.create_ledger(), engine.create_history(&tables));
    let created = db.execute(&create);
    created.map_err(Error::database("create the migrations' tables"))?;
    Ok(Tables { ledger: Presence::Present, history: Presence::Present, ..tables })
}

fn execute_plan(
    db: &mut dyn Database,
    tables: &Tables,
    options: &Options,
    plan: &Plan<'_>,
    observe: &mut Observe<'_>,
) -> Result<Report, Error> {
    observe(&Event::Planned { plan });
    let runner = history::Runner { app: options.app.clone(), host: host() };
    let place = Place { tables, options, runner: &runner };
    let mut report = Report::default();
    for (index, step) in plan.steps.iter().enumerate() {
        let (number, of) = (index + 1, plan.steps.len());
        observe(&Event::StepStarted { step, number, of });
        if let Some(done) = execute::step(db, &place, step, &report, observe)? {
            observe(&Event::StepDone { done: &done, number, of });
            report.done.push(done);
        }
    }
    Ok(report)
}
