//! What Cargo.toml says, whichever way it is written.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::problem::Problem;
use super::{Manifest, SettingsTable, Value};
use crate::Dialect;
use crate::sql::Position;

/// A file that is no TOML is cargo's affair.
pub(super) fn read(path: &Path, text: &str) -> Result<Option<Manifest>, Problem> {
    let Ok(table) = DeTable::parse(text) else { return Ok(None) };
    let file = File { path, text, table: table.get_ref() };
    Ok(Some(Manifest {
        package: file.said("package")?,
        workspace: file.said("workspace")?,
        only_database: file.only_database(),
    }))
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    table: &'a DeTable<'a>,
}

impl File<'_> {
    /// What is in `[TABLE.metadata.dbmig]`; nothing where there is no such table.
    fn said(&self, table: &str) -> Result<Option<SettingsTable>, Problem> {
        let Some(table) = self.table.get(table) else { return Ok(None) };
        let settings = table.get_ref().get("metadata").and_then(|it| it.get_ref().get("dbmig"));
        let mut said = SettingsTable::default();
        let Some(settings) = settings else { return Ok(Some(said)) };
        for key in SettingsTable::KEYS {
            if let Some(value) = settings.get_ref().get(key) {
                said.take(key, &self.value(value))?;
            }
        }
        Ok(Some(said))
    }

    fn value<'v>(&'v self, value: &'v Spanned<DeValue<'_>>) -> Value<'v> {
        Value {
            path: self.path,
            place: Position::at(self.text, value.span().start),
            text: value.get_ref().as_str(),
            written: self.text.get(value.span()).unwrap_or_default(),
        }
    }

    /// Of the crates that an app links.
    fn only_database(&self) -> Option<Dialect> {
        let dependencies = self.table.get("dependencies")?.get_ref();
        ["dbmig-runtime", "diesel"].into_iter().find_map(|name| {
            let features = dependencies.get(name)?.get_ref().get("features")?;
            let features = features.get_ref().as_array()?.iter();
            let mut dialects =
                features.filter_map(|feature| feature.get_ref().as_str()?.parse::<Dialect>().ok());
            let only = dialects.next()?;
            dialects.all(|dialect| dialect == only).then_some(only)
        })
    }
}
