//! A fresh database for each test.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::servers::{self, Server};
use crate::{Backend, Rows, Session, bookkeeping, copy, dump, eventually};

/// An empty database that only one test uses.
#[derive(Debug)]
pub struct TestDatabase {
    backend: Backend,
    name: String,
    url: String,
    client_url: String,
    /// Of the server, where that is not the suite's.
    version: Option<String>,
    /// Holds the file of an SQLite database. The others go with their server.
    folder: Option<TempDir>,
}

/// A new empty database on the server that the tests share, or in a new file.
pub fn database(backend: Backend) -> TestDatabase {
    match backend {
        Backend::Postgres => servers::postgres().database(),
        Backend::MariaDb => servers::mariadb().database(),
        Backend::Sqlite => TestDatabase::in_file(),
    }
}

impl TestDatabase {
    pub(crate) fn on_server(server: &Server, name: String) -> Self {
        let (url, client_url) = (server.url(&name), server.client_url(&name));
        let version = server.version().map(str::to_owned);
        Self { backend: server.engine().into(), name, url, client_url, version, folder: None }
    }

    /// Another database on the same server.
    pub(crate) fn named(&self, name: String) -> Self {
        let url = copy::beside(&self.url, &name);
        let client_url = copy::beside(&self.client_url, &name);
        let (backend, version) = (self.backend, self.version.clone());
        Self { backend, name, url, client_url, version, folder: None }
    }

    fn in_file() -> Self {
        let folder = crate::folder();
        let path = folder.path().join("test.db");
        let url = path.to_str().expect("a temporary folder in UTF-8").to_owned();
        let (client_url, folder) = (url.clone(), Some(folder));
        let name = "test.db".to_owned();
        Self { backend: Backend::Sqlite, name, url, client_url, version: None, folder }
    }

    /// What kind of database it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Its name on its server, or of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What `DATABASE_URL` would hold: for SQLite the plain path of the file, which need not exist.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same database for the harness's own clients: on a socket of PostgreSQL, without the
    /// password, whose check takes longer than connecting.
    pub fn client_url(&self) -> &str {
        &self.client_url
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The file of an SQLite database.
    pub fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.path().join(&self.name))
    }

    /// A connection that stays open, to hold a transaction or a lock.
    #[track_caller]
    pub fn session(&self) -> Session {
        Session::connect(self.backend, &self.client_url).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs statements that must succeed, on a connection of their own.
    #[track_caller]
    pub fn execute(&self, sql: &str) {
        self.session().execute(sql);
    }

    /// The rows of statements that must succeed; `None` is NULL.
    #[track_caller]
    pub fn query(&self, sql: &str) -> Rows {
        self.session().query(sql)
    }

    /// The rows, or the database's own error text.
    pub fn try_query(&self, sql: &str) -> Result<Rows, String> {
        Session::connect(self.backend, &self.client_url)?.try_query(sql)
    }

    /// The first column of each row, where no value may be NULL.
    #[track_caller]
    pub fn column(&self, sql: &str) -> Vec<String> {
        let value = |row: Vec<Option<String>>| row.into_iter().next().flatten();
        self.query(sql).into_iter().map(|row| value(row).expect("a value")).collect()
    }

    /// The names of its tables and views, sorted, those of the tools included.
    #[track_caller]
    pub fn tables(&self) -> Vec<String> {
        self.column(match self.backend {
            Backend::Postgres => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema NOT IN \
                 ('pg_catalog', 'information_schema') ORDER BY table_name COLLATE \"C\""
            }
            Backend::MariaDb => {
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() \
                 ORDER BY BINARY table_name"
            }
            Backend::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') \
                 AND name NOT LIKE 'sqlite_%' ORDER BY name"
            }
        })
    }

    /// Waits until so many migrations are applied.
    #[track_caller]
    pub fn until_applied(&self, count: usize) {
        let applied = || self.try_query("SELECT version FROM __diesel_schema_migrations");
        let is_reached = || applied().is_ok_and(|rows| rows.len() >= count);
        eventually(&format!("{count} migrations are applied"), is_reached);
    }

    /// Waits until a statement in it sleeps, as its server says.
    #[track_caller]
    pub fn until_asleep(&self) {
        let asleep = match self.backend {
            Backend::Postgres => {
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
                 AND wait_event = 'PgSleep'"
            }
            Backend::MariaDb => {
                "SELECT id FROM information_schema.processlist WHERE db = database() \
                 AND state = 'User sleep'"
            }
            Backend::Sqlite => panic!("it has no server that could say so"),
        };
        let mut session = self.session();
        eventually("a statement sleeps", || !session.query(asleep).is_empty());
    }

    /// The whole schema as the database's own tool tells it, the same text for the same schema.
    #[track_caller]
    pub fn dump(&self) -> String {
        dump::schema(self)
    }

    /// Statements that make the same database anew, with all its rows.
    #[track_caller]
    pub fn script(&self) -> String {
        dump::script(self)
    }

    /// What both tables of the tools hold, without times, hosts and what was interrupted: the same
    /// text for databases that went different ways to the same state.
    #[track_caller]
    pub fn bookkeeping(&self) -> String {
        bookkeeping::text(self)
    }

    /// The same of what is applied now only: for a database that has been further, and one that
    /// never was.
    #[track_caller]
    pub fn bookkeeping_of_applied(&self) -> String {
        bookkeeping::applied(self)
    }
}
