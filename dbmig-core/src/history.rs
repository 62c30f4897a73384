//! The two tables as a [`History`]: what their rows mean together.

use std::collections::HashMap;

use crate::impact::{
    Compatibility, Impact, ImpactText, Losses, Reason, ReversalVerdict, Reversibility, Verdict,
};
use crate::migration::Execution;
use crate::plan::{
    Announced, Applied, Cause, Direction, FailedRun, History, Interrupted, Record,
    RunCircumstances, StoredDown,
};
use crate::{Checksum, Version};

pub mod inference;

/// The format of the rows that this dbmig writes, and the newest that it reads.
///
/// In every later format the columns `version`, `name`, `direction`, `state`, `compatible` and `app`
/// will mean what they mean now, so that an image built today can tell whether it may run with a
/// database that a later dbmig has migrated. It writes nothing there.
pub const FORMAT: usize = 1;

/// A row of `__dbmig_history`, as far as it decides something: the last one and the last completed
/// one of each version, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRow {
    /// Its number.
    pub id: usize,
    /// The version.
    pub version: String,
    /// The format that it was written in.
    pub format: usize,
    /// The name of the migration's directory.
    pub name: String,
    /// Which way it went; none where a later dbmig has another word for it.
    pub direction: Option<Direction>,
    /// How it stands; likewise.
    pub state: Option<RunState>,
    /// How it was run; likewise.
    pub execution: Option<Execution>,
    /// In hexadecimal digits.
    pub checksum: String,
    /// Statements begun.
    pub started: usize,
    /// Statements done.
    pub done: usize,
    /// Whether there is a way back.
    pub down: bool,
    /// The script of a run that is not complete.
    pub script: String,
    /// What the database said, for a failed run.
    pub error: String,
    /// Who ran it, as the database names its session.
    pub session: Option<String>,
    /// What the catalogue said of the objects of the statement in flight before it began.
    pub catalog_before: Option<String>,
    /// The word of an [`Verdict`], as it is stored there.
    pub compatible: String,
    /// The text of an [`ImpactText`].
    pub impact: String,
    /// The build that ran it, as [`crate::Build`] writes it.
    pub app: String,
    /// When it began, as `2026-11-22T16:30:00.000Z`; of what is compatible it is not read.
    pub at: String,
    /// On which machine; likewise.
    pub host: String,
    /// As which user of the database; likewise.
    pub user: String,
}

/// How a run of one migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// It has begun.
    Running,
    /// It is done.
    Done,
    /// The database refused a statement, or a person has said how far it came.
    Failed,
    /// A later run has taken it up.
    Resumed,
    /// `baseline` or `repair` took it as done.
    Baselined,
    /// `repair` has put it aside: nothing of it counts any more.
    Forgotten,
    /// It is none: an app has gone on though it does not know this breaking migration.
    WentOn,
}

impl RunState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Resumed,
        Self::Baselined,
        Self::Forgotten,
        Self::WentOn,
    ];

    /// The word in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Resumed => "resumed",
            Self::Baselined => "baselined",
            Self::Forgotten => "forgotten",
            Self::WentOn => "went_on",
        }
    }

    /// The state with this word; none for one of a later dbmig.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// What the versions of the ledger and the rows of the history say together.
pub fn read(mut versions: Vec<String>, rows: &[RunRow]) -> History {
    // Here, not in SQL: the database's collation may not be text order.
    versions.sort();
    versions.dedup();
    let completed = by_version(rows.iter().filter(|row| is_completed(row)));
    let applied = versions.into_iter().map(|version| {
        let row = completed.get(version.as_str()).copied();
        let row = row.filter(|row| row.direction == Some(Direction::Up));
        Applied {
            record: row.map_or(Record::Unverified, record),
            impact: row.map_or_else(foreign, impact),
            app: row.map(|row| row.app.clone()).unwrap_or_default(),
            occasion: row.map(occasion).unwrap_or_default(),
            version: Version::from_ledger(version),
        }
    });
    let newer = rows.iter().map(|row| row.format).max().filter(|format| *format > FORMAT);
    let mut history =
        History { applied: applied.collect(), newer_format: newer, ..History::default() };
    let last = by_version(rows.iter());
    let is_last =
        |row: &RunRow| last.get(row.version.as_str()).is_some_and(|last| std::ptr::eq(*last, row));
    let open = rows.iter().filter(|row| is_open(row) && is_last(row));
    history.interrupted = open.filter_map(|row| interrupted(row, &history)).collect();
    // What a later format calls its states, nobody knows: what is not over is under way.
    let is_running = |row: &RunRow| {
        row.state == Some(RunState::Running) || (row.format > FORMAT && !is_over(row))
    };
    let running = rows.iter().filter(|row| is_running(row) && is_last(row));
    history.announced = running.filter_map(|row| announced(row, &history)).collect();
    // Without an error of the database, it was stopped, or a person has settled how far it came.
    let is_failed = |row: &&RunRow| row.state == Some(RunState::Failed) && !row.error.is_empty();
    let failed = rows.iter().filter(|row| is_failed(row) && is_last(row));
    history.failures = failed.map(failure).collect();
    history
}

fn occasion(row: &RunRow) -> RunCircumstances {
    RunCircumstances { at: row.at.clone(), host: row.host.clone(), user: row.user.clone() }
}

/// What another tool has applied.
fn foreign() -> Impact {
    const WHY: &str = "another tool applied it, so nobody knows what it does";
    let compatibility = Compatibility { verdict: Verdict::Breaking, reason: Reason::assumed(WHY) };
    let reversal = ReversalVerdict::Lossy(Losses::Unknown);
    Impact::new(&compatibility, &Reversibility { reversal, reason: Reason::assumed(WHY) })
}

/// What the column `compatible` says counts; the text beside it says why, and what else follows.
fn impact(row: &RunRow) -> Impact {
    const COLUMN: &str = "the history says so";
    let impact = ImpactText::from_history(row.impact.clone());
    if impact.read_compatibility().is_some_and(|it| it.verdict.stored() == row.compatible) {
        return impact.read();
    }
    let mut impacts = Verdict::ALL.into_iter();
    // What a later dbmig may call it, nobody knows.
    let verdict = impacts.find(|it| it.stored() == row.compatible).unwrap_or(Verdict::Breaking);
    Impact::new(
        &Compatibility { verdict, reason: Reason::declared(COLUMN) },
        &impact.reversibility(),
    )
}

fn announced(row: &RunRow, history: &History) -> Option<Announced> {
    let version = Version::from_ledger(row.version.clone());
    let begun = row.format <= FORMAT && (row.done > 0 || row.started > 0);
    let up = row.direction != Some(Direction::Down);
    (up && !begun && history.find(&version).is_none()).then(|| Announced {
        version,
        name: row.name.clone(),
        run: row.id,
        session: row.session.clone(),
        impact: impact(row),
        app: row.app.clone(),
        occasion: occasion(row),
    })
}

fn failure(row: &RunRow) -> FailedRun {
    let up = row.direction == Some(Direction::Up);
    FailedRun {
        version: Version::from_ledger(row.version.clone()),
        run: row.id,
        checksum: up.then(|| Checksum::from_hex(&row.checksum)).flatten(),
        error: row.error.clone(),
    }
}

fn is_over(row: &RunRow) -> bool {
    match row.state {
        Some(RunState::Done | RunState::Baselined | RunState::Resumed | RunState::Forgotten) => {
            true
        }
        Some(RunState::Running | RunState::Failed | RunState::WentOn) | None => false,
    }
}

fn is_completed(row: &RunRow) -> bool {
    matches!(row.state, Some(RunState::Done | RunState::Baselined))
}

fn is_open(row: &RunRow) -> bool {
    row.format <= FORMAT
        && row.execution == Some(Execution::Statements)
        && matches!(row.state, Some(RunState::Running | RunState::Failed))
}

/// The last row of each version; `rows` are oldest first.
fn by_version<'r>(rows: impl Iterator<Item = &'r RunRow>) -> HashMap<&'r str, &'r RunRow> {
    rows.map(|row| (row.version.as_str(), row)).collect()
}

/// The ledger has the version: a record of ours belongs to it if the last thing that we completed
/// there, `row`, was going up. Else another tool has applied it since.
fn record(row: &RunRow) -> Record {
    match Checksum::from_hex(&row.checksum) {
        Some(checksum) => Record::Recorded {
            name: row.name.clone(),
            checksum,
            down: if row.down { StoredDown::Present } else { StoredDown::Absent },
            run: (row.state == Some(RunState::Done)).then_some(row.id),
        },
        None => Record::Unverified,
    }
}

/// What a row leaves to be superseded: nothing, where the ledger says that somebody has settled it,
/// or where no statement has begun.
fn interrupted(row: &RunRow, history: &History) -> Option<Interrupted> {
    let version = Version::from_ledger(row.version.clone());
    let direction = row.direction.unwrap_or(Direction::Up);
    let cause = match row.state {
        Some(RunState::Failed) => Cause::Failed(row.error.clone()),
        Some(
            RunState::Running
            | RunState::Done
            | RunState::Resumed
            | RunState::Baselined
            | RunState::Forgotten
            | RunState::WentOn,
        )
        | None => Cause::Lost,
    };
    let begun = row.done > 0 || row.started > 0;
    let unsettled = history.find(&version).is_some() == (direction == Direction::Down);
    (begun && unsettled).then(|| Interrupted {
        version,
        run: row.id,
        name: row.name.clone(),
        direction,
        started: row.started,
        done: row.done,
        cause,
        script: row.script.clone(),
        session: row.session.clone(),
        catalog_before: row.catalog_before.clone(),
        impact: impact(row),
        app: row.app.clone(),
        catalog_now: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(compatible: &str, impact: &ImpactText) -> RunRow {
        RunRow {
            id: 1,
            version: "1".to_owned(),
            format: FORMAT,
            name: "1_a".to_owned(),
            direction: Some(Direction::Up),
            state: Some(RunState::Done),
            checksum: Checksum::from_bytes([0; 32]).to_string(),
            compatible: compatible.to_owned(),
            impact: impact.as_str().to_owned(),
            ..RunRow::default()
        }
    }

    fn read_one(row: &RunRow) -> Compatibility {
        read(vec!["1".to_owned()], std::slice::from_ref(row)).applied[0]
            .impact
            .compatibility()
            .clone()
    }

    fn impact(verdict: Verdict) -> ImpactText {
        let compatibility = Compatibility { verdict, reason: Reason::inferred("because", None) };
        let reason = Reason::inferred("it drops nothing", None);
        ImpactText::new(
            &compatibility,
            &Reversibility { reversal: ReversalVerdict::Restores, reason },
        )
    }

    /// How an image reads a row that knows two answers: as dbmig did before there were three.
    fn of_two_answers(row: &RunRow) -> &'static str {
        let said = row.impact.split(' ').next().unwrap_or_default();
        let known = ["compatible", "breaking"].into_iter().find(|word| *word == said);
        match known {
            Some(known) if known == row.compatible => known,
            _ if row.compatible == "compatible" => "compatible",
            _ => "breaking",
        }
    }

    #[test]
    fn an_image_that_knows_two_answers_takes_the_third_for_breaking() {
        for (verdict, before) in [
            (Verdict::Compatible, "compatible"),
            (Verdict::CompatibleAfterRestart, "breaking"),
            (Verdict::Breaking, "breaking"),
        ] {
            let row = row(verdict.stored(), &impact(verdict));
            assert_eq!(of_two_answers(&row), before);
            assert_eq!(read_one(&row), impact(verdict).compatibility());
        }
        // Likewise here, if there should ever be a fourth.
        let fourth =
            ImpactText::from_static("compatible_by_night inferred - x\nyes inferred - y\n");
        assert_eq!(read_one(&row("by_night", &fourth)).verdict, Verdict::Breaking);
    }

    /// The column decides, whatever else is said.
    #[test]
    fn the_column_goes_before_the_text() {
        for said in Verdict::ALL {
            for column in Verdict::ALL {
                let found = read_one(&row(column.stored(), &impact(said)));
                assert_eq!(found.verdict, column);
            }
        }
    }

    /// As images read it that do not know what a note is.
    #[test]
    fn a_row_with_a_state_that_nobody_knows_changes_nothing() {
        let applied = row("breaking", &impact(Verdict::Breaking));
        let before = read(vec!["1".to_owned()], std::slice::from_ref(&applied));
        for state in [Some(RunState::WentOn), RunState::of("whatever")] {
            let note = RunRow { id: 2, state, ..applied.clone() };
            assert_eq!(read(vec!["1".to_owned()], &[applied.clone(), note]), before);
        }
    }
}
