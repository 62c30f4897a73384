//! What can go wrong, what had happened before, and what to do next.

use std::time::Duration;

use dbmig_core::Dialect;
use dbmig_core::plan::{Blocked, Unrepairable};
use dbmig_core::sql::SplitError;

use crate::report::{HistoryRow, Report};
use crate::tables::{Access, Cluster, Foreign, Obstacle};
use crate::url::UrlError;

mod class;
mod connect;
mod display;
mod doubt;
mod message;
mod migration;
mod remedy;
pub(crate) mod transient;

pub use class::Class;
pub use doubt::{LedgerInDoubt, LedgerSeen};
pub(crate) use message::{with_words, without_secrets};
pub use migration::{FailedPart, FailedStatement, Left, MigrationError};
#[cfg(feature = "cli")]
pub(crate) use remedy::blocked::{of_drifted, of_stuck};

/// Why a run, or a look at a database, failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The text is not the URL of a database.
    Url(UrlError),
    /// This program was built without that database.
    NotBuiltIn {
        /// Its name, which is also the name of the feature.
        dialect: &'static str,
    },
    /// The database cannot be reached or lets nobody in.
    Connect {
        /// The URL, without its password.
        url: String,
        /// What kind of failure it is.
        reason: ConnectReason,
        /// What the database's library said, without the password.
        message: String,
    },
    /// Policy or facts forbid it; nothing was done.
    Blocked(Blocked),
    /// Another runner kept the lock longer than this one may wait.
    LockWait {
        /// Who, where the database tells.
        holder: Option<String>,
        /// How long this runner has waited.
        waited: Duration,
    },
    /// Another runner, which this one waited for, has failed at what this one would do next: the
    /// same again would fail again.
    FailedElsewhere(Box<HistoryRow>),
    /// It was waited long enough for a migration that somebody else does: another thread
    /// ([`Startup::wait`](crate::Startup::wait)) or another process
    /// ([`Migrator::wait_at`](crate::Migrator::wait_at)).
    NotReady {
        /// What was in the way.
        doing: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Something broke inside of the thread that migrates.
    Panicked {
        /// What it said.
        message: String,
    },
    /// What the database shows is not what the server that writes holds, for longer than this run may
    /// wait: a proxy answers from a replica that is behind.
    Lagging {
        /// How long it was waited for.
        waited: Duration,
    },
    /// The lock was lost while this run worked: its connection was cut, or silent for too long.
    LockLost(Box<Report>),
    /// It was asked to stop, and did.
    Cancelled(Box<Report>),
    /// The database's own lock excludes nobody here.
    NoLock(NoLock),
    /// A lease needs a connection of its own, and this one is borrowed.
    LeaseNeedsUrl,
    /// The server is one of a cluster, where only a lease will do, and this connection is borrowed.
    ClusterNeedsUrl(Cluster),
    /// Nothing can be written there; nothing was.
    Obstacle(Obstacle),
    /// A lease was asked for on SQLite, whose lock is that of a file.
    NoLease,
    /// The URL leads to another database than the migrations are for.
    OtherDatabase {
        /// The URL, without its password.
        url: String,
        /// The name of the database that they are for.
        expected: &'static str,
    },
    /// Two sessions of one run look for the two tables in different schemas.
    OtherSchema {
        /// Where the one that holds the lock has found them, or would create them.
        before: String,
        /// Where the one that works looks.
        now: String,
    },
    /// A ledger stands where nobody would look first, or there are several: nothing says which is meant.
    /// Nothing was touched.
    LedgerInDoubt(Box<LedgerInDoubt>),
    /// The schema that is named for the ledger does not exist.
    NoLedgerSchema {
        /// The database.
        dialect: Dialect,
        /// The name.
        schema: String,
    },
    /// A table of the two belongs to a role that this one does not trust: its triggers would run
    /// with this role's rights.
    Foreign(Foreign),
    /// There is nothing of the kind to repair.
    Unrepairable(Unrepairable),
    /// A migration failed.
    Migration(Box<MigrationError>),
    /// A script ends in the middle of something.
    Script {
        /// The file.
        path: String,
        /// Where and what.
        error: SplitError,
    },
    /// The history was written by a newer dbmig.
    NewerHistory {
        /// Its format.
        found: usize,
    },
    /// The script that is to revert a migration is not in the history any more.
    StoredScriptGone {
        /// The name of the migration.
        name: String,
    },
    /// Something that dbmig itself asked of the database failed.
    Database {
        /// What it was doing: `could not ...`.
        doing: &'static str,
        /// What the database said.
        source: diesel::result::Error,
    },
}

/// What is said of a step that was decided on facts that do not hold.
const CHANGED: &str = "the ledger or the history is not what this run has read: somebody has changed it \
                       meanwhile, or a proxy has answered from a replica that is behind";

/// Why the database's own lock excludes nobody, or cannot be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLock {
    /// All connections are one session, which is given any lock that it has already.
    SharedSession,
    /// All connections are one session, and the server takes one at a time, where a lease needs two.
    OneConnection,
    /// A pooler takes the session away after each statement.
    StatementPooling,
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectReason {
    /// The server is there, the database is not.
    NoSuchDatabase,
    /// The server refuses the user or the password.
    Refused,
    /// The server's certificate is not one that the URL's settings trust.
    Untrusted,
    /// Nobody answers, or not yet.
    Unreachable,
    /// SQLite cannot work with what the path leads to.
    UnusableFile,
    /// The database's library does not understand a part of the URL.
    Misunderstood,
}

impl Error {
    /// For `map_err`: what dbmig was doing.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(diesel::result::Error) -> Self {
        move |source| Self::Database { doing, source }
    }

    /// With another word of the database, where it has one.
    pub(crate) fn map_source(
        self,
        change: impl FnOnce(diesel::result::Error) -> diesel::result::Error,
    ) -> Self {
        match self {
            Self::Migration(error) => {
                let MigrationError { source, .. } = *error;
                Self::Migration(Box::new(MigrationError { source: change(source), ..*error }))
            }
            Self::Database { doing, source } => Self::Database { doing, source: change(source) },
            other => other,
        }
    }

    /// Instead of what the server says of a condition that does not hold.
    pub(crate) fn changed() -> diesel::result::Error {
        diesel::result::Error::QueryBuilderError(CHANGED.into())
    }

    /// This error, with what was done before it, which is known only now.
    pub(crate) fn after(self, before: &Report) -> Self {
        match self {
            Self::LockLost(_) => Self::LockLost(Box::new(before.clone())),
            Self::Cancelled(_) => Self::Cancelled(Box::new(before.clone())),
            error @ (Self::Migration(_)
            | Self::Blocked(_)
            | Self::FailedElsewhere(_)
            | Self::Url(_)
            | Self::NotBuiltIn { .. }
            | Self::Connect { .. }
            | Self::LockWait { .. }
            | Self::NotReady { .. }
            | Self::Lagging { .. }
            | Self::Obstacle(_)
            | Self::NoLock(_)
            | Self::Panicked { .. }
            | Self::LeaseNeedsUrl
            | Self::ClusterNeedsUrl(_)
            | Self::NoLease
            | Self::OtherDatabase { .. }
            | Self::OtherSchema { .. }
            | Self::LedgerInDoubt(_)
            | Self::NoLedgerSchema { .. }
            | Self::Foreign(_)
            | Self::Unrepairable(_)
            | Self::Script { .. }
            | Self::NewerHistory { .. }
            | Self::StoredScriptGone { .. }
            | Self::Database { .. }) => error,
        }
    }

    /// Nothing is written to such a table, even where this role may not do that anyway: its owner
    /// could grant it at any moment.
    pub(crate) fn foreign(foreign: &Foreign) -> Self {
        let Foreign { table, owner, access } = foreign;
        let denied = format!("permission denied for {table}, which belongs to `{owner}`");
        match access {
            Access::Write => Self::Foreign(foreign.clone()),
            Access::Read => Self::Database {
                doing: "write to the migrations' tables",
                source: diesel::result::Error::QueryBuilderError(denied.into()),
            },
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Url(error) => Some(error),
            Self::Blocked(blocked) => Some(blocked),
            Self::Unrepairable(unrepairable) => Some(unrepairable),
            Self::Migration(error) => Some(&error.source),
            Self::Script { error, .. } => Some(error),
            Self::Database { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// What cannot fail has no error.
impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<UrlError> for Error {
    fn from(error: UrlError) -> Self {
        Self::Url(error)
    }
}

impl From<Unrepairable> for Error {
    fn from(unrepairable: Unrepairable) -> Self {
        Self::Unrepairable(unrepairable)
    }
}

impl From<Blocked> for Error {
    fn from(blocked: Blocked) -> Self {
        Self::Blocked(blocked)
    }
}
