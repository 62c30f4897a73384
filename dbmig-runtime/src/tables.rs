//! The two tables: whose they are, and what they are called.

use dbmig_core::Dialect;

pub(crate) mod columns;

/// The name of Diesel's table, fixed by Diesel (`__` keeps it out of `print-schema`).
pub(crate) const LEDGER: &str = "__diesel_schema_migrations";
/// The name of our own table.
pub(crate) const HISTORY: &str = "__dbmig_history";

/// Where the two tables are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The dialect of the names.
    pub dialect: Dialect,
    /// The schema or database, unquoted.
    pub schema: String,
    /// Where unqualified names of this session lead: another one, where a setting names the first.
    /// Empty where they lead nowhere.
    pub current: String,
    /// Why it is that one.
    pub chosen: Chosen,
    /// Whether Diesel's table is there.
    pub ledger: Presence,
    /// Whether our table is there.
    pub history: Presence,
    /// A table of the two that belongs to somebody who could lead our writes astray.
    pub foreign: Option<Foreign>,
    /// Why nothing can be written there.
    pub obstacle: Option<Obstacle>,
    /// The cluster whose servers all take writes.
    pub cluster: Option<Cluster>,
    /// Whether each connection has a session of its own.
    pub sessions: Sessions,
    /// What the session had set that a migration may change, in the engine's own order.
    pub session: Vec<String>,
}

/// Why the two tables are sought where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// There is no other place: one schema on the `search_path`, or a database without one.
    Only,
    /// It is the first of several schemas on the `search_path`.
    First,
    /// A setting says so.
    Setting,
    /// A migration of this very ledger has created the schema that now comes first.
    Origin {
        /// That schema.
        first: String,
    },
}

/// Whose the sessions of a server are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sessions {
    /// Each connection has one.
    #[default]
    OfEach,
    /// All connections have the same one, and wait while one of them is in a transaction.
    Shared,
}

/// A table of ours that is somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its name.
    pub table: String,
    /// Its owner.
    pub owner: String,
    /// What this role could do with it.
    pub access: Access,
}

/// Why nothing of dbmig's can be written, though it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The server says that others write.
    OnlyReads {
        /// In words.
        why: String,
    },
    /// The server takes writes, and applies what another one has written.
    Replicates,
    /// A table whose rows stay when a transaction is rolled back.
    NotTransactional {
        /// Its name.
        table: String,
        /// The storage engine.
        engine: String,
    },
}

/// Servers that all take writes, while each has locks of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cluster {
    /// Galera.
    Galera,
    /// MySQL's group replication.
    GroupReplication,
}

impl Cluster {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Galera => "Galera",
            Self::GroupReplication => "group replication",
        }
    }
}

/// What a role may do with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Write to it.
    Write,
    /// Read it at most.
    Read,
}

/// Whose a table is, as far as that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableOwner {
    /// It is not there.
    Absent,
    /// It belongs to a role that may lead our writes anywhere, or the database has no such thing.
    Trusted,
    /// It belongs to somebody else. Nothing is behind it that would run for who reads it.
    Foreign(Foreign),
}

impl TableOwner {
    #[cfg(feature = "postgres")]
    pub(crate) const fn presence(&self) -> Presence {
        match self {
            Self::Absent => Presence::Absent,
            Self::Trusted | Self::Foreign(_) => Presence::Present,
        }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn foreign(&self) -> Option<Foreign> {
        match self {
            Self::Foreign(foreign) => Some(foreign.clone()),
            Self::Absent | Self::Trusted => None,
        }
    }
}

/// Whether a table is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Absent,
}

impl Presence {
    #[cfg(feature = "sqlite")]
    pub(crate) const fn of(found: bool) -> Self {
        if found { Self::Present } else { Self::Absent }
    }
}

impl Tables {
    /// Diesel's table, qualified and quoted.
    pub fn ledger_name(&self) -> String {
        self.qualified(LEDGER)
    }

    /// Creates Diesel's table, as Diesel does, unless it is there.
    pub fn create_ledger(&self) -> String {
        let create = diesel::migration::CREATE_MIGRATIONS_TABLE.trim_end().trim_end_matches(';');
        create.replace(LEDGER, &self.ledger_name())
    }

    /// Our table, qualified and quoted.
    pub fn history_name(&self) -> String {
        self.qualified(HISTORY)
    }

    /// A name in the schema of the tables, qualified and quoted.
    pub fn qualified(&self, name: &str) -> String {
        format!("{}.{}", self.dialect.identifier(&self.schema), self.dialect.identifier(name))
    }

    /// What the session had set, by its place.
    #[cfg(feature = "postgres")]
    pub(crate) fn setting(&self, index: usize) -> &str {
        self.session.get(index).map_or("", String::as_str)
    }
}
