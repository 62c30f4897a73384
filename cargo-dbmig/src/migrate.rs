//! The commands on a database: the runtime's, with the files as their source.

use dbmig_core::impact::Impact;
use dbmig_core::infer::{Inferred, infer};
use dbmig_core::lockfile::{self, Known};
use dbmig_core::scan::{Level, Scanned, scan_shown_as};
use dbmig_core::{Dialect, Migration, MigrationSet, Version};
use dbmig_runtime::Options;
use dbmig_runtime::cli::{self, Context, Exit, MigrationsOrigin, RunArgs};
use dbmig_runtime::url::DatabaseUrl;

use crate::failure::{Failure, Result};
use crate::{Invocation, PROGRAM, lock, output};

/// Runs one of the commands that apps have, too.
pub(crate) fn run(command: &cli::Command, session: &Invocation) -> Result<Exit> {
    let url = database_url(session)?;
    let migrations = migrations(session, &url)?;
    let is_stale = migrations.lock == LockFile::Stale;
    if let (cli::Command::Run(RunArgs { dry_run: false, .. }), true) = (command, is_stale) {
        let directory = session.project.migrations_dir(Some(url.dialect()))?;
        lock::refresh(session, &directory.path, Some(url.dialect()));
    }
    Ok(execute(command, session, &url, &migrations))
}

/// The migrations of a directory.
pub(crate) struct Migrations {
    set: MigrationSet,
    /// The warnings that belong to a migration, with its version.
    warnings: Vec<(Version, String)>,
    lock: LockFile,
}

/// Whether the lock file knows the migrations as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LockFile {
    UpToDate,
    Stale,
}

/// Runs `command` on `migrations`.
pub(crate) fn execute(
    command: &cli::Command,
    session: &Invocation,
    url: &DatabaseUrl,
    migrations: &Migrations,
) -> Exit {
    let mut options = Options::default();
    options.app = concat!("cargo-dbmig ", env!("CARGO_PKG_VERSION")).to_owned();
    options.locking = session.project.settings.lock.unwrap_or_default().into();
    options.ledger_schema = session.project.ledger_schema();
    // Of a migration that no longer is in the folder, as the app does.
    options.breaking_ahead = session.project.settings.breaking_ahead;
    options.judge = Some(judge);
    session.waits.apply(&mut options);
    cli::stop_on_signals(&options.control, session.output);
    let context = Context {
        program: PROGRAM,
        set: &migrations.set,
        origin: MigrationsOrigin::Directory,
        warnings: &migrations.warnings,
        url,
        options,
        confirmation: session.confirmation,
        output: session.output,
        answer_timeout: session.waits.answer_timeout,
    };
    cli::execute(command, &context)
}

/// By the rules of this build.
fn judge(dialect: Dialect, migrations: &[Migration]) -> Vec<Impact> {
    infer(dialect, migrations).iter().map(Inferred::consequences).collect()
}

/// The database, which must be named somewhere, and be the one that the project is for.
pub(crate) fn database_url(session: &Invocation) -> Result<DatabaseUrl> {
    let Some(url) = session.project.database_url()? else {
        return Err(Failure::usage("nothing says which database is meant").help(
            "set DATABASE_URL (or MIGRATION_DATABASE_URL), also in .env, or pass --database-url URL",
        ));
    };
    output::detail(session.output, &format!("database: {url}"));
    match session.project.settings.backend {
        Some(backend) if backend != url.dialect() => Err(Failure::usage(format!(
            "{url} is {}, but the project's migrations are for {backend}",
            url.dialect()
        ))
        .help("pass the URL of another database, or change `backend` under metadata.dbmig in Cargo.toml")),
        _ => Ok(url),
    }
}

/// The migrations for `url`, from their folder: as the lock file knows them, where it knows them all as
/// they are; else the SQL is read. Warnings about the folder are told at once.
pub(crate) fn migrations(session: &Invocation, url: &DatabaseUrl) -> Result<Migrations> {
    let project = &session.project;
    let directory = project.migrations_dir(Some(url.dialect()))?.existing()?;
    let shown = project.shown(&directory.path);
    output::detail(
        session.output,
        &format!("migrations: {} (from {})", shown.display(), directory.origin),
    );
    if let Some(known) = lockfile::known(&directory.path, &shown, url.dialect())
        && let Some(migrations) = allowed(session, known)
    {
        return Ok(migrations);
    }
    let scanned = scan_shown_as(&directory.path, &shown, url.dialect())
        .and_then(|scanned| scanned.judged(project.settings.strictness))
        .map_err(|error| Failure::failed(error.to_string()))?;
    let warnings = by_migration(session, &scanned);
    Ok(Migrations { set: scanned.set, warnings, lock: LockFile::Stale })
}

/// With the warnings that the settings allow; nothing where they deny one, which a scan then refuses
/// in full.
fn allowed(session: &Invocation, known: Known) -> Option<Migrations> {
    let strictness = session.project.settings.strictness;
    let level = |rule: Option<_>| rule.map_or(Level::Warn, |rule| strictness.level(rule));
    if known.warnings.iter().any(|warning| level(warning.rule) == Level::Deny) {
        return None;
    }
    let mut warnings = Vec::new();
    for warning in known.warnings {
        match (level(warning.rule), warning.version) {
            (Level::Allow | Level::Deny, _) => {}
            (Level::Warn, Some(version)) => warnings.push((version, warning.text)),
            (Level::Warn, None) => session.output.warning(warning.text),
        }
    }
    Some(Migrations { set: known.set, warnings, lock: LockFile::UpToDate })
}

/// The warnings that belong to a migration, with its version; the others are told at once.
fn by_migration(session: &Invocation, scanned: &Scanned) -> Vec<(Version, String)> {
    let mut found = Vec::new();
    for warning in &scanned.warnings {
        let inside = |m: &&Migration| warning.path.iter().any(|part| part == m.name.as_ref());
        match scanned.set.iter().find(inside) {
            Some(migration) => found.push((migration.version.clone(), warning.to_string())),
            None => session.output.warning(warning),
        }
    }
    found
}
