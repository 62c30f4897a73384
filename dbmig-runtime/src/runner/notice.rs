//! What others have done to the schema of an app that runs: a look from time to time. Reads only.

use dbmig_core::outlook::Impact;
use dbmig_core::plan::{History, Record};
use dbmig_core::{MigrationSet, Version};

use super::{Runner, within};
use crate::connect::connect_to_read;
use crate::error::Error;
use crate::look::look;
use crate::options::Options;
use crate::report::Report;
use crate::startup::News;
use crate::url::DatabaseUrl;

/// What the app has met so far of what is applied and not in its set.
#[derive(Debug)]
pub(crate) struct Known {
    /// What was there when it became ready, by name; nothing once it has been met.
    at_the_start: Vec<String>,
    /// What was there at the last look.
    foreign: Option<Vec<Foreign>>,
    /// Versions that came since the start.
    came: Vec<Version>,
    /// Names of what asks for a restart. Nothing but a restart takes them out.
    restart: Vec<String>,
}

/// An applied migration that the set does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Foreign {
    version: Version,
    name: String,
    /// The run that applied it; none where nobody knows.
    run: Option<usize>,
    impact: Impact,
}

impl Known {
    /// By an app that has become ready with `report`.
    pub(crate) fn at_the_start(report: &Report) -> Self {
        let at_the_start = report.missing.clone();
        Self { at_the_start, foreign: None, came: Vec::new(), restart: Vec::new() }
    }

    /// What is new in `history`.
    fn meet(&mut self, set: &MigrationSet, history: &History) -> News {
        let now = foreign(set, history);
        let new: Vec<_> = now.iter().filter(|one| !self.has_met(one)).collect();
        for one in new {
            if !self.came.contains(&one.version) {
                self.came.push(one.version.clone());
            }
            if one.impact == Impact::CompatibleAfterRestart {
                self.ask_for_restart(&one.name);
            }
        }
        // Taken back, its types are others once more.
        let before = self.foreign.take().unwrap_or_default();
        let is_gone = |one: &&Foreign| now.iter().all(|now| now.version != one.version);
        for one in before.iter().filter(is_gone) {
            if one.impact == Impact::CompatibleAfterRestart {
                self.ask_for_restart(&one.name);
            }
        }
        let breaking =
            now.iter().filter(|one| self.came.contains(&one.version) && one.impact.raises_floor());
        let breaking = breaking.map(|one| one.name.clone()).collect();
        self.foreign = Some(now);
        News { unknown: history.unknown_to(set), breaking, restart: self.restart.clone() }
    }

    fn has_met(&self, one: &Foreign) -> bool {
        let Some(foreign) = &self.foreign else { return self.at_the_start.contains(&one.name) };
        foreign.iter().any(|known| {
            let other_run = matches!((known.run, one.run), (Some(a), Some(b)) if a != b);
            known.version == one.version && !other_run
        })
    }

    fn ask_for_restart(&mut self, name: &str) {
        if !self.restart.iter().any(|known| known == name) {
            self.restart.push(name.to_owned());
        }
    }
}

fn foreign(set: &MigrationSet, history: &History) -> Vec<Foreign> {
    let unknown = history.applied.iter().filter(|applied| set.get(&applied.version).is_none());
    let foreign = unknown.map(|applied| {
        let (name, run) = match &applied.record {
            Record::Recorded { name, run, .. } => (name.clone(), *run),
            Record::Unverified => (applied.version.to_string(), None),
        };
        let impact = applied.outlook.forward().impact;
        Foreign { version: applied.version.clone(), name, run, impact }
    });
    foreign.collect()
}

/// Looks once, on a connection of its own. Where the database holds exactly the set, that is one
/// question.
pub(crate) fn notice_at(
    set: &MigrationSet,
    options: &Options,
    url: &DatabaseUrl,
    known: &mut Known,
) -> Result<News, Error> {
    let runner = Runner::new(set, options.clone());
    let db = &mut *connect_to_read(url, &options.control)?;
    let history = within(db, |db| match runner.is_current(db) {
        true => Ok(History::default()),
        false => Ok(look(db, &runner.seek())?.history),
    })?;
    Ok(known.meet(set, &history))
}
