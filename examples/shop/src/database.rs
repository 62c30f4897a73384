//! Connections to any of the databases, with one type for all: each query is written once.

use std::fmt;
use std::time::Duration;

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Dialect, Error};
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection as _};
use diesel::{Connection as _, QueryResult};

#[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
compile_error!("choose a database: `--features sqlite`, `postgres` or `mysql`");

/// A connection to one of the databases that are built in.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
    #[cfg(feature = "mysql")]
    Mysql(diesel::MysqlConnection),
}

/// Connects to the database that `url` names: the derived `establish` would try one after the
/// other.
pub(crate) fn connect(url: &DatabaseUrl) -> Result<AnyConnection, Error> {
    let opened = match url.dialect() {
        #[cfg(feature = "sqlite")]
        Dialect::Sqlite => sqlite(url).map(AnyConnection::Sqlite),
        #[cfg(feature = "postgres")]
        Dialect::Postgres => {
            diesel::PgConnection::establish(url.expose()).map(AnyConnection::Postgres)
        }
        #[cfg(feature = "mysql")]
        Dialect::Mysql => {
            diesel::MysqlConnection::establish(url.expose()).map(AnyConnection::Mysql)
        }
        #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
        dialect => return Err(Error::NotBuiltIn { dialect: dialect.name() }),
    };
    opened.map_err(|error| Error::connect(url, &error))
}

/// By default, SQLite neither waits for other writers nor looks at foreign keys.
#[cfg(feature = "sqlite")]
fn sqlite(url: &DatabaseUrl) -> diesel::ConnectionResult<diesel::SqliteConnection> {
    use diesel::connection::SimpleConnection as _;

    let mut conn = diesel::SqliteConnection::establish(url.expose())?;
    conn.batch_execute("PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;")
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// The database, as the handlers of requests see it: a pool of connections.
#[derive(Clone)]
pub struct Store(Pool<Manager>);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Store").field(&self.0.state()).finish()
    }
}

impl Store {
    /// Connects as soon as there is something to do.
    pub fn new(url: DatabaseUrl) -> Self {
        let pool = Pool::builder().max_size(8).min_idle(Some(0));
        let pool = pool.connection_timeout(Duration::from_secs(5));
        Self(pool.build_unchecked(Manager(url)))
    }

    /// Runs `query` on a connection, where it may block: not on a thread of the executor.
    pub(crate) async fn run<T, E>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<diesel::r2d2::PoolError> + From<tokio::task::JoinError> + Send + 'static,
    {
        let pool = self.0.clone();
        tokio::task::spawn_blocking(move || query(&mut *pool.get()?)).await?
    }
}

struct Manager(DatabaseUrl);

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        connect(&self.0).map_err(|error| {
            let error = diesel::ConnectionError::BadConnection(error.to_string());
            diesel::r2d2::Error::ConnectionError(error)
        })
    }

    fn is_valid(&self, conn: &mut AnyConnection) -> Result<(), Self::Error> {
        let pinged: QueryResult<()> = conn.ping();
        pinged.map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut AnyConnection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
