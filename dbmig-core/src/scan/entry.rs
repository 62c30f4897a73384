//! From what lies in one directory to a migration.

use std::borrow::Cow;
use std::path::Path;

use super::fault::{Fault, Problem};
use super::listing::{Content, DOWN, Entry, File, METADATA, UP};
use super::metadata::Declared;
use super::warning::{Smell, Warning};
use super::{Report, metadata, text};
use crate::checksum::Sum;
use crate::migration::{Body, Down, Execution, Migration, Script, Settings, SqlBody};
use crate::outlook::Outlook;
use crate::sql::{Piece, Statement, kind, split_and_show};
use crate::{Checksum, Dialect, Version};

/// A migration, and where its `metadata.toml` says something about it.
pub(super) struct Judged {
    pub(super) migration: Migration,
    pub(super) declared: Declared,
}

/// The migration, or nothing after the report has been told why.
pub(super) fn judge(entry: &Entry, report: &mut Report) -> Option<Judged> {
    let named = named(entry, report);
    let content = entry.content.as_ref().map_err(|fault| report.refuse(&entry.path, fault.clone()));
    let content = content.ok()?;
    if matches!(&named, Err(Fault::Seeds)) {
        return None; // What it holds is no migration: its lack of an up.sql is no second problem.
    }
    let settings = settings(content, report);
    let execution = settings.as_ref().map(|(settings, _)| settings.execution).unwrap_or_default();
    let up = up(&entry.path, content, execution, report);
    let down = down(&entry.path, content, execution, report);
    nearly_named(&entry.path, content, report);
    let (Ok((name, version)), Some((settings, declared)), Some((up, checksum)), Some(down)) =
        (named, settings, up, down)
    else {
        return None;
    };
    let body = Body::Sql(SqlBody { up, down });
    let outlook = Outlook::UNREAD;
    let name = Cow::Owned(name.to_owned());
    let migration = Migration { version, name, body, settings, checksum, outlook };
    Some(Judged { migration, declared })
}

fn named<'e>(entry: &'e Entry, report: &mut Report) -> Result<(&'e str, Version), Fault> {
    let named = match entry.name.to_str() {
        None => Err(Fault::NameNotUtf8),
        Some(name) => match Version::of_directory(name) {
            Err(error) => Err(Fault::VersionTooLong(error)),
            Ok(version) if version.as_str() == "seeds" => Err(Fault::Seeds),
            Ok(version) => Ok((name, version)),
        },
    };
    match &named {
        Err(fault) => report.refuse(&entry.path, fault.clone()),
        Ok((_, version)) if version.as_str().is_empty() => {
            report.warn(&entry.path, Smell::EmptyVersion);
        }
        Ok((name, _)) if !name.contains('_') => report.warn(&entry.path, Smell::NoUnderscore),
        Ok(_) => {}
    }
    named
}

fn settings(content: &Content, report: &mut Report) -> Option<(Settings, Declared)> {
    let Some(file) = &content.metadata else {
        return Some((Settings::DEFAULT, Declared::default()));
    };
    let read = text::of(file).map_err(|problem| vec![problem]);
    let settings = read.and_then(|text| metadata::parse(&file.path, &text, report.dialect));
    settings.map_err(|problems| report.problems.extend(problems)).ok()
}

/// The script and its checksum, which takes no second walk through the text.
fn up(
    path: &Path,
    content: &Content,
    execution: Execution,
    report: &mut Report,
) -> Option<(Script, Checksum)> {
    match &content.up {
        None => report.refuse(path, Fault::NoUp),
        Some(file) if file.bytes.as_ref().is_ok_and(Vec::is_empty) => {
            report.refuse(&file.path, Fault::EmptyUp);
        }
        Some(file) => {
            let mut sum = Sum::new();
            let see = |piece: &Piece<'_>| sum.add(piece);
            let script = script(file, Smell::OnlyComments, execution, report, see)?;
            return Some((script, sum.checksum()));
        }
    }
    None
}

fn down(path: &Path, content: &Content, execution: Execution, report: &mut Report) -> Option<Down> {
    match &content.down {
        Some(file) => script(file, Smell::EmptyDown, execution, report, |_| {}).map(Down::Script),
        None => {
            report.warn(path, Smell::NoDown);
            Some(Down::Missing)
        }
    }
}

/// The script in `file`; `empty` is what it smells of without a statement, and `see` sees its
/// pieces.
fn script(
    file: &File,
    empty: Smell,
    execution: Execution,
    report: &mut Report,
    see: impl FnMut(&Piece<'_>),
) -> Option<Script> {
    let text = text::of_script(file).map_err(|problem| report.problems.push(problem)).ok()?;
    let path = file.path.display().to_string();
    let script = Script { path: Cow::Owned(path), text: Cow::Owned(text) };
    match split_and_show(report.dialect, &script.text, see) {
        Ok(statements) if statements.is_empty() => report.warn(&file.path, empty),
        Ok(statements) if execution == Execution::Transaction => {
            report.warnings.extend(misfits(&file.path, &statements, report.dialect));
        }
        Ok(_) => {}
        Err(error) => {
            report.problems.push(Problem::at(&file.path, error.position, Fault::Sql(error)));
            return None;
        }
    }
    Some(script)
}

/// Statements that do not go with the migration's transaction.
fn misfits(path: &Path, statements: &[Statement<'_>], dialect: Dialect) -> Vec<Warning> {
    let smell = |statement: &Statement<'_>| {
        if kind::ends_transaction(dialect, statement) {
            Some(Smell::EndsTransaction)
        } else if kind::refuses_transaction(dialect, statement) {
            Some(Smell::RefusesTransaction)
        } else {
            None
        }
    };
    let warning = |statement: &Statement<'_>| {
        let (path, position) = (path.to_owned(), Some(statement.position));
        smell(statement).map(|smell| Warning { path, position, smell })
    };
    statements.iter().filter_map(warning).collect()
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
            report.warn(&path.join(other), Smell::NearlyNamed { meant });
        }
    }
}
