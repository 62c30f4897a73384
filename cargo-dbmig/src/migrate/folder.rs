//! The migrations of a folder, read as little as the command asks for.

use std::path::PathBuf;

use dbmig_core::lockfile::{self, Index, KnownWarning};
use dbmig_core::scan::{Level, Scanned, scan_shown_as};
use dbmig_core::{Dialect, Migration, MigrationSet, Version};
use dbmig_runtime::Options;
use dbmig_runtime::cli::{Context, MigrationsOrigin};
use dbmig_runtime::url::DatabaseUrl;

use crate::failure::{Failure, Result};
use crate::{Invocation, PROGRAM, output};

/// The folder of the migrations.
pub(crate) struct Folder {
    pub(super) path: PathBuf,
    /// As a person sees it.
    shown: PathBuf,
    dialect: Dialect,
    /// What was in it when it was read last, where there is a place to keep that.
    index: Option<Index>,
}

/// The migrations of a folder.
pub(crate) struct Migrations {
    set: MigrationSet,
    /// The warnings that belong to a migration, with its version.
    warnings: Vec<(Version, String)>,
    /// Those about the folder.
    of_folder: Vec<String>,
    pub(super) lock: LockFile,
}

/// Whether the lock file knows the migrations as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockFile {
    UpToDate,
    Stale,
}

impl Folder {
    /// That of the migrations for `url`.
    pub(crate) fn find(session: &Invocation, url: &DatabaseUrl) -> Result<Self> {
        let project = &session.project;
        let dialect = url.dialect();
        let directory = project.migrations_dir(Some(dialect))?.existing()?;
        let shown = project.shown(&directory.path);
        output::detail(
            session.output,
            &format!("migrations: {} (from {})", shown.display(), directory.origin),
        );
        let path = directory.path;
        let kept = project.target_dir().map(|target| target.join("dbmig"));
        let index = kept.and_then(|kept| Index::below(&kept, &path, &shown, dialect));
        Ok(Self { path, shown, dialect, index })
    }

    /// The migrations without their scripts, where the lock file knows them all as they are: as they
    /// are kept, if nothing has changed since, else from the files.
    pub(super) fn outline(&self, session: &Invocation) -> Option<Migrations> {
        let kept = self.index.as_ref().and_then(Index::recall);
        let outline = kept.or_else(|| {
            // Before anything is read: what is changed meanwhile is then seen to be newer.
            let begun = self.index.as_ref().and_then(Index::begin);
            let outline = lockfile::outline(&self.path, &self.shown, self.dialect)?;
            begun.into_iter().for_each(|begun| begun.keep(&outline));
            Some(outline)
        })?;
        allowed(session, outline.set, outline.warnings)
    }

    /// The migrations: as the lock file knows them, where it knows them all as they are; else the SQL
    /// is read.
    pub(crate) fn read(&self, session: &Invocation) -> Result<Migrations> {
        let known = lockfile::known(&self.path, &self.shown, self.dialect);
        match known.and_then(|known| allowed(session, known.set, known.warnings)) {
            Some(migrations) => Ok(migrations),
            None => self.scan(session),
        }
    }

    /// The migrations, by reading the SQL.
    pub(super) fn scan(&self, session: &Invocation) -> Result<Migrations> {
        let scanned = scan_shown_as(&self.path, &self.shown, self.dialect)
            .and_then(|scanned| scanned.judged(session.project.settings.strictness))
            .map_err(|error| Failure::failed(error.to_string()))?;
        Ok(by_migration(scanned))
    }
}

impl Migrations {
    /// Tells what is to be said of the folder, whatever becomes of its migrations.
    pub(crate) fn tell(&self, session: &Invocation) {
        self.of_folder.iter().for_each(|warning| session.output.warning(warning));
    }

    /// These migrations, for the runtime's commands.
    pub(super) fn context<'m>(
        &'m self,
        session: &Invocation,
        url: &'m DatabaseUrl,
        options: &Options,
    ) -> Context<'m> {
        Context {
            program: PROGRAM,
            set: &self.set,
            origin: MigrationsOrigin::Directory,
            warnings: &self.warnings,
            url,
            options: options.clone(),
            confirmation: session.confirmation,
            output: session.output,
            answer_timeout: session.waits.answer_timeout,
        }
    }
}

/// With the warnings that the settings allow; nothing where they deny one, which a scan then refuses
/// in full.
fn allowed(
    session: &Invocation,
    set: MigrationSet,
    found: Vec<KnownWarning>,
) -> Option<Migrations> {
    let strictness = session.project.settings.strictness;
    let level = |rule: Option<_>| rule.map_or(Level::Warn, |rule| strictness.level(rule));
    if found.iter().any(|warning| level(warning.rule) == Level::Deny) {
        return None;
    }
    let (mut warnings, mut of_folder) = (Vec::new(), Vec::new());
    for KnownWarning { version, rule, text } in found {
        match (level(rule), version) {
            (Level::Allow | Level::Deny, _) => {}
            (Level::Warn, Some(version)) => warnings.push((version, text)),
            (Level::Warn, None) => of_folder.push(text),
        }
    }
    Some(Migrations { set, warnings, of_folder, lock: LockFile::UpToDate })
}

/// With the warnings that belong to a migration apart from the others.
fn by_migration(scanned: Scanned) -> Migrations {
    let (mut warnings, mut of_folder) = (Vec::new(), Vec::new());
    for warning in &scanned.warnings {
        let inside = |m: &&Migration| warning.path.iter().any(|part| part == m.name.as_ref());
        match scanned.set.iter().find(inside) {
            Some(migration) => warnings.push((migration.version.clone(), warning.to_string())),
            None => of_folder.push(warning.to_string()),
        }
    }
    Migrations { set: scanned.set, warnings, of_folder, lock: LockFile::Stale }
}
