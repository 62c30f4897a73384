//! The commands on a database: the runtime's, with the files as their source.

use dbmig_core::impact::Consequences;
use dbmig_core::infer::{Inferred, infer};
use dbmig_core::scan::{Scanned, scan_shown_as};
use dbmig_core::{Dialect, Migration, Version};
use dbmig_runtime::Options;
use dbmig_runtime::cli::{self, Context, Exit, MigrationsOrigin, RunArgs};
use dbmig_runtime::url::DatabaseUrl;

use crate::failure::{Failure, Result};
use crate::{Invocation, PROGRAM, lock, output};

/// Runs one of the commands that apps have, too.
pub(crate) fn run(command: &cli::Command, session: &Invocation) -> Result<Exit> {
    let url = database_url(session)?;
    let set = migrations(session, &url)?;
    if let cli::Command::Run(RunArgs { dry_run: false, .. }) = command {
        let directory = session.project.migrations_dir(Some(url.dialect()))?;
        lock::refresh(session, &directory.path, Some(url.dialect()));
    }
    Ok(execute(command, session, &url, &set))
}

/// Runs `command` on `migrations`.
pub(crate) fn execute(
    command: &cli::Command,
    session: &Invocation,
    url: &DatabaseUrl,
    migrations: &Scanned,
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
    let warnings = by_migration(session, migrations);
    let context = Context {
        program: PROGRAM,
        set: &migrations.set,
        origin: MigrationsOrigin::Directory,
        warnings: &warnings,
        url,
        options,
        confirmation: session.confirmation,
        output: session.output,
        answer_timeout: session.waits.answer_timeout,
    };
    cli::execute(command, &context)
}

/// By the rules of this build.
fn judge(dialect: Dialect, migrations: &[Migration]) -> Vec<Consequences> {
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

/// The migrations for `url`, from their folder.
pub(crate) fn migrations(session: &Invocation, url: &DatabaseUrl) -> Result<Scanned> {
    let project = &session.project;
    let directory = project.migrations_dir(Some(url.dialect()))?.existing()?;
    let shown = project.shown(&directory.path);
    output::detail(
        session.output,
        &format!("migrations: {} (from {})", shown.display(), directory.origin),
    );
    scan_shown_as(&directory.path, &shown, url.dialect())
        .and_then(|scanned| scanned.judged(project.settings.strictness))
        .map_err(|error| Failure::failed(error.to_string()))
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
