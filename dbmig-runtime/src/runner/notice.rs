//! What others have done to the schema of an app that runs: a look from time to time. Reads only.

use dbmig_core::impact::Verdict;
use dbmig_core::plan::{History, Record};
use dbmig_core::{MigrationSet, Version};

use super::{Runner, within};
use crate::connect::connect_to_read;
use crate::error::Error;
use crate::options::Options;
use crate::report::Report;
use crate::snapshot::read;
use crate::url::DatabaseUrl;

/// What was noticed of the schema since the app became ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct News {
    /// What is applied that the app does not know.
    pub(crate) unknown: Vec<String>,
    /// Those of it that the app cannot live with.
    pub(crate) breaking: Vec<String>,
    /// What asks for a restart.
    pub(crate) restart: Vec<String>,
}

/// What the app has met so far of what is applied and not in its set.
#[derive(Debug)]
pub(crate) struct Noticed {
    /// What was there when it became ready, by name.
    at_the_start: Vec<String>,
    /// Those of it that ask for a restart when they go.
    after_restart: Vec<String>,
    /// What was there at the last look; none before the first one.
    foreign: Option<Vec<UnknownMigration>>,
    /// Versions that came since the start.
    came: Vec<Version>,
    /// Names of what asks for a restart. Nothing but a restart takes them out.
    restart: Vec<String>,
}

/// An applied migration that the set does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
struct UnknownMigration {
    version: Version,
    name: String,
    /// The run that applied it; none where nobody knows.
    run: Option<usize>,
    verdict: Verdict,
}

impl Noticed {
    /// By an app that has become ready with `report`.
    pub(crate) fn at_the_start(report: &Report) -> Self {
        let (at_the_start, after_restart) = (report.missing.clone(), report.after_restart.clone());
        let (came, restart) = (Vec::new(), Vec::new());
        Self { at_the_start, after_restart, foreign: None, came, restart }
    }

    /// What is new in `history`.
    fn meet(&mut self, set: &MigrationSet, history: &History) -> News {
        let now = foreign(set, history);
        let new: Vec<_> = now.iter().filter(|one| !self.has_met(one)).collect();
        for one in new {
            if !self.came.contains(&one.version) {
                self.came.push(one.version.clone());
            }
            if one.verdict == Verdict::CompatibleAfterRestart {
                self.ask_for_restart(&one.name);
            }
        }
        // Taken back, its types are others once more.
        let before = std::mem::take(&mut self.after_restart);
        for name in before.iter().filter(|name| now.iter().all(|one| one.name != **name)) {
            self.ask_for_restart(name);
        }
        self.after_restart = after_restart(set, history);
        let breaking =
            now.iter().filter(|one| self.came.contains(&one.version) && one.verdict.raises_floor());
        let breaking = breaking.map(|one| one.name.clone()).collect();
        self.foreign = Some(now);
        News { unknown: history.unknown_to(set), breaking, restart: self.restart.clone() }
    }

    fn has_met(&self, one: &UnknownMigration) -> bool {
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

/// Names of what is applied and not in the set, and asks processes from before for a restart.
pub(super) fn after_restart(set: &MigrationSet, history: &History) -> Vec<String> {
    let asks = |one: &UnknownMigration| one.verdict == Verdict::CompatibleAfterRestart;
    foreign(set, history).into_iter().filter(asks).map(|one| one.name).collect()
}

fn foreign(set: &MigrationSet, history: &History) -> Vec<UnknownMigration> {
    let unknown = history.applied.iter().filter(|applied| set.get(&applied.version).is_none());
    let foreign = unknown.map(|applied| {
        let (name, run) = match &applied.record {
            Record::Recorded { name, run, .. } => (name.clone(), *run),
            Record::Unverified => (applied.version.to_string(), None),
        };
        let verdict = applied.impact.compatibility().verdict;
        UnknownMigration { version: applied.version.clone(), name, run, verdict }
    });
    foreign.collect()
}

/// Looks once, on a connection of its own. Where the database holds exactly the set, that is one
/// question.
pub(crate) fn notice_at(
    set: &MigrationSet,
    options: &Options,
    url: &DatabaseUrl,
    known: &mut Noticed,
) -> Result<News, Error> {
    let runner = Runner::new(set, options.clone());
    let db = &mut *connect_to_read(url, &options.control)?;
    let history = within(db, |db| match runner.is_current(db) {
        true => Ok(History::default()),
        false => Ok(read(db, &runner.seek())?.history),
    })?;
    Ok(known.meet(set, &history))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dbmig_core::history::{RunRow, RunState, read};
    use dbmig_core::plan::Direction;
    use dbmig_core::{Checksum, Dialect};

    fn set() -> MigrationSet {
        MigrationSet::new(Dialect::Postgres, Vec::new()).unwrap()
    }

    /// Versions, the runs that applied them, and the column `compatible`.
    fn history(applied: &[(&str, usize, &str)]) -> History {
        let row = |(version, id, compatible): &(&str, usize, &str)| RunRow {
            id: *id,
            version: (*version).to_owned(),
            format: 1,
            name: format!("{version}_m"),
            direction: Some(Direction::Up),
            state: Some(RunState::Done),
            checksum: Checksum::from_bytes([0; 32]).to_string(),
            compatible: (*compatible).to_owned(),
            ..RunRow::default()
        };
        let rows: Vec<_> = applied.iter().map(row).collect();
        read(applied.iter().map(|(version, ..)| (*version).to_owned()).collect(), &rows)
    }

    fn known(at_the_start: &[(&str, usize, &str)]) -> Noticed {
        let (set, history) = (set(), history(at_the_start));
        let after_restart = after_restart(&set, &history);
        let missing = history.missing_from(&set);
        Noticed::at_the_start(&Report { missing, after_restart, ..Report::default() })
    }

    const A: (&str, usize, &str) = ("1", 1, "after_restart");
    const B: (&str, usize, &str) = ("2", 2, "after_restart");

    #[test]
    fn what_was_there_at_the_start_is_no_news() {
        let mut known = known(&[A]);
        for _ in 0..2 {
            assert_eq!(known.meet(&set(), &history(&[A])).restart, [""; 0]);
        }
        // Nothing but a restart makes it good.
        for now in [&[A, B][..], &[A, B], &[A]] {
            assert_eq!(known.meet(&set(), &history(now)).restart, ["2_m"]);
        }
    }

    #[test]
    fn what_goes_or_comes_again_is_news() {
        assert_eq!(known(&[A]).meet(&set(), &history(&[])).restart, ["1_m"]);
        let mut known = known(&[]);
        assert_eq!(known.meet(&set(), &history(&[("1", 1, "compatible")])).restart, [""; 0]);
        assert_eq!(known.meet(&set(), &history(&[("1", 5, "after_restart")])).restart, ["1_m"]);
    }

    #[test]
    fn what_breaks_is_told_while_it_is_there() {
        let mut known = known(&[("1", 1, "breaking")]);
        assert_eq!(known.meet(&set(), &history(&[("1", 1, "breaking")])).breaking, [""; 0]);
        let both = history(&[("1", 1, "breaking"), ("2", 2, "breaking")]);
        assert_eq!(known.meet(&set(), &both).breaking, ["2_m"]);
        // A person knows better.
        let both = history(&[("1", 1, "breaking"), ("2", 2, "compatible")]);
        assert_eq!(known.meet(&set(), &both).breaking, [""; 0]);
    }
}
