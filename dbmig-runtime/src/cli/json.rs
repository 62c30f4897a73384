//! The shapes that `--json` prints. They are documented in docs/json.md and only ever grow.

mod ledger;
mod plan;
mod sync;

use dbmig_core::impact::{Compatibility, Reason, Reversibility};
use dbmig_core::plan::{Diagnosis, RepairAction};
use dbmig_core::status::{MigrationState, StatusEntry};
use serde::Serialize;

use super::exit::Exit;
use super::explanation::Explained;
use crate::report::{Done, HistoryRow, Report};
use crate::runner::LedgerPlace;

use ledger::LedgerRow;
pub(super) use plan::Planned;
pub(super) use sync::{StartupOutcome, Synced};

#[derive(Serialize)]
pub(super) struct FailureRow<'a> {
    error: FailureBody<'a>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    message: &'a str,
    next: Option<&'a str>,
    exit_code: u8,
}

impl<'a> FailureRow<'a> {
    pub(super) const fn new(message: &'a str, next: Option<&'a str>, exit: Exit) -> Self {
        Self { error: FailureBody { message, next, exit_code: exit.code() } }
    }
}

/// `run`, `revert`, `redo`, `baseline`
#[derive(Serialize)]
pub(super) struct Finished<'a> {
    done: Vec<DoneRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a [String]>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    breaking_ahead: &'a [String],
}

#[derive(Serialize)]
struct DoneRow<'a> {
    version: &'a str,
    name: &'a str,
    direction: &'a str,
    elapsed_ms: u128,
}

impl<'a> Finished<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let row = |done: &'a Done| DoneRow {
            version: done.version.as_str(),
            name: &done.name,
            direction: done.direction.name(),
            elapsed_ms: done.elapsed.as_millis(),
        };
        let done = report.done.iter().map(row).collect();
        Self { done, missing: None, breaking_ahead: &report.breaking }
    }

    /// Also what is applied and not here.
    pub(super) fn with_missing(self, report: &'a Report) -> Self {
        Self { missing: Some(&report.missing), ..self }
    }
}

/// `status`, `pending`
#[derive(Serialize)]
pub(super) struct StatusList<'a> {
    migrations: Vec<EntryRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<LedgerRow<'a>>,
    counts: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct EntryRow<'a> {
    version: &'a str,
    name: &'a str,
    state: &'a str,
    compatible: VerdictRow<'a>,
    reversible: VerdictRow<'a>,
}

/// A judgement, and what it rests on.
#[derive(Serialize)]
struct VerdictRow<'a> {
    verdict: &'static str,
    basis: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

impl<'a> VerdictRow<'a> {
    fn new(verdict: &'static str, reason: &'a Reason) -> Self {
        let Reason { basis, text: reason, position } = reason;
        let (line, column) = (position.map(|at| at.line), position.map(|at| at.column));
        Self { verdict, basis: basis.name(), reason, line, column }
    }

    fn compatibility(compatibility: &'a Compatibility) -> Self {
        Self::new(compatibility.verdict.name(), &compatibility.reason)
    }

    fn reversibility(reversibility: &'a Reversibility) -> Self {
        Self::new(reversibility.reversal.name(), &reversibility.reason)
    }
}

impl<'a> StatusList<'a> {
    pub(super) fn new(
        entries: &'a [StatusEntry],
        runner: Option<&'a str>,
        ledger: Option<&'a LedgerPlace>,
    ) -> Self {
        let count =
            |state: MigrationState| entries.iter().filter(|entry| entry.state == state).count();
        Self {
            migrations: entries
                .iter()
                .map(|entry| EntryRow {
                    version: entry.version.as_str(),
                    name: &entry.name,
                    state: entry.state.name(),
                    compatible: VerdictRow::compatibility(&entry.compatibility),
                    reversible: VerdictRow::reversibility(&entry.reversibility),
                })
                .collect(),
            runner,
            ledger: ledger.map(LedgerRow::new),
            counts: MigrationState::ALL
                .map(|s| (s.name().to_owned(), count(s).into()))
                .into_iter()
                .collect(),
        }
    }
}

/// `history`
#[derive(Serialize)]
pub(super) struct Runs<'a> {
    runs: Vec<HistoryEntry<'a>>,
}

#[derive(Serialize)]
struct HistoryEntry<'a> {
    version: &'a str,
    name: &'a str,
    direction: &'a str,
    state: &'a str,
    started_at: &'a str,
    ended_at: Option<&'a str>,
    statements_done: usize,
    statements_total: usize,
    app: &'a str,
    build: Option<&'a str>,
    host: &'a str,
    database_user: Option<&'a str>,
    error: Option<&'a str>,
    note: Option<&'a str>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(rows: &'a [HistoryRow]) -> Self {
        let row = |row: &'a HistoryRow| HistoryEntry {
            version: row.version.as_str(),
            name: &row.name,
            direction: row.direction.as_str(),
            state: row.state.as_str(),
            started_at: &row.started_at,
            ended_at: row.ended_at.as_deref(),
            statements_done: row.statements_done,
            statements_total: row.statements_total,
            app: &row.app,
            build: row.build.as_deref(),
            host: &row.host,
            database_user: row.database_user.as_deref(),
            error: row.error.as_deref(),
            note: row.note.as_deref(),
        };
        Self { runs: rows.iter().map(row).collect() }
    }
}

/// `repair`
#[derive(Serialize)]
pub(super) struct Diagnosed<'a> {
    found: Vec<DiagnosisRow<'a>>,
}

#[derive(Serialize)]
struct DiagnosisRow<'a> {
    version: &'a str,
    name: &'a str,
    state: &'a str,
    message: &'a str,
    next: &'a str,
}

impl<'a> Diagnosed<'a> {
    pub(super) fn new(found: &'a [Diagnosis], explained: &'a [Explained]) -> Self {
        let row = |(one, explained): (&'a Diagnosis, &'a Explained)| DiagnosisRow {
            version: one.version.as_str(),
            name: &one.name,
            state: explained.what,
            message: &explained.message,
            next: &explained.next,
        };
        Self { found: found.iter().zip(explained).map(row).collect() }
    }
}

/// `repair` with what holds
#[derive(Serialize)]
pub(super) struct RepairedRow<'a> {
    version: &'a str,
    name: &'a str,
    recorded: String,
}

impl<'a> RepairedRow<'a> {
    pub(super) fn new(action: &'a RepairAction<'_>) -> Self {
        Self {
            version: action.version().as_str(),
            name: action.name(),
            recorded: action.to_string(),
        }
    }
}

/// `verify`
#[derive(Serialize)]
pub(super) struct Verified<'a> {
    pub(super) unchanged: usize,
    pub(super) unverified: Vec<&'a str>,
    pub(super) missing: Vec<&'a str>,
    pub(super) drifted: Vec<DriftRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct DriftRow<'a> {
    pub(super) version: &'a str,
    pub(super) name: &'a str,
    pub(super) path: &'a str,
    pub(super) diff: &'a str,
}

#[derive(Serialize)]
pub(super) struct WaitRow<'a> {
    reached: bool,
    ahead: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    breaking_ahead: &'a [String],
}

impl<'a> WaitRow<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        Self { reached: true, ahead: &report.ahead, breaking_ahead: &report.breaking }
    }
}
