//! What Cargo.toml says to a build: what becomes of a `metadata.toml` that the SQL contradicts, and
//! where the ledger is.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Problem};
use super::warning::Smell;
use super::{ScanError, Scanned};
use crate::Dialect;
use crate::sql::Position;

/// The key in `[package.metadata.dbmig]` or `[workspace.metadata.dbmig]`.
pub const WRONG_DECLARATIONS: &str = "wrong-declarations";

/// The key that names the schema of the ledger: as the other keys are spelled, and as the method of
/// `Migrator` is.
pub const LEDGER_SCHEMA: [&str; 2] = ["ledger-schema", "ledger_schema"];

/// What becomes of a `metadata.toml` that the SQL beside it contradicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WrongDeclarations {
    /// Nothing is said about it.
    Allow,
    /// It is a warning.
    #[default]
    Warn,
    /// It is an error.
    Deny,
}

/// What the Cargo.toml files around a folder say.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CargoSettings {
    /// `wrong-declarations`
    pub wrong_declarations: WrongDeclarations,
    /// `backend`, else the only database among the features of `dbmig-runtime`, else of `diesel`.
    pub dialect: Option<Dialect>,
    /// `ledger-schema`
    pub ledger_schema: Option<String>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

/// What one Cargo.toml says.
#[derive(Default)]
struct Said {
    wrong_declarations: Option<WrongDeclarations>,
    backend: Option<Dialect>,
    ledger_schema: Option<String>,
}

impl CargoSettings {
    /// What the package around `folder` says, and where it is silent, its workspace. A Cargo.toml
    /// that cannot be read is cargo's affair.
    ///
    /// # Errors
    /// The value of `wrong-declarations` or `ledger-schema` that is none.
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
        let said = package.wrong_declarations.or(workspace.wrong_declarations);
        found.wrong_declarations = said.unwrap_or_default();
        found.ledger_schema = package.ledger_schema.or(workspace.ledger_schema);
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
        let wrong_declarations = match settings.get(WRONG_DECLARATIONS) {
            None => None,
            Some(value) => Some(self.word(value)?),
        };
        let ledger_schema = LEDGER_SCHEMA.into_iter().find_map(|key| settings.get(key));
        let ledger_schema = ledger_schema.map(|value| self.name(value)).transpose()?;
        Ok(Said { wrong_declarations, backend, ledger_schema })
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

    fn word(&self, value: &Spanned<DeValue<'_>>) -> Result<WrongDeclarations, Problem> {
        match value.get_ref().as_str() {
            Some("allow") => Ok(WrongDeclarations::Allow),
            Some("warn") => Ok(WrongDeclarations::Warn),
            Some("deny") => Ok(WrongDeclarations::Deny),
            _ => {
                let place = Position::at(self.text, value.span().start);
                let fault = format!(
                    "`{WRONG_DECLARATIONS}` is \"allow\", \"warn\" or \"deny\", not `{}`",
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

impl Scanned {
    /// With what the settings say about wrong declarations.
    ///
    /// # Errors
    /// Those that are denied.
    pub fn judged(mut self, settings: WrongDeclarations) -> Result<Self, ScanError> {
        let is_wrong = |smell: &Smell| matches!(smell, Smell::WrongDeclaration { .. });
        match settings {
            WrongDeclarations::Warn => {}
            WrongDeclarations::Allow => self.warnings.retain(|warning| !is_wrong(&warning.smell)),
            WrongDeclarations::Deny => {
                let wrong = self.warnings.iter().filter(|warning| is_wrong(&warning.smell));
                let problems: Vec<_> = wrong
                    .map(|warning| Problem {
                        path: warning.path.clone(),
                        position: warning.position,
                        fault: Fault::Denied(warning.smell.clone()),
                    })
                    .collect();
                if !problems.is_empty() {
                    return Err(ScanError::new(&self.dir, problems));
                }
            }
        }
        Ok(self)
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
            find(package, workspace).map(|found| found.wrong_declarations)
        };
        let deny = "[workspace.metadata.dbmig]\nwrong-declarations = 'deny'";
        assert_eq!(of("", ""), Ok(WrongDeclarations::Warn));
        assert_eq!(of("", deny), Ok(WrongDeclarations::Deny));
        let allow = "[package.metadata.dbmig]\nwrong-declarations = 'allow'";
        assert_eq!(of(allow, deny), Ok(WrongDeclarations::Allow));
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
