//! The commands on a database: the runtime's, with the files as their source.

mod folder;

use dbmig_core::impact::Impact;
use dbmig_core::infer::{Inferred, infer};
use dbmig_core::{Dialect, Migration};
use dbmig_runtime::Options;
use dbmig_runtime::cli::{self, Exit, Outlined, RunArgs};
use dbmig_runtime::url::DatabaseUrl;

pub(crate) use folder::{Folder, Migrations};

use self::folder::LockFile;
use crate::failure::{Failure, Result};
use crate::{Invocation, lock, output};

/// Runs one of the commands that apps have, too.
pub(crate) fn run(command: &cli::Command, session: &Invocation) -> Result<Exit> {
    let url = database_url(session)?;
    let folder = Folder::find(session, &url)?;
    let options = options(session);
    let mut opened = None;
    let may_be_outlined = cli::may_be_outlined(command);
    if may_be_outlined && let Some(outline) = folder.outline(session) {
        outline.tell(session);
        cli::stop_on_signals(&options.control, session.output);
        match cli::try_outlined(command, &outline.context(session, &url, &options)) {
            Outlined::Done(exit) => return Ok(exit),
            Outlined::ReadOn(connection) => opened = Some(connection),
        }
    }
    let migrations = match (may_be_outlined, &opened) {
        // The lock file does not know them, or the settings deny what is known.
        (true, None) => folder.scan(session)?,
        (true, Some(_)) | (false, _) => folder.read(session)?,
    };
    if opened.is_none() {
        migrations.tell(session);
    }
    let is_stale = migrations.lock == LockFile::Stale;
    if let (cli::Command::Run(RunArgs { dry_run: false, .. }), true) = (command, is_stale) {
        lock::refresh(session, &folder.path, Some(url.dialect()));
    }
    let context = migrations.context(session, &url, &options);
    if let Some(connection) = opened {
        return Ok(cli::execute_on(connection, command, &context));
    }
    // Not before: until here, nothing is lost if the process just ends.
    cli::stop_on_signals(&options.control, session.output);
    Ok(cli::execute(command, &context))
}

/// Applies all of `migrations`.
pub(crate) fn apply(session: &Invocation, url: &DatabaseUrl, migrations: &Migrations) -> Exit {
    let options = options(session);
    cli::stop_on_signals(&options.control, session.output);
    let command = cli::Command::Run(RunArgs::default());
    cli::execute(&command, &migrations.context(session, url, &options))
}

fn options(session: &Invocation) -> Options {
    let mut options = Options::default();
    options.app = concat!("cargo-dbmig ", env!("CARGO_PKG_VERSION")).to_owned();
    options.locking = session.project.settings.lock.unwrap_or_default().into();
    options.ledger_schema = session.project.ledger_schema();
    // Of a migration that no longer is in the folder, as the app does.
    options.breaking_ahead = session.project.settings.breaking_ahead;
    options.judge = Some(judge);
    session.waits.apply(&mut options);
    options
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
