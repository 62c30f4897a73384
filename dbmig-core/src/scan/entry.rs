//! From what lies in one directory to a migration.

use std::borrow::Cow;
use std::path::Path;

use super::listing::{Content, DOWN, Entry, File, METADATA, UP};
use super::metadata::Declared;
use super::problem::{Problem, ProblemKind};
use super::report::Report;
use super::warning::{Warning, WarningKind};
use super::{metadata, text};
use crate::checksum::Sum;
use crate::impact::{ImpactText, ReversalVerdict};
use crate::migration::{
    Body, DeclaredReversibility, Down, Execution, Migration, NoWayBack, Script, Settings, SqlBody,
};
use crate::sql::control::TransactionControl;
use crate::sql::{Reading, SplitError, Statement, Statements, kind, rows, split_and_show};
use crate::{Checksum, Dialect, Version};

/// A migration, and where its `metadata.toml` says something about it.
pub(super) struct Candidate<'l> {
    pub(super) migration: Migration,
    pub(super) up: Statements<'l>,
    /// Where there is a `down.sql`.
    pub(super) down: Option<Result<Statements<'l>, SplitError>>,
    pub(super) declared: Declared,
    /// The text of that file.
    pub(super) metadata: Option<String>,
}

/// The migration, or nothing after the report has been told why.
pub(super) fn judge<'l>(entry: &'l Entry, report: &mut Report) -> Option<Candidate<'l>> {
    let named = named(entry, report);
    let content = entry.content.as_ref().map_err(|kind| report.refuse(&entry.path, kind.clone()));
    let content = content.ok()?;
    if matches!(&named, Err(ProblemKind::Seeds)) {
        return None; // What it holds is no migration: its lack of an up.sql is no second problem.
    }
    let settings = settings(content, report);
    let says = settings.as_ref().map_or(&Settings::DEFAULT, |said| &said.settings);
    let up = up(&entry.path, content, says, report);
    let down = down(&entry.path, content, says, report);
    nearly_named(&entry.path, content, report);
    let (Ok((name, version)), Some(said), Some(up), Some(down)) = (named, settings, up, down)
    else {
        return None;
    };
    let Up { script, checksum, statements: up } = up;
    let (way_back, down) = match down {
        Some((script, statements)) => (Down::Script(script), Some(statements)),
        None => (Down::Missing, None),
    };
    let body = Body::Sql(SqlBody { up: script, down: way_back });
    let impact = ImpactText::UNREAD;
    let name = Cow::Owned(name.to_owned());
    let MetadataFile { settings, declared, text } = said;
    let migration = Migration { version, name, body, settings, checksum, impact };
    Some(Candidate { migration, up, down, declared, metadata: text })
}

fn named<'e>(entry: &'e Entry, report: &mut Report) -> Result<(&'e str, Version), ProblemKind> {
    let named = match entry.name.to_str() {
        None => Err(ProblemKind::NameNotUtf8),
        Some(name) => match Version::of_directory(name) {
            Err(error) => Err(ProblemKind::VersionTooLong(error)),
            Ok(version) if version.as_str() == "seeds" => Err(ProblemKind::Seeds),
            Ok(version) => Ok((name, version)),
        },
    };
    match &named {
        Err(kind) => report.refuse(&entry.path, kind.clone()),
        Ok((_, version)) if version.as_str().is_empty() => {
            report.warn(&entry.path, WarningKind::EmptyVersion);
        }
        Ok((name, _)) if !name.contains('_') => report.warn(&entry.path, WarningKind::NoUnderscore),
        Ok(_) => {}
    }
    named
}

/// What `metadata.toml` says.
struct MetadataFile {
    settings: Settings,
    declared: Declared,
    text: Option<String>,
}

fn settings(content: &Content, report: &mut Report) -> Option<MetadataFile> {
    let Some(file) = &content.metadata else {
        let (settings, declared) = (Settings::DEFAULT, Declared::default());
        return Some(MetadataFile { settings, declared, text: None });
    };
    let said = text::of(file).map_err(|problem| vec![problem]).and_then(|text| {
        let (settings, declared) = metadata::parse(&file.path, text, report.dialect)?;
        Ok(MetadataFile { settings, declared, text: Some(text.to_owned()) })
    });
    said.map_err(|problems| report.problems.extend(problems)).ok()
}

/// The script, its statements and its checksum, which takes no second walk through the text.
struct Up<'l> {
    script: Script,
    statements: Statements<'l>,
    checksum: Checksum,
}

fn up<'l>(
    path: &Path,
    content: &'l Content,
    says: &Settings,
    report: &mut Report,
) -> Option<Up<'l>> {
    let Some(file) = &content.up else {
        report.refuse(path, ProblemKind::NoUp);
        return None;
    };
    if file.bytes.as_ref().is_ok_and(Vec::is_empty) {
        report.refuse(&file.path, ProblemKind::EmptyUp);
        return None;
    }
    let text = read(file, report)?;
    let mut sum = Sum::new();
    let statements = split_and_show(Reading::of(report.dialect), text, |piece| sum.add(piece));
    let at = |error: SplitError| Problem::at(&file.path, error.position, ProblemKind::Sql(error));
    let statements =
        statements.map_err(|errors| report.problems.extend(errors.iter().cloned().map(at))).ok()?;
    if statements.is_empty() {
        report.warn(&file.path, WarningKind::OnlyComments);
    }
    misfits(&file.path, &statements, says.execution, report);
    prepares(&file.path, &statements, says.execution, report);
    let refused = rows::refused(report.dialect, &statements).into_iter();
    report.warnings.extend(refused.map(|(position, refusal)| Warning {
        path: file.path.clone(),
        position: Some(position),
        kind: WarningKind::RefusesRows(refusal),
    }));
    Some(Up { script: script(file, text), statements, checksum: sum.checksum() })
}

/// What is known of a `down.sql`, where there is one.
type WayBack<'l> = Option<(Script, Result<Statements<'l>, SplitError>)>;

/// The way back. What cannot be executed is none, but no reason to refuse the directory: others execute
/// what they have, and it may be years old.
fn down<'l>(
    path: &Path,
    content: &'l Content,
    says: &Settings,
    report: &mut Report,
) -> Option<WayBack<'l>> {
    let Some(file) = &content.down else {
        report.warn(path, WarningKind::NoDown);
        return Some(None);
    };
    let text = read(file, report)?;
    let statements = split_and_show(Reading::of(report.dialect), text, |_| {});
    match &statements {
        Ok(all) if all.is_empty() && says.reversible == DeclaredReversibility::Yes => {}
        Ok(all) if all.is_empty() => report.warn(&file.path, WarningKind::EmptyDown),
        Ok(all) => misfits(&file.path, all, says.execution, report),
        Err(errors) => report.warnings.extend(errors.iter().map(|error| Warning {
            path: file.path.clone(),
            position: Some(error.position),
            kind: WarningKind::BrokenDown(error.clone()),
        })),
    }
    Some(Some((script(file, text), statements.map_err(|errors| errors.first))))
}

fn read<'l>(file: &'l File, report: &mut Report) -> Option<&'l str> {
    text::of(file).map_err(|problem| report.problems.push(problem)).ok()
}

fn script(file: &File, text: &str) -> Script {
    let path = file.path.display().to_string();
    Script { path: Cow::Owned(path), text: Cow::Owned(text.to_owned()) }
}

/// Statements that do not go with the migration's transaction.
fn misfits(path: &Path, statements: &[Statement<'_>], execution: Execution, report: &mut Report) {
    if execution != Execution::Transaction {
        return;
    }
    let dialect = report.dialect;
    let kind = |statement: &Statement<'_>| {
        if kind::ends_transaction(dialect, statement) {
            Some(WarningKind::EndsTransaction)
        } else if kind::refuses_transaction(dialect, statement) {
            Some(WarningKind::RefusesTransaction)
        } else {
            None
        }
    };
    let warning = |statement: &Statement<'_>| {
        let (path, position) = (path.to_owned(), Some(statement.position));
        kind(statement).map(|kind| Warning { path, position, kind })
    };
    report.warnings.extend(statements.iter().filter_map(warning));
}

/// Other statements that end the transaction are warned of: what another tool has applied stays
/// usable. This one leaves locks that outlive the session, and nobody who knows of them.
fn prepares(path: &Path, statements: &[Statement<'_>], execution: Execution, report: &mut Report) {
    let dialect = report.dialect;
    let left = |at: usize| {
        TransactionControl::of(dialect, statements) == TransactionControl::EndsOuter(at)
            || !statements[at..].iter().any(|s| kind::ends_prepared(dialect, s))
    };
    let found: Vec<_> = statements
        .iter()
        .enumerate()
        .filter(|(_, statement)| kind::prepares_transaction(dialect, statement))
        .filter(|(at, _)| execution == Execution::Transaction && left(*at))
        .map(|(_, statement)| {
            Problem::at(path, statement.position, ProblemKind::PreparesTransaction)
        })
        .collect();
    report.problems.extend(found);
}

/// What is warned of about a migration, and stands in no lock file: that it has no way back, which is
/// a choice, and files whose names are none of those that are read.
pub(crate) fn unwritten(entry: &Entry, migration: &Migration, dialect: Dialect) -> Vec<Warning> {
    let mut report = Report::new(dialect);
    if let Ok(content) = &entry.content {
        nearly_named(&entry.path, content, &mut report);
        match (&content.down, migration.impact.reversibility().reversal) {
            (None, _) => report.warn(&entry.path, WarningKind::NoDown),
            (Some(down), ReversalVerdict::Impossible)
                if matches!(migration.way_back(dialect), Err(NoWayBack::Empty)) =>
            {
                report.warn(&down.path, WarningKind::EmptyDown);
            }
            (Some(_), _) => {}
        }
    }
    report.warnings
}

/// A misspelt file is as good as a missing one, and nobody would say so.
fn nearly_named(path: &Path, content: &Content, report: &mut Report) {
    for other in &content.others {
        let Some(name) = other.to_str() else { continue };
        let meant = [UP, DOWN, METADATA].into_iter().find(|meant| {
            let is_read_kind =
                Path::new(&name.to_lowercase()).extension() == Path::new(meant).extension();
            is_read_kind && strsim::osa_distance(&name.to_lowercase(), meant) <= 2
        });
        if let Some(meant) = meant {
            report.warn(&path.join(other), WarningKind::NearlyNamed { meant });
        }
    }
}
