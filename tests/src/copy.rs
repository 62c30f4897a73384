//! A second database with what a first one holds.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Backend, Session, TestDatabase, mariadb_client};

/// The name of a copy: the count keeps it apart from all others of the process.
fn name(of: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let stem = of.split("__").next().unwrap_or(of);
    format!("{}__{count}", &stem[..stem.len().min(50)])
}

/// The same URL for another database.
pub(crate) fn beside(url: &str, database: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL of the harness");
    format!("{server}/{database}")
}

#[track_caller]
fn admin(database: &TestDatabase, home: &str) -> Session {
    let url = beside(database.client_url(), home);
    Session::connect(database.backend(), &url).unwrap_or_else(|error| panic!("{error}"))
}

impl TestDatabase {
    /// A new database with the same schema and the same rows. Nobody may be connected to this one.
    ///
    /// # Errors
    /// What the database's own tool says.
    pub fn copy(&self) -> Result<Self, String> {
        let name = name(self.name());
        match self.backend() {
            Backend::Postgres => {
                let sql =
                    format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY file_copy", self.name());
                admin(self, "postgres").try_query(&sql)?;
                Ok(self.named(name))
            }
            Backend::MariaDb => {
                admin(self, "mysql")
                    .execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
                let copy = self.named(name);
                pour(self.client_url(), copy.client_url())?;
                Ok(copy)
            }
            Backend::Sqlite => {
                let copy = crate::database(Backend::Sqlite);
                if let Some(file) = self.file().filter(|file| file.exists()) {
                    std::fs::copy(file, copy.url()).map_err(|error| error.to_string())?;
                }
                Ok(copy)
            }
        }
    }

    /// Removes it now, not with its server.
    pub fn remove(self) {
        let sql = format!("DROP DATABASE IF EXISTS {}", self.name());
        match self.backend() {
            Backend::Postgres => admin(&self, "postgres").execute(&(sql + " WITH (FORCE)")),
            Backend::MariaDb => admin(&self, "mysql").execute(&sql),
            // Its folder goes with it.
            Backend::Sqlite => {}
        }
    }
}

/// Dumps one MariaDB database into another.
fn pour(from: &str, to: &str) -> Result<(), String> {
    let mut dump = mariadb_client::command("mariadb-dump", from);
    dump.args(["--routines", "--triggers", "--events", "--skip-comments", "--hex-blob"]);
    dump.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut dump = dump.spawn().map_err(|error| error.to_string())?;
    let mut load = mariadb_client::command("mariadb", to);
    load.stdin(dump.stdout.take().expect("a pipe"));
    let load = load.output().map_err(|error| error.to_string())?;
    let dump = dump.wait_with_output().map_err(|error| error.to_string())?;
    match (dump.status.success(), load.status.success()) {
        (true, true) => Ok(()),
        (false, _) => Err(String::from_utf8_lossy(&dump.stderr).into_owned()),
        (true, false) => Err(String::from_utf8_lossy(&load.stderr).into_owned()),
    }
}
