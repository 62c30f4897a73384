//! Adopting a database whose schema came another way.

use dbmig_core::history::RunState;
use dbmig_core::plan::{Direction, History, Record, Target, plan};
use dbmig_core::{Migration, Version, sql};

use super::{Runner, ensure_tables, runner, within};
use crate::database::Database;
use crate::database::envelope::Part;
use crate::error::Error;
use crate::execute::{self, StepContext};
use crate::history::{self, Cursor, RunProgress, RunRecord};
use crate::lock::{Held, with_lock};
use crate::options::Options;
use crate::report::{Done, Report};
use crate::snapshot::{Seek, read, read_confirmed};

impl<'a> Runner<'a> {
    /// Takes every migration up to and with `through` (all, where there is none) as applied,
    /// without running it: for a database whose schema came another way. Versions that another
    /// tool applied get their record, too.
    ///
    /// # Errors
    /// [`Error`]
    pub fn baseline(
        &mut self,
        db: &mut dyn Database,
        through: Option<&Version>,
    ) -> Result<Report, Error> {
        db.report_to(&self.options.control);
        within(db, |db| self.baseline_within(db, through))
    }

    fn baseline_within(
        &mut self,
        db: &mut dyn Database,
        through: Option<&Version>,
    ) -> Result<Report, Error> {
        self.check(through)?;
        let Self { set, options, observe } = self;
        let wanted = |history: &History| {
            set.iter()
                .filter(|m| through.is_none_or(|last| m.version <= *last))
                .filter(|m| is_unrecorded(history, m))
                .collect::<Vec<_>>()
        };
        let decide = |db: &mut dyn Database| {
            let snapshot = read_confirmed(db, &Seek::of(set, options))?;
            Ok((!wanted(&snapshot.history).is_empty()).then_some(snapshot))
        };
        let done = with_lock(db, options, observe, None, decide, |held, _| {
            let mut report = Report::default();
            for migration in wanted(&held.snapshot.history) {
                adopt(held, options, migration, None)?;
                report.done.push(Done::planned(migration));
            }
            Ok(report)
        })?;
        Ok(done.unwrap_or_default())
    }

    /// What [`Runner::baseline`] would take as applied. Reads only.
    ///
    /// # Errors
    /// [`Error`]
    pub fn baseline_plan(
        &self,
        db: &mut dyn Database,
        through: Option<&Version>,
    ) -> Result<Vec<&'a Migration>, Error> {
        let history = within(db, |db| read(db, &self.seek()))?.history;
        self.check(through)?;
        let wanted = self.set.iter().filter(|m| through.is_none_or(|last| m.version <= *last));
        Ok(wanted.filter(|m| is_unrecorded(&history, m)).collect())
    }

    /// An unknown version is refused by the same planner as everywhere.
    fn check(&self, through: Option<&Version>) -> Result<(), Error> {
        if let Some(version) = through {
            let target = Target::Through(version.clone());
            plan(self.set, &History::default(), &target, &self.options.policy)?;
        }
        Ok(())
    }
}

fn is_unrecorded(history: &History, migration: &Migration) -> bool {
    history.find(&migration.version).is_none_or(|applied| applied.record == Record::Unverified)
}

/// Writes the rows of one migration that is taken as applied, in one transaction.
pub(super) fn adopt(
    held: &mut Held<'_>,
    options: &Options,
    migration: &Migration,
    note: Option<&str>,
) -> Result<(), Error> {
    let tables = ensure_tables(held)?;
    let runner = runner(held, options);
    let down = execute::storable_down(migration, tables.dialect);
    let up = migration.up();
    let statements = up.statements(tables.dialect);
    let script = match &statements {
        Ok(statements) => statements.without_secrets(),
        Err(_) => sql::hide_secrets(tables.dialect, &up.text),
    };
    let run = RunRecord {
        version: &migration.version,
        name: &migration.name,
        direction: Direction::Up,
        // Its way back is stored with it, and runs as its author meant.
        execution: migration.settings.execution,
        checksum: migration.checksum,
        settings: &migration.settings,
        impact: &migration.consequences(),
        total: statements.map_or(0, |all| all.len()),
        script: &script,
        down: down.as_deref(),
        runner: &runner,
    };
    let engine = held.db().engine();
    let progress = RunProgress {
        state: RunState::Baselined,
        cursor: Cursor::default(),
        error: None,
        note,
        span: history::moment(engine),
    };
    let ledger = match held.snapshot.history.find(&migration.version) {
        Some(_) => String::new(),
        None => history::ledger(engine, &tables, &migration.version, Direction::Up),
    };
    let rows = ledger + &history::insert(engine, &tables, &run, &progress);
    let fence = held.fence.clone();
    let place = StepContext { tables: &tables, options, runner: &runner, fence: &fence };
    write(held.db(), &place, &rows, "write the baseline")
}

/// Writes `rows` in one transaction under the lock.
pub(super) fn write(
    db: &mut dyn Database,
    place: &StepContext<'_>,
    rows: &str,
    doing: &'static str,
) -> Result<(), Error> {
    let engine = db.engine();
    let envelope = engine.envelope(&place.setting(db, &place.runner.session, Part::Whole));
    db.execute(&envelope.around(rows)).map_err(|source| {
        let _ = db.execute(&envelope.abort);
        match engine.is_fence(&source) {
            true => Error::LockLost(Box::default()),
            false => Error::Database { doing, source },
        }
    })
}
