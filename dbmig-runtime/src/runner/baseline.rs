//! Adopting a database whose schema came another way.

use dbmig_core::migration::Execution;
use dbmig_core::plan::{Direction, History, Record, Target, plan};
use dbmig_core::{Migration, Version};

use super::{Runner, ensure_tables, host, introduce, located, look, within};
use crate::backend::Database;
use crate::backend::engine::Tables;
use crate::error::Error;
use crate::execute;
use crate::history::{self, Progress, Run, RunState};
use crate::lock::{self, Need};
use crate::options::Options;
use crate::report::{Done, Report};

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
        within(db, |db| self.baseline_within(db, through))
    }

    fn baseline_within(
        &mut self,
        db: &mut dyn Database,
        through: Option<&Version>,
    ) -> Result<Report, Error> {
        let wanted = self.baseline_plan(db, through)?;
        if wanted.is_empty() {
            return Ok(Report::default());
        }
        let tables = db.engine().locate(db).map_err(located())?;
        let Self { options, observe, .. } = self;
        introduce(db, options)?;
        let work = |_: &mut dyn Database| Ok(Need::Work);
        let done = lock::with_lock(db, &tables, options.lock_wait, observe, work, |db, _| {
            let tables = ensure_tables(db)?;
            let history = history::read(db, &tables)?;
            let mut report = Report::default();
            for migration in wanted {
                if let Some(done) = adopt(db, &tables, options, &history, migration)? {
                    report.done.push(done);
                }
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
        let (_, history) = within(db, look)?;
        // An unknown version is refused by the same planner as everywhere.
        let target = through.cloned().map_or(Target::Latest, Target::Through);
        if through.is_some() {
            plan(self.set, &History::default(), &target, &self.options.policy)?;
        }
        let wanted = self.set.iter().filter(|m| through.is_none_or(|last| m.version <= *last));
        Ok(wanted.filter(|m| is_unrecorded(&history, m)).collect())
    }
}

fn is_unrecorded(history: &History, migration: &Migration) -> bool {
    history.find(&migration.version).is_none_or(|applied| applied.record == Record::Unverified)
}

/// Writes the rows of one migration that is taken as applied, in one transaction.
fn adopt(
    db: &mut dyn Database,
    tables: &Tables,
    options: &Options,
    history: &History,
    migration: &Migration,
) -> Result<Option<Done>, Error> {
    if !is_unrecorded(history, migration) {
        return Ok(None);
    }
    let engine = db.engine();
    let runner = history::Runner { app: options.app.clone(), host: host() };
    let down = execute::storable_down(migration.down(), tables.dialect);
    let total = migration.up().statements(tables.dialect).map_or(0, |s| s.len());
    let run = Run {
        version: &migration.version,
        name: &migration.name,
        direction: Direction::Up,
        execution: Execution::Transaction,
        checksum: migration.checksum,
        settings: &migration.settings,
        total,
        script: &migration.up().text,
        down: down.as_deref(),
        runner: &runner,
    };
    let progress = Progress {
        state: RunState::Baselined,
        started: 0,
        done: 0,
        error: None,
        span: history::moment(engine),
    };
    let brackets = engine.transaction(db.nesting());
    let ledger = match history.find(&migration.version) {
        Some(_) => String::new(),
        None => history::ledger(engine, tables, &migration.version, Direction::Up),
    };
    let sql = format!(
        "{};\n{ledger}{}{};\n",
        brackets.open,
        history::insert(engine, tables, &run, &progress),
        brackets.close,
    );
    if let Err(source) = db.execute(&sql) {
        let _ = db.execute(brackets.abort);
        return Err(Error::Database { doing: "write the baseline", source });
    }
    Ok(Some(Done::planned(migration)))
}
