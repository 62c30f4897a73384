//! What Cargo.toml says, without a TOML reader: most apps have no other use for one in a build.
//!
//! It reads the plain form, lines `key = "value"` below `[package.metadata.dbmig]`. Every other way
//! to say the same is an error that says so, never passed over.

use std::path::Path;

use super::super::problem::{Problem, ProblemKind};
use super::{Manifest, SettingsTable, Value};
use crate::sql::Position;

const TABLES: [&str; 2] = ["package", "workspace"];

pub(super) fn read(path: &Path, text: &str) -> Result<Option<Manifest>, Problem> {
    let mut reader = Reader { path, text, table: Vec::new(), manifest: Manifest::default() };
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let plain = line.trim();
        let start = offset + (line.len() - line.trim_start().len());
        match plain.as_bytes().first() {
            None | Some(b'#') => {}
            Some(b'[') => reader.header(plain, start)?,
            Some(_) => reader.line(plain, start)?,
        }
        offset += line.len();
    }
    Ok(Some(reader.manifest))
}

struct Reader<'t> {
    path: &'t Path,
    text: &'t str,
    /// The names of the table that the lines belong to.
    table: Vec<String>,
    manifest: Manifest,
}

impl Reader<'_> {
    fn header(&mut self, line: &str, start: usize) -> Result<(), Problem> {
        let inside = line.trim_start_matches('[').split(']').next().unwrap_or_default();
        self.table = names(inside);
        self.touch(0);
        match self.ours() {
            Some(3) | None => Ok(()),
            Some(_) => Err(self.not_plain(start)),
        }
    }

    fn line(&mut self, line: &str, start: usize) -> Result<(), Problem> {
        let Some((key, value)) = line.split_once('=') else { return Ok(()) };
        if self.ours() == Some(3) {
            return self.setting(
                key.trim(),
                value.trim(),
                start + line.len() - value.trim_start().len(),
            );
        }
        let depth = self.table.len();
        self.table.extend(names(key));
        self.touch(depth);
        let may_hold = self.table.len() < 3
            && self.table.iter().map(String::as_str).eq(self.path_to_ours().take(self.table.len()))
            && value.contains("dbmig");
        let is_ours = self.ours().is_some() || may_hold;
        self.table.truncate(depth);
        if is_ours { Err(self.not_plain(start)) } else { Ok(()) }
    }

    /// What the file has, as far as names tell.
    fn touch(&mut self, depth: usize) {
        if depth > 0 {
            return;
        }
        match self.table.first().map(String::as_str) {
            Some("package") => _ = self.manifest.package.get_or_insert_default(),
            Some("workspace") => _ = self.manifest.workspace.get_or_insert_default(),
            _ => {}
        }
    }

    fn path_to_ours(&self) -> impl Iterator<Item = &str> {
        let first = self.table.first().map(String::as_str);
        first.filter(|first| TABLES.contains(first)).into_iter().chain(["metadata", "dbmig"])
    }

    /// How many names lead here, where this is our table or within it.
    fn ours(&self) -> Option<usize> {
        let is_ours = self.table.len() >= 3
            && self.table.iter().take(3).map(String::as_str).eq(self.path_to_ours());
        is_ours.then_some(self.table.len())
    }

    fn setting(&mut self, key: &str, value: &str, start: usize) -> Result<(), Problem> {
        let key = key.trim_matches(['"', '\'']);
        if !SettingsTable::knows(key) {
            return Ok(());
        }
        let (text, written) = quoted(value);
        if text.is_none() && value.starts_with(['"', '\'', '{', '[']) {
            return Err(self.not_plain(start));
        }
        let place = Position::at(self.text, start);
        let value = Value { path: self.path, place, text, written };
        let said = match self.table.first().map(String::as_str) {
            Some("package") => &mut self.manifest.package,
            _ => &mut self.manifest.workspace,
        };
        said.get_or_insert_default().take(key, &value)
    }

    fn not_plain(&self, start: usize) -> Problem {
        let text = "this is not read without a TOML reader: write the settings of dbmig as lines \
                    `key = \"value\"` below `[package.metadata.dbmig]` or `[workspace.metadata.dbmig]`, \
                    or turn on the feature `infer` of dbmig-runtime";
        let kind = ProblemKind::Setting(text.to_owned());
        Problem::at(self.path, Position::at(self.text, start), kind)
    }
}

/// The parts of `a."b".c`.
fn names(dotted: &str) -> Vec<String> {
    dotted.split('.').map(|name| name.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

/// The text of a plain string, and the value as it is written, without a comment.
fn quoted(value: &str) -> (Option<&str>, &str) {
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c));
    let Some(quote) = quote else {
        return (None, value.split('#').next().unwrap_or_default().trim());
    };
    let Some((text, behind)) = value[1..].split_once(quote) else { return (None, value) };
    let behind = behind.trim_start();
    let is_plain = !text.contains('\\') && (behind.is_empty() || behind.starts_with('#'));
    (is_plain.then_some(text), &value[..text.len() + 2])
}
