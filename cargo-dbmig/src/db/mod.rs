//! `cargo dbmig db`: create, drop and reset whole databases.

mod server;
mod sqlite;

use dbmig_core::Dialect;
use dbmig_runtime::cli::{self, ConfirmedDatabases, Exit};
use dbmig_runtime::url::DatabaseUrl;
use serde_json::json;

use crate::args::Db;
use crate::failure::{Failure, Result};
use crate::{Invocation, migrate};

/// Whether the sessions of others may be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Respect,
    Disconnect,
}

/// What became of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Created,
    Existed,
    Dropped,
    Absent,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Existed => "existed",
            Self::Dropped => "dropped",
            Self::Absent => "absent",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Existed => "nothing to do: it exists",
            Self::Dropped => "dropped",
            Self::Absent => "nothing to do: it does not exist",
        }
    }
}

/// Runs one of the commands.
pub(crate) fn run(command: &Db, session: &Invocation) -> Result<Exit> {
    let url = migrate::database_url(session)?;
    match command {
        Db::Create => Ok(told(create(&url)?, &url, session)),
        Db::Drop(args) => {
            if let Err(exit) = confirm("drop the database", &url, session) {
                return Ok(exit);
            }
            Ok(told(drop(&url, others(args.force))?, &url, session))
        }
        Db::Reset(args) => reset(&url, others(args.force), session),
    }
}

/// The migrations are read first: a mistake in them must not leave an empty database behind.
fn reset(url: &DatabaseUrl, others: Others, session: &Invocation) -> Result<Exit> {
    let migrations = migrate::Folder::find(session, url)?.read(session)?;
    migrations.tell(session);
    if let Err(exit) = confirm("drop the database and build it again", url, session) {
        return Ok(exit);
    }
    for outcome in [drop(url, others)?, create(url)?] {
        session.output.note(format_args!("{url}: {}", outcome.sentence()));
    }
    Ok(migrate::apply(session, url, &migrations))
}

fn confirm(what: &str, url: &DatabaseUrl, session: &Invocation) -> Result<(), Exit> {
    cli::confirm(&session.output, url, what, ConfirmedDatabases::Everywhere, session.confirmation)
}

fn told(outcome: Outcome, url: &DatabaseUrl, session: &Invocation) -> Exit {
    session.output.line(format_args!("{url}: {}", outcome.sentence()));
    session.output.json(&json!({ "database": url.to_string(), "outcome": outcome.name() }));
    Exit::Done
}

const fn others(force: bool) -> Others {
    if force { Others::Disconnect } else { Others::Respect }
}

fn create(url: &DatabaseUrl) -> Result<Outcome> {
    match url.dialect() {
        Dialect::Sqlite => sqlite::create(url),
        Dialect::Postgres | Dialect::Mysql => server::create(url, &name(url)?),
    }
}

fn drop(url: &DatabaseUrl, others: Others) -> Result<Outcome> {
    match url.dialect() {
        Dialect::Sqlite => sqlite::drop(url),
        Dialect::Postgres | Dialect::Mysql => server::drop(url, &name(url)?, others),
    }
}

fn name(url: &DatabaseUrl) -> Result<String> {
    url.database()
        .ok_or_else(|| Failure::usage(format!("{url} names no database")).help("end it with /NAME"))
}
