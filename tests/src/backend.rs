/// A database that migrations can be run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    /// PostgreSQL.
    Postgres,
    /// MariaDB, through Diesel's MySQL backend.
    MariaDb,
    /// SQLite, in a file.
    Sqlite,
}

impl Backend {
    /// All of them, for a test that holds for each.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::MariaDb, Self::Sqlite];

    /// Its server, for a test that holds for each of those.
    #[track_caller]
    pub fn engine(self) -> Engine {
        match self {
            Self::Postgres => Engine::Postgres,
            Self::MariaDb => Engine::MariaDb,
            Self::Sqlite => panic!("SQLite has no server"),
        }
    }
}

/// A database that needs a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
}

impl From<Engine> for Backend {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Postgres => Self::Postgres,
            Engine::MariaDb => Self::MariaDb,
        }
    }
}
