//! Databases on a server, created and dropped from another database on it.

use dbmig_core::Dialect;
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{ConnectReason, Database, Error, connect};

use super::{Others, Outcome};
use crate::failure::{Failure, Result};

pub(super) fn create(url: &DatabaseUrl, name: &str) -> Result<Outcome> {
    match connect(url) {
        Ok(_) => return Ok(Outcome::Existed),
        // Without rights on it, MySQL does not say whether it exists.
        Err(Error::Connect {
            reason: ConnectReason::NoSuchDatabase | ConnectReason::Refused,
            ..
        }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut server = Server::connect(url, name)?;
    if server.has(name)? {
        return Ok(Outcome::Existed);
    }
    let quoted = url.dialect().identifier(name);
    let created = server.execute(&match url.dialect() {
        // Not the server's default, which was latin1 for long.
        Dialect::Mysql => format!("CREATE DATABASE {quoted} CHARACTER SET utf8mb4"),
        Dialect::Postgres | Dialect::Sqlite => format!("CREATE DATABASE {quoted}"),
    });
    match created {
        Ok(()) => Ok(Outcome::Created),
        // Another one may have been faster.
        Err(failure) => {
            if server.has(name)? {
                Ok(Outcome::Existed)
            } else {
                Err(failure)
            }
        }
    }
}

pub(super) fn drop(url: &DatabaseUrl, name: &str, others: Others) -> Result<Outcome> {
    let mut server = Server::connect(url, name)?;
    if !server.has(name)? {
        return Ok(Outcome::Absent);
    }
    let force = match (url.dialect(), others) {
        (Dialect::Postgres, Others::Disconnect) => " WITH (FORCE)",
        _ => "",
    };
    let quoted = url.dialect().identifier(name);
    server.execute(&format!("DROP DATABASE IF EXISTS {quoted}{force}")).map_err(|failure| {
        if failure.message.contains("being accessed by other users") {
            failure.help("close those connections, or end them with --force")
        } else {
            failure
        }
    })?;
    Ok(Outcome::Dropped)
}

/// A connection to another database on the same server.
struct Server<'u> {
    url: &'u DatabaseUrl,
    db: Box<dyn Database>,
}

impl<'u> Server<'u> {
    fn connect(url: &'u DatabaseUrl, name: &str) -> Result<Self> {
        // Every PostgreSQL server has both, unless somebody dropped the first one.
        let candidates: &[&str] = match url.dialect() {
            Dialect::Postgres if name == "postgres" => &["template1"],
            Dialect::Postgres => &["postgres", "template1"],
            Dialect::Mysql | Dialect::Sqlite => &[""],
        };
        let mut last = Failure::failed(format!("{url} cannot be reached"));
        for candidate in candidates {
            match connect(&url.with_database(candidate)) {
                Ok(db) => return Ok(Self { url, db }),
                Err(error) => {
                    let is_absent = matches!(
                        error,
                        Error::Connect { reason: ConnectReason::NoSuchDatabase, .. }
                    );
                    last = error.into();
                    if !is_absent {
                        break;
                    }
                }
            }
        }
        Err(last)
    }

    fn has(&mut self, name: &str) -> Result<bool> {
        let dialect = self.url.dialect();
        let (catalogue, column) = match dialect {
            Dialect::Mysql => ("information_schema.schemata", "schema_name"),
            Dialect::Postgres | Dialect::Sqlite => ("pg_catalog.pg_database", "datname"),
        };
        let literal = dialect.literal(name);
        let sql = format!("SELECT 'x' FROM {catalogue} WHERE {column} = {literal}");
        let rows = self.db.query(&sql).map_err(|error| self.failed(&error))?;
        Ok(!rows.is_empty())
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        self.db.execute(sql).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::failed(format!("{}: {}", self.url, self.url.redact(&error.to_string())))
    }
}
