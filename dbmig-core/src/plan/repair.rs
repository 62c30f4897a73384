//! What a person may settle, and what is to be written then.

use std::fmt;

use super::drift::Drifted;
use super::resume::{self, Resumption};
use super::unresumable::UnresumableReason;
use super::{History, Interrupted};
use crate::Version;
use crate::migration::{Down, Migration, MigrationSet, Script};
use crate::plan::Direction;

/// What a person says of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// The statement during which its runner vanished took effect.
    Done(Version),
    /// It did not.
    NotDone(Version),
    /// Nothing of the interrupted run is in the database any more.
    Forget(Version),
    /// All of it is.
    Finish(Version),
    /// The text that is here now is the one that counts as applied.
    Accept(Version),
    /// Versions of the app that do not know it can live with it.
    Compatible(Version),
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairAction<'s> {
    /// The run stands at this statement, and the next one goes on behind it.
    Cursor {
        /// The run.
        run: Interrupted,
        /// How many statements are done.
        done: usize,
    },
    /// The run counts no more.
    Forget {
        /// The run.
        run: Interrupted,
    },
    /// The run is complete.
    Finish {
        /// The run.
        run: Interrupted,
    },
    /// The migration is recorded as it is here.
    Accept {
        /// The migration.
        migration: &'s Migration,
    },
    /// The applied migration counts as compatible.
    Compatible {
        /// Its version.
        version: Version,
        /// The name of its directory; the version where nobody knows it.
        name: String,
    },
}

/// Why there is nothing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrepairable {
    /// No run of that version was interrupted.
    NotInterrupted(Version),
    /// The run was interrupted, but not during a statement.
    NotInFlight(Version),
    /// The migration is not applied, not here, or not changed.
    NotDrifted(Version),
    /// The migration is not applied, or counts as compatible already.
    NotBreaking(Version),
}

/// Something that asks for a decision, or for a run that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// What is wrong.
    pub issue: Issue,
}

/// What is wrong with a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issue {
    /// A run did not end; the next one goes on by itself, or why it cannot.
    Interrupted {
        /// The run.
        run: Box<Interrupted>,
        /// Where it goes on.
        resumption: Result<Resumption, UnresumableReason>,
    },
    /// Its text has changed since it was applied.
    Drifted(Drifted),
}

/// All that is wrong, in the order of the versions.
pub fn diagnose(set: &MigrationSet, history: &History) -> Vec<Diagnosis> {
    let interrupted = history.interrupted.iter().map(|run| Diagnosis {
        version: run.version.clone(),
        name: run.name.clone(),
        issue: Issue::Interrupted { run: Box::new(run.clone()), resumption: resumption(set, run) },
    });
    let drifted = Drifted::all(set, history).into_iter().map(|drifted| Diagnosis {
        version: drifted.version.clone(),
        name: drifted.name.clone(),
        issue: Issue::Drifted(drifted),
    });
    let mut found: Vec<_> = interrupted.chain(drifted).collect();
    found.sort_by(|a, b| a.version.cmp(&b.version));
    found
}

fn resumption(set: &MigrationSet, run: &Interrupted) -> Result<Resumption, UnresumableReason> {
    let migration = set.get(&run.version);
    match (run.direction, migration) {
        (Direction::Up, None) => Err(UnresumableReason::Gone),
        (Direction::Up, Some(m)) => resume::check(set.dialect(), run, Some(m.up())),
        (Direction::Down, m) => resume::check(set.dialect(), run, m.and_then(down)),
    }
}

fn down(migration: &Migration) -> Option<&Script> {
    match migration.down() {
        Down::Script(script) => Some(script),
        Down::Missing => None,
    }
}

/// Decides what `wanted` comes to.
///
/// # Errors
/// [`Unrepairable`], where there is nothing of the kind to settle.
pub fn repair<'s>(
    set: &'s MigrationSet,
    history: &History,
    wanted: &Repair,
) -> Result<RepairAction<'s>, Unrepairable> {
    let interrupted = |version: &Version| {
        let run = history.interrupted.iter().find(|run| run.version == *version);
        run.cloned().ok_or_else(|| Unrepairable::NotInterrupted(version.clone()))
    };
    let in_flight = |version: &Version| {
        let run = interrupted(version)?;
        match run.in_doubt() {
            true => Ok(run),
            false => Err(Unrepairable::NotInFlight(version.clone())),
        }
    };
    Ok(match wanted {
        Repair::Done(version) => {
            let run = in_flight(version)?;
            RepairAction::Cursor { done: run.done + 1, run }
        }
        Repair::NotDone(version) => {
            let run = in_flight(version)?;
            RepairAction::Cursor { done: run.done, run }
        }
        Repair::Forget(version) => RepairAction::Forget { run: interrupted(version)? },
        Repair::Finish(version) => RepairAction::Finish { run: interrupted(version)? },
        Repair::Accept(version) => {
            let drifted = set.get(version).filter(|m| Drifted::find(set, m, history).is_some());
            let migration = drifted.ok_or_else(|| Unrepairable::NotDrifted(version.clone()))?;
            RepairAction::Accept { migration }
        }
        Repair::Compatible(version) => {
            let breaking = history.find(version).filter(|applied| applied.is_breaking());
            let applied = breaking.ok_or_else(|| Unrepairable::NotBreaking(version.clone()))?;
            let name = applied.name(set).to_owned();
            RepairAction::Compatible { version: version.clone(), name }
        }
    })
}

impl RepairAction<'_> {
    /// The version it is about.
    pub fn version(&self) -> &Version {
        match self {
            Self::Cursor { run, .. } | Self::Forget { run } | Self::Finish { run } => &run.version,
            Self::Accept { migration } => &migration.version,
            Self::Compatible { version, .. } => version,
        }
    }

    /// The name of the migration's directory.
    pub fn name(&self) -> &str {
        match self {
            Self::Cursor { run, .. } | Self::Forget { run } | Self::Finish { run } => &run.name,
            Self::Accept { migration } => &migration.name,
            Self::Compatible { name, .. } => name,
        }
    }
}

/// What is written, and what follows from it.
impl fmt::Display for RepairAction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        let after = |direction: &Direction, up, down| match direction {
            Direction::Up => up,
            Direction::Down => down,
        };
        match self {
            Self::Cursor { run, done } => {
                let (number, verb) = (run.done + 1, after(&run.direction, "run", "revert"));
                let what = if *done > run.done { "took effect" } else { "did not take effect" };
                write!(
                    f,
                    "{name}: statement {number} {what}; the next {verb} goes on with statement {}",
                    done + 1
                )
            }
            Self::Forget { run } => write!(
                f,
                "{name}: nothing of the interrupted run is in the database; it counts as {}",
                after(&run.direction, "pending", "applied"),
            ),
            Self::Finish { run } => write!(
                f,
                "{name}: all of the interrupted run is in the database; it counts as {}",
                after(&run.direction, "applied", "reverted"),
            ),
            Self::Accept { migration } => write!(
                f,
                "{name}: {} as it is here counts as what was applied",
                migration.up().path
            ),
            Self::Compatible { .. } => write!(
                f,
                "{name}: it counts as compatible; versions of the app that do not know it may run"
            ),
        }
    }
}

impl fmt::Display for Unrepairable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInterrupted(version) => {
                write!(f, "no run of {version} was interrupted, so there is nothing to settle")
            }
            Self::NotInFlight(version) => write!(
                f,
                "the run of {version} was not interrupted during a statement: it is known how far it came"
            ),
            Self::NotDrifted(version) => write!(
                f,
                "{version} is not an applied migration whose text has changed, so there is nothing to accept"
            ),
            Self::NotBreaking(version) => write!(
                f,
                "{version} is not an applied migration that counts as breaking, so there is nothing to settle"
            ),
        }
    }
}

impl std::error::Error for Unrepairable {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::impact::Impact;
    use crate::plan::{Applied, Cause, Record, RunCircumstances, StoredDown};
    use crate::{Checksum, migration::tests::migration};

    fn set() -> MigrationSet {
        MigrationSet::new(Dialect::Mysql, vec![migration("1_a"), migration("2_b")]).unwrap()
    }

    fn lost(started: usize) -> History {
        let run = Interrupted {
            run: 1,
            version: Version::from_ledger("2"),
            name: "2_b".to_owned(),
            direction: Direction::Up,
            started,
            done: 0,
            cause: Cause::Lost,
            script: "CALL p()".to_owned(),
            session: None,
            catalog_before: None,
            impact: Impact::unread(),
            app: String::new(),
            catalog_now: None,
        };
        History { interrupted: vec![run], ..History::default() }
    }

    #[test]
    fn what_a_person_says_of_a_statement_moves_the_cursor() {
        let (set, version) = (set(), || Version::from_ledger("2"));
        let said = |history: &History, wanted| repair(&set, history, &wanted).unwrap().to_string();
        let history = lost(1);
        assert_eq!(
            said(&history, Repair::Done(version())),
            "2_b: statement 1 took effect; the next run goes on with statement 2"
        );
        assert_eq!(
            said(&history, Repair::NotDone(version())),
            "2_b: statement 1 did not take effect; the next run goes on with statement 1"
        );
        assert!(said(&history, Repair::Forget(version())).ends_with("it counts as pending"));
        assert!(said(&history, Repair::Finish(version())).ends_with("it counts as applied"));
    }

    #[test]
    fn nothing_is_settled_that_is_not_open() {
        let (set, history) = (set(), lost(0));
        let refused = |wanted| repair(&set, &history, &wanted).unwrap_err();
        let one = || Version::from_ledger("1");
        assert_eq!(refused(Repair::Done(one())), Unrepairable::NotInterrupted(one()));
        let two = Version::from_ledger("2");
        assert_eq!(refused(Repair::NotDone(two.clone())), Unrepairable::NotInFlight(two));
        assert_eq!(refused(Repair::Accept(one())), Unrepairable::NotDrifted(one()));
    }

    #[test]
    fn a_diagnosis_names_each_thing_once() {
        let set = set();
        let mut history = lost(1);
        history.applied.push(Applied {
            version: Version::from_ledger("1"),
            record: Record::Recorded {
                name: "1_a".to_owned(),
                checksum: Checksum::from_bytes([7; 32]),
                down: StoredDown::Absent,
                run: Some(1),
            },
            impact: Impact::unread(),
            app: String::new(),
            occasion: RunCircumstances::default(),
        });
        let found = diagnose(&set, &history);
        let [drifted, interrupted] = found.as_slice() else { panic!("{found:?}") };
        assert!(matches!(&drifted.issue, Issue::Drifted(d) if d.name == "1_a"));
        let Issue::Interrupted { resumption, .. } = &interrupted.issue else { panic!() };
        assert!(matches!(resumption, Err(UnresumableReason::InFlight(_))), "{resumption:?}");
        assert!(repair(&set, &history, &Repair::Accept(Version::from_ledger("1"))).is_ok());
    }
}
