//! The migrations folder, in Diesel's order.

use std::path::{Path, PathBuf};

use dbmig_core::Dialect;

use super::manifest::members_with_migrations;
use super::{Project, diesel_toml};
use crate::failure::{Failure, Result};

/// The migrations folder and who named it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MigrationsDir {
    pub(crate) path: PathBuf,
    pub(crate) origin: DirectoryOrigin,
    /// The database whose name the folder bears, of several under one `migrations`.
    pub(crate) dialect: Option<Dialect>,
}

/// Who named the migrations folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DirectoryOrigin {
    Flag,
    Variable(String),
    Settings,
    DieselToml(PathBuf),
    /// A folder `migrations` here or above.
    Found,
    /// Nobody: it is where the package should have one.
    Default,
}

impl std::fmt::Display for DirectoryOrigin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => f.write_str("--migrations-dir"),
            Self::Variable(name) => f.write_str(name),
            Self::Settings => f.write_str("metadata.dbmig in Cargo.toml"),
            Self::DieselToml(path) => write!(f, "{}", path.display()),
            Self::Found | Self::Default => f.write_str("the place of the project"),
        }
    }
}

impl MigrationsDir {
    /// It, or the failure that says that it is not there.
    pub(crate) fn existing(self) -> Result<Self> {
        if self.path.is_dir() {
            return Ok(self);
        }
        let path = self.path.display();
        let message = match &self.origin {
            DirectoryOrigin::Default => {
                format!("there is no migrations folder: {path} does not exist")
            }
            origin => format!("the migrations folder {path} does not exist ({origin} names it)"),
        };
        Err(Failure::usage(message)
            .help("`cargo dbmig new NAME` creates it, --migrations-dir DIR names another"))
    }
}

/// The folder that the flag, the variable, our settings or diesel.toml name, else the nearest
/// `migrations` here or above, else the one that the package should have.
pub(super) fn find(project: &Project, flag: Option<&Path>) -> Result<MigrationsDir> {
    let named = |path: PathBuf, origin| Ok(MigrationsDir { path, origin, dialect: None });
    if let Some(path) = flag {
        return named(project.current.join(path), DirectoryOrigin::Flag);
    }
    if let Some(variable) = project.environment.first_of(&["MIGRATION_DIRECTORY"]) {
        return named(
            project.current.join(variable.value),
            DirectoryOrigin::Variable(variable.origin),
        );
    }
    if let Some(path) = &project.settings.migrations_dir {
        return named(path.clone(), DirectoryOrigin::Settings);
    }
    if let Some((path, file)) = diesel_toml::migrations_dir(project)? {
        return named(path, DirectoryOrigin::DieselToml(file));
    }
    let mut above = project.base.ancestors().map(|at| at.join("migrations"));
    if let Some(path) = above.find(|path| path.is_dir()) {
        return named(path, DirectoryOrigin::Found);
    }
    if let Some(package) = &project.package {
        return named(package.folder().join("migrations"), DirectoryOrigin::Default);
    }
    Err(nowhere(project))
}

fn nowhere(project: &Project) -> Failure {
    let failure = Failure::usage(format!(
        "there is no migrations folder in {} or above",
        project.base.display()
    ));
    let members = project.workspace.as_ref().map(members_with_migrations).unwrap_or_default();
    match members.as_slice() {
        [] => {
            failure.help("name one with --migrations-dir DIR, or a workspace member with -p NAME")
        }
        members => failure
            .help(format!("these members of the workspace have one: -p {}", members.join(", -p "))),
    }
}

/// Of `migrations/postgres` and `migrations/sqlite`, the one of `dialect`; other folders as they
/// are.
pub(super) fn of_dialect(found: MigrationsDir, dialect: Option<Dialect>) -> Result<MigrationsDir> {
    let folders = backend_folders(&found.path)?;
    if folders.is_empty() {
        return Ok(found);
    }
    let names = || {
        let names = folders.iter().filter_map(|(path, _)| path.file_name());
        names.map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ")
    };
    let several = format!("{} has a folder for each database ({})", found.path.display(), names());
    let Some(dialect) = dialect else {
        return Err(Failure::usage(format!("{several}, and nothing says which one is meant"))
            .help("set DATABASE_URL, or pass --database-url or --migrations-dir"));
    };
    let mut matching = folders.iter().filter(|(_, of)| *of == dialect);
    match (matching.next(), matching.next()) {
        (Some((path, _)), None) => {
            Ok(MigrationsDir { path: path.clone(), dialect: Some(dialect), origin: found.origin })
        }
        (None, _) => Err(Failure::usage(format!("{several}, but none for {dialect}"))
            .help("pass --migrations-dir, or the URL of another database")),
        (Some(_), Some(_)) => Err(Failure::usage(format!("{several}, several for {dialect}"))
            .help("pass --migrations-dir")),
    }
}

/// The folders named after databases in a folder that holds no migration itself.
fn backend_folders(path: &Path) -> Result<Vec<(PathBuf, Dialect)>> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    // The scan says better than this why a folder cannot be read.
    let Ok(entries) = std::fs::read_dir(path) else { return Ok(Vec::new()) };
    for entry in entries {
        let entry = entry.map_err(Failure::io("read", path))?;
        let folder = entry.path();
        if folder.join("up.sql").is_file() {
            return Ok(Vec::new());
        }
        if let Some(dialect) = entry.file_name().to_str().and_then(|name| name.parse().ok())
            && folder.is_dir()
        {
            folders.push((folder, dialect));
        }
    }
    folders.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(folders)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Environment, ProjectSettings};

    fn project(root: &Path, base: &str) -> Project {
        let base = root.join(base);
        std::fs::create_dir_all(&base).unwrap();
        Project {
            current: base.clone(),
            package: None,
            workspace: None,
            settings: ProjectSettings::default(),
            environment: Environment::default(),
            location: crate::project::Location::default(),
            base,
        }
    }

    #[test]
    fn each_source_gives_way_to_the_one_before_it() {
        let root = tempfile::tempdir().unwrap();
        let mut project = project(root.path(), "a/b");
        let find = |project: &Project, flag: Option<&str>| {
            super::find(project, flag.map(Path::new)).map(|found| {
                found.path.strip_prefix(root.path()).unwrap().to_string_lossy().replace('\\', "/")
            })
        };
        assert!(find(&project, None).unwrap_err().message.contains("no migrations folder"));
        std::fs::create_dir(root.path().join("migrations")).unwrap();
        assert_eq!(find(&project, None).unwrap(), "migrations");
        std::fs::write(root.path().join("a/diesel.toml"), "[migrations_directory]\ndir='d'")
            .unwrap();
        assert_eq!(find(&project, None).unwrap(), "a/d");
        project.settings.migrations_dir = Some(root.path().join("settings"));
        assert_eq!(find(&project, None).unwrap(), "settings");
        project.environment = Environment::of(&[], &[("MIGRATION_DIRECTORY", "variable")]);
        assert_eq!(find(&project, None).unwrap(), "a/b/variable");
        assert_eq!(find(&project, Some("flag")).unwrap(), "a/b/flag");
    }

    #[test]
    fn diesels_variable_names_another_diesel_toml() {
        let root = tempfile::tempdir().unwrap();
        let mut project = project(root.path(), "a");
        std::fs::write(root.path().join("a/diesel.toml"), "[migrations_directory]\ndir='near'")
            .unwrap();
        std::fs::write(root.path().join("other.toml"), "[migrations_directory]\ndir='far'")
            .unwrap();
        project.environment = Environment::of(&[("DIESEL_CONFIG_FILE", "../other.toml")], &[]);
        let found = super::find(&project, None).unwrap();
        assert!(found.path.ends_with("a/../far"), "{found:?}");
    }

    #[test]
    fn several_backends_under_one_folder() {
        let root = tempfile::tempdir().unwrap();
        let choose = |dialect| {
            let found = MigrationsDir {
                path: root.path().to_owned(),
                origin: DirectoryOrigin::Found,
                dialect: None,
            };
            of_dialect(found, dialect).map(|found| found.path)
        };
        assert_eq!(choose(None).unwrap(), root.path());
        for name in ["postgresql", "sqlite", ".hidden"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        assert_eq!(choose(Some(Dialect::Postgres)).unwrap(), root.path().join("postgresql"));
        let none = choose(Some(Dialect::Mysql)).unwrap_err();
        assert!(none.message.ends_with("(postgresql, sqlite), but none for mysql"), "{none}");
        assert!(choose(None).unwrap_err().message.contains("nothing says which"));
        std::fs::create_dir(root.path().join("pg")).unwrap();
        assert!(choose(Some(Dialect::Postgres)).unwrap_err().message.contains("several for"));
        std::fs::create_dir(root.path().join("1_a")).unwrap();
        std::fs::write(root.path().join("1_a/up.sql"), "SELECT 1").unwrap();
        assert_eq!(choose(None).unwrap(), root.path());
    }
}
