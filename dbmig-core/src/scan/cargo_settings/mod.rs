//! What Cargo.toml says to a build: what becomes of warnings, and where the ledger is.

#[cfg(any(test, not(feature = "scan")))]
mod plain;
#[cfg(feature = "scan")]
mod toml;

use std::fs;
use std::path::{Path, PathBuf};

use super::problem::{Problem, ProblemKind};
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
const BACKEND: &str = "backend";

/// What the Cargo.toml files around a folder say.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CargoSettings {
    /// `wrong-declarations`, `broken-downs` and so on.
    pub strictness: Strictness,
    /// `backend`, else the only database among the features of `dbmig-runtime`, else of `diesel`; the
    /// features only with the feature `scan`.
    pub dialect: Option<Dialect>,
    /// `ledger-schema`
    pub ledger_schema: Option<String>,
    /// `breaking-ahead`
    pub breaking_ahead: Option<BreakingAhead>,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

/// What one Cargo.toml says.
#[derive(Debug, Default, PartialEq)]
struct Manifest {
    /// Of its package, where it is one.
    package: Option<SettingsTable>,
    /// Of its workspace, where it is the root of one.
    workspace: Option<SettingsTable>,
    /// Among the features of its dependencies.
    only_database: Option<Dialect>,
}

/// What one table of it says.
#[derive(Debug, Default, PartialEq)]
struct SettingsTable {
    strictness: Strictness,
    backend: Option<Dialect>,
    ledger_schema: Option<String>,
    breaking_ahead: Option<BreakingAhead>,
}

/// The value of a setting.
struct Value<'t> {
    path: &'t Path,
    place: Position,
    /// Its text, where it is a string.
    text: Option<&'t str>,
    /// As it is written.
    written: &'t str,
}

impl CargoSettings {
    /// What the package around `folder` says, and where it is silent, its workspace. A Cargo.toml
    /// that cannot be read is cargo's affair.
    ///
    /// # Errors
    /// The value of a [`Rule`] or of `ledger-schema` that is none.
    pub fn find(folder: &Path) -> Result<Self, Problem> {
        #[cfg(not(feature = "scan"))]
        use plain::read;
        #[cfg(feature = "scan")]
        use toml::read;
        Self::find_with(folder, read)
    }

    fn find_with(
        folder: &Path,
        read: fn(&Path, &str) -> Result<Option<Manifest>, Problem>,
    ) -> Result<Self, Problem> {
        let mut found = Self::default();
        let (mut package, mut workspace) = (None, SettingsTable::default());
        let manifests = folder.ancestors().map(|at| at.join("Cargo.toml"));
        for path in manifests.filter(|path| path.is_file()) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let Some(manifest) = read(&path, &text)? else { continue };
            if package.is_none() && manifest.package.is_some() {
                package = manifest.package;
                found.dialect = manifest.only_database;
            }
            found.files.push(path.clone());
            if let Some(said) = manifest.workspace {
                workspace = said;
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

impl SettingsTable {
    /// In this order; of two spellings, the first one goes before.
    const KEYS: [&str; 5 + Rule::ALL.len()] = [
        BACKEND,
        Rule::WrongDeclarations.key(),
        Rule::BrokenDowns.key(),
        Rule::TransactionControl.key(),
        Rule::StaleLock.key(),
        LEDGER_SCHEMA[0],
        LEDGER_SCHEMA[1],
        BREAKING_AHEAD[0],
        BREAKING_AHEAD[1],
    ];

    #[cfg(any(test, not(feature = "scan")))]
    fn knows(key: &str) -> bool {
        Self::KEYS.contains(&key)
    }

    fn take(&mut self, key: &str, value: &Value<'_>) -> Result<(), Problem> {
        if let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.key() == key) {
            self.strictness = self.strictness.with(rule, value.level(rule)?);
        } else if LEDGER_SCHEMA.contains(&key) {
            let name = value.name()?;
            if self.ledger_schema.is_none() || key == LEDGER_SCHEMA[0] {
                self.ledger_schema = Some(name);
            }
        } else if BREAKING_AHEAD.contains(&key) {
            let policy = value.policy()?;
            if self.breaking_ahead.is_none() || key == BREAKING_AHEAD[0] {
                self.breaking_ahead = Some(policy);
            }
        } else if key == BACKEND {
            self.backend = value.text.and_then(|name| name.parse().ok());
        }
        Ok(())
    }
}

impl Value<'_> {
    fn level(&self, rule: Rule) -> Result<Level, Problem> {
        match self.text {
            Some("allow") => Ok(Level::Allow),
            Some("warn") => Ok(Level::Warn),
            Some("deny") => Ok(Level::Deny),
            _ => Err(self.refused(&format!(
                "`{}` is \"allow\", \"warn\" or \"deny\", not `{}`",
                rule.key(),
                self.written
            ))),
        }
    }

    fn policy(&self) -> Result<BreakingAhead, Problem> {
        self.text.and_then(BreakingAhead::of).ok_or_else(|| {
            let written = self.written;
            self.refused(&format!("`breaking-ahead` is \"refuse\" or \"warn\", not `{written}`"))
        })
    }

    fn name(&self) -> Result<String, Problem> {
        match self.text {
            Some(name) if !name.is_empty() => Ok(name.to_owned()),
            Some(_) | None => Err(self.refused("`ledger-schema` is the name of a schema")),
        }
    }

    fn refused(&self, text: &str) -> Problem {
        Problem::at(self.path, self.place, ProblemKind::Setting(text.to_owned()))
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

    /// What the plain reader accepts, it reads as the TOML reader does; what it does not accept, it
    /// refuses.
    #[test]
    fn the_plain_reader_agrees_or_refuses() {
        let path = Path::new("Cargo.toml");
        let both = |text: &str| {
            let said = |read: Result<Option<Manifest>, Problem>| {
                let manifest = read.map_err(|problem| problem.to_string())?.unwrap_or_default();
                Ok::<_, String>(Manifest { only_database: None, ..manifest })
            };
            (said(plain::read(path, text)), said(toml::read(path, text)))
        };
        let table = "[package]\nname = 'm'\n[package.metadata.dbmig]\n";
        for text in [
            String::new(),
            "[workspace]\nmembers = [\n  'a',\n]\n[package]\nname = 'dbmig'".to_owned(),
            "workspace.members = ['dbmig']\n".to_owned(),
            format!(
                "{table}broken-downs = \"deny\" # why\nmigrations-dir = 'dbmig'\nstale-lock='warn'"
            ),
            format!(
                "{table}ledger_schema = 'b'\n\"ledger-schema\" = \"a#\"\n[dependencies]\ndbmig = '1'"
            ),
            "[ workspace . metadata . dbmig ] # ours\nbackend = 'pg'\nbreaking_ahead = 'warn'"
                .to_owned(),
            format!("{table}broken-downs = true"),
            format!("{table}\n  breaking-ahead = 'no' # x"),
            format!("{table}ledger-schema = ''"),
            "[package.metadata]\na = 1\n[package.metadata.other.dbmig]\nbroken-downs = 1"
                .to_owned(),
        ] {
            let (plain, toml) = both(&text);
            assert_eq!(plain, toml, "{text}");
        }
        for text in [
            "[package]\nmetadata.dbmig.broken-downs = 'deny'",
            "[package.metadata]\ndbmig = { broken-downs = 'deny' }",
            "[package.metadata]\ndbmig.broken-downs = 'deny'",
            "[workspace]\nmetadata = { dbmig = { broken-downs = 'deny' } }",
            "workspace = { metadata = { dbmig = { broken-downs = 'deny' } } }",
            "package.metadata.dbmig.broken-downs = 'deny'",
            "[package.metadata.dbmig]\nbroken-downs = \"\"\"deny\"\"\"",
            "[package.metadata.dbmig]\nbroken-downs = \"den\\u0079\"",
            "[package.metadata.dbmig.sub]\nx = 1",
        ] {
            let refused = both(text).0.expect_err(text);
            assert!(refused.contains("below `[package.metadata.dbmig]`"), "{text}: {refused}");
        }
    }
}
