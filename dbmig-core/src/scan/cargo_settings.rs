//! What Cargo.toml says to a build: what becomes of what smells, and where the ledger is.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Problem};
use super::strictness::{Level, Rule, Strictness};
use crate::Dialect;
use crate::plan::BreakingAhead;
use crate::sql::Position;

/// The key that names the schema of the ledger: as the other keys are spelled, and as the method of
/// `Migrator` is.
pub const LEDGER_SCHEMA: [&str; 2] = ["ledger-schema", "ledger_schema"];
/// The key that says what an app does where a breaking migration is ahead of it; both spellings
/// likewise.
pub const BREAKING_AHEAD: [&str; 2] = ["breaking-ahead", "breaking_ahead"];

/// What the Cargo.toml files around a folder say.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CargoSettings {
    /// `wrong-declarations`, `broken-downs` and so on.
    pub strictness: Strictness,
    /// `backend`, else the only database among the features of `dbmig-runtime`, else of `diesel`.
    pub dialect: Option<Dialect>,
    /// `ledger-schema`
    pub ledger_schema: Option<String>,
    /// `breaking-ahead`
    pub breaking_ahead: Option<BreakingAhead>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

/// What one Cargo.toml says.
#[derive(Default)]
struct Said {
    strictness: Strictness,
    backend: Option<Dialect>,
    ledger_schema: Option<String>,
    breaking_ahead: Option<BreakingAhead>,
}

impl CargoSettings {
    /// What the package around `folder` says, and where it is silent, its workspace. A Cargo.toml
    /// that cannot be read is cargo's affair.
    ///
    /// # Errors
    /// The value of a [`Rule`] or of `ledger-schema` that is none.
    pub fn find(folder: &Path) -> Result<Self, Problem> {
        let mut found = Self::default();
        let (mut package, mut workspace) = (None, Said::default());
        let manifests = folder.ancestors().map(|at| at.join("Cargo.toml"));
        for path in manifests.filter(|path| path.is_file()) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let Ok(table) = DeTable::parse(&text) else { continue };
            let manifest = Manifest { path: &path, text: &text, table: table.get_ref() };
            let is_workspace = manifest.table.contains_key("workspace");
            if package.is_none() && manifest.table.contains_key("package") {
                package = Some(manifest.said("package")?);
                found.dialect = manifest.only_database();
            }
            if is_workspace {
                workspace = manifest.said("workspace")?;
            }
            found.files.push(path.clone());
            if is_workspace {
                break;
            }
        }
        let package = package.unwrap_or_default();
        found.strictness = package.strictness.or(workspace.strictness);
        found.ledger_schema = package.ledger_schema.or(workspace.ledger_schema);
        found.breaking_ahead = package.breaking_ahead.or(workspace.breaking_ahead);
        found.dialect = package.backend.or(workspace.backend).or(found.dialect);
        Ok(found)
    }
}

struct Manifest<'a> {
    path: &'a Path,
    text: &'a str,
    table: &'a DeTable<'a>,
}

impl Manifest<'_> {
    /// What is in `[TABLE.metadata.dbmig]`.
    fn said(&self, table: &str) -> Result<Said, Problem> {
        let settings = self
            .table
            .get(table)
            .and_then(|table| table.get_ref().get("metadata")?.get_ref().get("dbmig"));
        let Some(settings) = settings else { return Ok(Said::default()) };
        let settings = settings.get_ref();
        let backend =
            settings.get("backend").and_then(|backend| backend.get_ref().as_str()?.parse().ok());
        let mut strictness = Strictness::default();
        for rule in Rule::ALL {
            if let Some(value) = settings.get(rule.key()) {
                strictness = strictness.with(rule, self.level(rule, value)?);
            }
        }
        let ledger_schema = LEDGER_SCHEMA.into_iter().find_map(|key| settings.get(key));
        let ledger_schema = ledger_schema.map(|value| self.name(value)).transpose()?;
        let breaking_ahead = BREAKING_AHEAD.into_iter().find_map(|key| settings.get(key));
        let breaking_ahead = breaking_ahead.map(|value| self.policy(value)).transpose()?;
        Ok(Said { strictness, backend, ledger_schema, breaking_ahead })
    }

    fn policy(&self, value: &Spanned<DeValue<'_>>) -> Result<BreakingAhead, Problem> {
        value.get_ref().as_str().and_then(BreakingAhead::of).ok_or_else(|| {
            let place = Position::at(self.text, value.span().start);
            let written = self.text.get(value.span()).unwrap_or_default();
            let fault = format!("`breaking-ahead` is \"refuse\" or \"warn\", not `{written}`");
            Problem::at(self.path, place, Fault::Setting(fault))
        })
    }

    fn name(&self, value: &Spanned<DeValue<'_>>) -> Result<String, Problem> {
        match value.get_ref().as_str() {
            Some(name) if !name.is_empty() => Ok(name.to_owned()),
            Some(_) | None => {
                let place = Position::at(self.text, value.span().start);
                let fault = "`ledger-schema` is the name of a schema".to_owned();
                Err(Problem::at(self.path, place, Fault::Setting(fault)))
            }
        }
    }

    fn level(&self, rule: Rule, value: &Spanned<DeValue<'_>>) -> Result<Level, Problem> {
        match value.get_ref().as_str() {
            Some("allow") => Ok(Level::Allow),
            Some("warn") => Ok(Level::Warn),
            Some("deny") => Ok(Level::Deny),
            _ => {
                let place = Position::at(self.text, value.span().start);
                let fault = format!(
                    "`{}` is \"allow\", \"warn\" or \"deny\", not `{}`",
                    rule.key(),
                    self.text.get(value.span()).unwrap_or_default()
                );
                Err(Problem::at(self.path, place, Fault::Setting(fault)))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn find(package: &str, workspace: &str) -> Result<CargoSettings, String> {
        let root = tempfile::tempdir().unwrap();
        let member = root.path().join("member");
        fs::create_dir(&member).unwrap();
        fs::write(root.path().join("Cargo.toml"), format!("[workspace]\n{workspace}")).unwrap();
        fs::write(member.join("Cargo.toml"), format!("[package]\nname = 'm'\n{package}")).unwrap();
        CargoSettings::find(&member).map_err(|problem| {
            problem.to_string().split("member").last().unwrap_or_default().to_owned()
        })
    }

    #[test]
    fn the_package_goes_before_its_workspace() {
        let of = |package: &str, workspace: &str| {
            find(package, workspace).map(|found| found.strictness.level(Rule::WrongDeclarations))
        };
        let deny = "[workspace.metadata.dbmig]\nwrong-declarations = 'deny'";
        assert_eq!(of("", ""), Ok(Level::Warn));
        assert_eq!(of("", deny), Ok(Level::Deny));
        let allow = "[package.metadata.dbmig]\nwrong-declarations = 'allow'";
        assert_eq!(of(allow, deny), Ok(Level::Allow));
        assert_eq!(find("", deny).unwrap().files.len(), 2);
        let in_schema = |package: &str, workspace: &str| {
            let key = |at: &str, line: &str| format!("[{at}.metadata.dbmig]\n{line}");
            find(&key("package", package), &key("workspace", workspace)).unwrap().ledger_schema
        };
        assert_eq!(in_schema("", ""), None);
        assert_eq!(in_schema("", "ledger-schema = 'a'").as_deref(), Some("a"));
        assert_eq!(in_schema("ledger_schema = 'b'", "ledger-schema = 'a'").as_deref(), Some("b"));
        let nameless = find("[package.metadata.dbmig]\nledger-schema = 7", "").unwrap_err();
        assert_eq!(nameless, "/Cargo.toml:4:17: `ledger-schema` is the name of a schema");
        let ahead =
            |package: &str| find(package, "[workspace.metadata.dbmig]\nbreaking-ahead = 'warn'");
        assert_eq!(ahead("").unwrap().breaking_ahead, Some(BreakingAhead::Warn));
        let refuses = ahead("[package.metadata.dbmig]\nbreaking_ahead = 'refuse'").unwrap();
        assert_eq!(refuses.breaking_ahead, Some(BreakingAhead::Refuse));
        let neither = ahead("[package.metadata.dbmig]\nbreaking-ahead = 'deny'").unwrap_err();
        assert_eq!(
            neither,
            "/Cargo.toml:4:18: `breaking-ahead` is \"refuse\" or \"warn\", not `'deny'`"
        );
        let wrong = "[package.metadata.dbmig]\nwrong-declarations = true";
        assert_eq!(
            of(wrong, "").unwrap_err(),
            "/Cargo.toml:4:22: `wrong-declarations` is \"allow\", \"warn\" or \"deny\", not `true`"
        );
    }

    #[test]
    fn the_database_is_told_by_features() {
        let of = |package: &str| find(package, "").unwrap().dialect;
        assert_eq!(
            of("[dependencies]\ndiesel = { features = ['r2d2', 'sqlite'] }"),
            Some(Dialect::Sqlite)
        );
        assert_eq!(of("[dependencies]\ndiesel = { features = ['mysql', 'sqlite'] }"), None);
        let both = "[dependencies]\ndbmig-runtime = { features = ['sqlite'] }\n\
                    diesel = { features = ['postgres', 'sqlite'] }";
        assert_eq!(of(both), Some(Dialect::Sqlite));
        let said = format!("{both}\n[package.metadata.dbmig]\nbackend = 'postgres'");
        assert_eq!(of(&said), Some(Dialect::Postgres));
    }
}
