//! `[package.metadata.dbmig]` and `[workspace.metadata.dbmig]` in Cargo.toml.

use std::path::PathBuf;

use clap::ValueEnum as _;
use dbmig_core::Dialect;
use dbmig_core::plan::BreakingAhead;
use dbmig_core::scan::{BREAKING_AHEAD, CargoSettings, LEDGER_SCHEMA, Rule, Strictness};
use dbmig_core::sql::Position;
use dbmig_runtime::cli::LockArg;
use toml_edit::{Item, Key, TableLike};

use super::Manifest;
use super::manifest::Manifests;
use crate::failure::{Failure, Result, nearest};

const KEYS: [&str; 11] = [
    "migrations-dir",
    "backend",
    "lock",
    LEDGER_SCHEMA[0],
    LEDGER_SCHEMA[1],
    BREAKING_AHEAD[0],
    BREAKING_AHEAD[1],
    Rule::WrongDeclarations.key(),
    Rule::BrokenDowns.key(),
    Rule::TransactionControl.key(),
    Rule::StaleLock.key(),
];

/// Our own settings; Diesel refuses unknown keys in diesel.toml.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectSettings {
    /// `migrations-dir`, relative to the Cargo.toml that names it.
    pub(crate) migrations_dir: Option<PathBuf>,
    /// `backend`
    pub(crate) backend: Option<Dialect>,
    /// `lock`
    pub(crate) lock: Option<LockArg>,
    /// `ledger-schema`
    pub(crate) ledger_schema: Option<String>,
    /// `breaking-ahead`, which the macro reads with the same code.
    pub(crate) breaking_ahead: Option<BreakingAhead>,
    /// `wrong-declarations` and so on, which the build script and the macro read with the same code.
    pub(crate) strictness: Strictness,
}

impl ProjectSettings {
    /// What the package says, and where it is silent, the workspace.
    pub(super) fn read(manifests: &Manifests) -> Result<Self> {
        let of = |manifest: &Option<Manifest>, table: &str| {
            manifest.as_ref().map_or(Ok(Self::default()), |manifest| Self::of(manifest, table))
        };
        let package = of(&manifests.package, "package")?;
        // A package may be the root of its workspace.
        let own = of(&manifests.package, "workspace")?;
        let workspace = of(&manifests.workspace, "workspace")?;
        let fallback = own.or(workspace);
        let nearest = manifests.package.as_ref().or(manifests.workspace.as_ref());
        let compiled_in = match nearest.map(|manifest| CargoSettings::find(manifest.folder())) {
            None => CargoSettings::default(),
            Some(found) => found.map_err(|problem| Failure::usage(problem.to_string()))?,
        };
        let CargoSettings { strictness, breaking_ahead, .. } = compiled_in;
        Ok(Self { strictness, breaking_ahead, ..package.or(fallback) })
    }

    fn or(self, other: Self) -> Self {
        Self {
            migrations_dir: self.migrations_dir.or(other.migrations_dir),
            backend: self.backend.or(other.backend),
            lock: self.lock.or(other.lock),
            ledger_schema: self.ledger_schema.or(other.ledger_schema),
            breaking_ahead: None,
            strictness: Strictness::default(),
        }
    }

    fn of(manifest: &Manifest, table: &str) -> Result<Self> {
        let metadata = manifest
            .document
            .get(table)
            .and_then(Item::as_table_like)
            .and_then(|table| table.get("metadata"))
            .and_then(Item::as_table_like);
        let Some(item) = metadata.and_then(|metadata| metadata.get("dbmig")) else {
            return Ok(Self::default());
        };
        let place = format!("[{table}.metadata.dbmig]");
        let Some(settings) = item.as_table_like() else {
            return Err(refused(manifest, item.span(), &format!("{place} must be a table")));
        };
        check_keys(manifest, settings, &place)?;
        let text = |key: &str| -> Result<Option<&str>> {
            let Some(item) = settings.get(key) else { return Ok(None) };
            match item.as_str() {
                Some(text) => Ok(Some(text)),
                None => Err(refused(manifest, item.span(), &format!("`{key}` must be a string"))),
            }
        };
        let backend = text("backend")?.map(str::parse).transpose().map_err(
            |error: dbmig_core::dialect::UnknownDialect| {
                let span = settings.get("backend").and_then(Item::span);
                refused(manifest, span, &error.to_string())
            },
        )?;
        let migrations_dir = text("migrations-dir")?.map(|dir| manifest.folder().join(dir));
        let lock = text("lock")?.map(|name| LockArg::from_str(name, true)).transpose();
        let lock = lock.map_err(|_| {
            let span = settings.get("lock").and_then(Item::span);
            refused(manifest, span, "`lock` is `advisory` or `lease`")
        })?;
        let [one, other] = LEDGER_SCHEMA;
        let ledger_schema = text(one)?.or(text(other)?);
        if ledger_schema == Some("") {
            let span = settings.get(one).or(settings.get(other)).and_then(Item::span);
            return Err(refused(manifest, span, "`ledger-schema` is the name of a schema"));
        }
        let ledger_schema = ledger_schema.map(str::to_owned);
        Ok(Self { migrations_dir, backend, lock, ledger_schema, ..Self::default() })
    }
}

fn check_keys(manifest: &Manifest, settings: &dyn TableLike, place: &str) -> Result<()> {
    let Some((key, _)) = settings.iter().find(|(key, _)| !KEYS.contains(key)) else {
        return Ok(());
    };
    let span = settings.key(key).and_then(Key::span);
    let help = match nearest(key, KEYS) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let keys = KEYS.iter().copied();
            let keys = keys.filter(|key| ![LEDGER_SCHEMA[1], BREAKING_AHEAD[1]].contains(key));
            format!("the keys are {}", keys.collect::<Vec<_>>().join(", "))
        }
    };
    Err(refused(manifest, span, &format!("unknown key `{key}` in {place}")).help(help))
}

fn refused(manifest: &Manifest, span: Option<std::ops::Range<usize>>, message: &str) -> Failure {
    let place =
        span.map_or(String::new(), |span| format!(":{}", Position::at(&manifest.text, span.start)));
    Failure::usage(format!("{}{place}: {message}", manifest.path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(package: &str, workspace: &str) -> (tempfile::TempDir, Result<ProjectSettings>) {
        let root = tempfile::tempdir().unwrap();
        let member = root.path().join("member");
        std::fs::create_dir(&member).unwrap();
        std::fs::write(root.path().join("Cargo.toml"), workspace).unwrap();
        std::fs::write(member.join("Cargo.toml"), package).unwrap();
        let manifests = super::super::manifest::around(&member).unwrap();
        (root, ProjectSettings::read(&manifests))
    }

    #[test]
    fn the_package_goes_before_its_workspace_key_by_key() {
        let (root, settings) = read(
            "[package]\nname = 'm'\n[package.metadata.dbmig]\nmigrations-dir = 'db'",
            "[workspace]\n[workspace.metadata.dbmig]\nmigrations-dir = 'x'\nbackend = 'mariadb'\n\
             ledger_schema = 'Shop'",
        );
        let settings = settings.unwrap();
        assert_eq!(settings.backend, Some(Dialect::Mysql));
        assert_eq!(settings.ledger_schema.as_deref(), Some("Shop"));
        assert_eq!(settings.migrations_dir, Some(root.path().join("member/db")));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let refused = |line: &str| {
            let package = format!("[package]\nname = 'm'\n[package.metadata.dbmig]\n{line}");
            let failure = read(&package, "[workspace]").1.unwrap_err();
            let message = failure.message.split("member").nth(1).unwrap()[1..].to_owned();
            (message, failure.help.unwrap_or_default())
        };
        assert_eq!(
            refused("  migration-dir = 'x'"),
            (
                "Cargo.toml:4:3: unknown key `migration-dir` in [package.metadata.dbmig]"
                    .to_owned(),
                "did you mean `migrations-dir`?".to_owned()
            )
        );
        assert_eq!(refused("lock = 'none'").0, "Cargo.toml:4:8: `lock` is `advisory` or `lease`");
        assert_eq!(
            refused("schema = 'x'").1,
            "the keys are migrations-dir, backend, lock, ledger-schema, breaking-ahead, wrong-declarations, \
             broken-downs, transaction-control, stale-lock"
        );
        assert_eq!(
            refused("backend = 'oracle'").0,
            "Cargo.toml:4:11: unknown database `oracle`: it is one of postgres, mysql, sqlite"
        );
        assert_eq!(
            refused("ledger-schema = ''").0,
            "Cargo.toml:4:17: `ledger-schema` is the name of a schema"
        );
        assert_eq!(
            refused("breaking-ahead = 'no'").0,
            "Cargo.toml:4:18: `breaking-ahead` is \"refuse\" or \"warn\", not `'no'`"
        );
        assert_eq!(refused("backend = 1").0, "Cargo.toml:4:11: `backend` must be a string");
    }
}
