//! The commands on a database: the runtime's, with the files as their source.

use dbmig_core::MigrationSet;
use dbmig_core::scan::scan_shown_as;
use dbmig_runtime::Options;
use dbmig_runtime::cli::{self, Context, Exit};
use dbmig_runtime::url::DatabaseUrl;

use crate::failure::{Failure, Result};
use crate::{PROGRAM, Session, output};

/// Runs one of the commands that apps have, too.
pub(crate) fn run(command: &cli::Command, session: &Session) -> Result<Exit> {
    let url = database_url(session)?;
    let set = migrations(session, &url)?;
    Ok(execute(command, session, &url, &set))
}

/// Runs `command` on `set`.
pub(crate) fn execute(
    command: &cli::Command,
    session: &Session,
    url: &DatabaseUrl,
    set: &MigrationSet,
) -> Exit {
    let mut options = Options::default();
    options.app = concat!("cargo-dbmig ", env!("CARGO_PKG_VERSION")).to_owned();
    let context = Context {
        program: PROGRAM,
        set,
        url,
        options,
        confirmation: session.confirmation,
        output: session.output,
    };
    cli::execute(command, &context)
}

/// The database, which must be named somewhere, and be the one that the project is for.
pub(crate) fn database_url(session: &Session) -> Result<DatabaseUrl> {
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
pub(crate) fn migrations(session: &Session, url: &DatabaseUrl) -> Result<MigrationSet> {
    let project = &session.project;
    let directory = project.migrations_dir(Some(url.dialect()))?.existing()?;
    let shown = project.shown(&directory.path);
    output::detail(
        session.output,
        &format!("migrations: {} (from {})", shown.display(), directory.origin),
    );
    let scanned = scan_shown_as(&directory.path, &shown, url.dialect())
        .map_err(|error| Failure::failed(error.to_string()))?;
    scanned.warnings.iter().for_each(|warning| session.output.warning(warning));
    Ok(scanned.set)
}
