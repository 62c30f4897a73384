//! Where the project, its settings, its migrations and its database are.

mod database;
mod diesel_toml;
mod directory;
mod environment;
mod location;
mod manifest;
mod relative;
mod settings;
mod target;

use std::path::{Path, PathBuf};

use dbmig_core::Dialect;
use dbmig_runtime::url::{DatabaseUrl, Unread};

pub(crate) use database::VARIABLES;
pub(crate) use directory::MigrationsDir;
pub(crate) use environment::Environment;
pub(crate) use location::Location;
pub(crate) use manifest::{Manifest, member_folder};
pub(crate) use relative::{relative, with_slashes};
pub(crate) use settings::ProjectSettings;

use crate::failure::{Failure, Result};

/// The project around a folder. It need not be a cargo project.
#[derive(Debug)]
pub(crate) struct Project {
    /// The folder that paths on the command line are relative to.
    pub(crate) current: PathBuf,
    /// The folder where every search begins: the current one, or that of the chosen package.
    pub(crate) base: PathBuf,
    /// The Cargo.toml of the package around `base`.
    pub(crate) package: Option<Manifest>,
    /// The Cargo.toml of the workspace around it, where it is another file.
    workspace: Option<Manifest>,
    pub(crate) settings: ProjectSettings,
    pub(crate) environment: Environment,
    location: Location,
}

impl Project {
    /// Finds the project that `location` means, seen from the folder `current`.
    pub(crate) fn discover(location: &Location, current: &Path) -> Result<Self> {
        let base = base_folder(location, current)?;
        let environment = Environment::load(&base)?;
        let manifests = manifest::around(&base)?;
        let settings = ProjectSettings::read(&manifests)?;
        Ok(Self {
            current: current.to_owned(),
            base,
            package: manifests.package,
            workspace: manifests.workspace,
            settings,
            environment,
            location: location.clone(),
        })
    }

    /// The migrations folder, which may not exist yet; of several, that of `dialect`.
    pub(crate) fn migrations_dir(&self, dialect: Option<Dialect>) -> Result<MigrationsDir> {
        let found = directory::find(self, self.location.migrations_dir.as_deref())?;
        directory::of_dialect(found, dialect)
    }

    /// The database's URL, where one is named anywhere.
    pub(crate) fn database_url(&self) -> Result<Option<DatabaseUrl>> {
        database::find(self.location.database_url.as_ref().map(Unread::expose), &self.environment)
    }

    /// The schema of the ledger, where anything names it.
    pub(crate) fn ledger_schema(&self) -> Option<String> {
        let named = self.environment.first_of(&["DBMIG_LEDGER_SCHEMA"]).map(|found| found.value);
        self.location
            .ledger_schema
            .clone()
            .or(named)
            .or_else(|| self.settings.ledger_schema.clone())
    }

    /// The database that the project is for, as far as anything says so.
    pub(crate) fn dialect(&self) -> Result<Option<Dialect>> {
        if let Some(dialect) = self.settings.backend {
            return Ok(Some(dialect));
        }
        if let Some(url) = self.database_url()? {
            return Ok(Some(url.dialect()));
        }
        Ok(self.package.as_ref().and_then(Manifest::backend))
    }

    /// Cargo's target folder, where there is one and it is easily found.
    pub(crate) fn target_dir(&self) -> Option<PathBuf> {
        target::find(self)
    }

    /// `path` as a person in the current folder would write it.
    pub(crate) fn shown(&self, path: &Path) -> PathBuf {
        relative(path, &self.current)
    }
}

fn base_folder(location: &Location, current: &Path) -> Result<PathBuf> {
    let manifest = location.manifest_path.as_ref().map(|path| current.join(path));
    if let Some(name) = &location.package {
        return member_folder(name, manifest.as_deref(), current);
    }
    let Some(manifest) = manifest else { return Ok(current.to_owned()) };
    match manifest.parent() {
        Some(folder) if manifest.is_file() => Ok(folder.to_owned()),
        _ => Err(Failure::usage(format!("there is no file {}", manifest.display()))
            .help("--manifest-path takes the path of a Cargo.toml")),
    }
}
