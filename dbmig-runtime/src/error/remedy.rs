//! What to type next.

pub(crate) mod blocked;

use dbmig_core::plan::Direction;

use self::blocked::of_blocked;
use super::transient::is_temporary;
use super::{ConnectReason, Error, FailedPart, Left, MigrationError, NoLock};
use crate::tables::{Foreign, HISTORY, LEDGER, Obstacle};

impl Error {
    /// What to type next, for a front end that is called `program`.
    pub fn remedy(&self, program: &str) -> Option<String> {
        match self {
            Self::Blocked(blocked) => Some(of_blocked(blocked, program)),
            Self::NotBuiltIn { dialect } => Some(format!(
                "build it in: `cargo install cargo-dbmig --features {dialect}`; in an app, add the \
                 feature `{dialect}` to dbmig-runtime"
            )),
            Self::Connect { reason, .. } => Some(match reason {
                ConnectReason::NoSuchDatabase => {
                    "create it: `cargo dbmig db create`, or with the server's own tools".to_owned()
                }
                ConnectReason::Refused => {
                    "check the user and the password in the database URL".to_owned()
                }
                ConnectReason::Untrusted => {
                    "check the settings for TLS in the database URL: sslmode and sslrootcert for PostgreSQL, \
                     ssl_mode and ssl_ca for MySQL"
                        .to_owned()
                }
                ConnectReason::UnusableFile => {
                    "check the path in the database URL, and the rights on the file and its folder"
                        .to_owned()
                }
                ConnectReason::Misunderstood => {
                    "correct that part of the database URL".to_owned()
                }
                ConnectReason::Unreachable => {
                    "check that the server runs and that host and port in the database URL are right"
                        .to_owned()
                }
            }),
            Self::LockWait { .. } => Some(format!(
                "try again when the other runner has ended; `{program} history` shows what it does"
            )),
            Self::Lagging { .. } => Some(
                "run it again when the replica has caught up, or give a URL that leads to the primary alone"
                    .to_owned(),
            ),
            Self::Obstacle(obstacle) => Some(obstacle.remedy()),
            Self::FailedElsewhere(run) => Some(format!(
                "correct {} and run it again; `{program} history` has the whole message",
                run.name
            )),
            Self::NotReady { .. } => Some(format!("`{program} status` shows how far it came")),
            Self::Panicked { .. } => Some(format!(
                "report it, with what it says above; `{program} status` shows how far it came"
            )),
            Self::LockLost(_) => Some(format!(
                "run it again: `{program} status` shows how far it came; what was under way is rolled \
                 back or goes on where it ended"
            )),
            Self::Cancelled(_) => Some("run it again to go on".to_owned()),
            Self::NoLock(NoLock::SharedSession) => Some(
                "use the lease: `--lock lease`, with a PGlite server that takes several connections \
                 (`pglite-server --max-connections=10`)"
                    .to_owned(),
            ),
            Self::NoLock(NoLock::OneConnection) => Some(
                "let the server take several: `pglite-server --max-connections=10`".to_owned(),
            ),
            Self::NoLock(NoLock::StatementPooling) => Some(
                "use the lease: `--lock lease`; or set `pool_mode = transaction` (or `session`) for this \
                 database in pgbouncer"
                    .to_owned(),
            ),
            Self::LeaseNeedsUrl => Some("give the migrator the URL: `Migrator::run_at`".to_owned()),
            Self::ClusterNeedsUrl(_) => Some(
                "give the migrator the URL: `Migrator::run_at` or `Migrator::start`".to_owned(),
            ),
            Self::NoLease => Some("leave out the lease: `--lock advisory`".to_owned()),
            Self::OtherDatabase { .. } => Some("check the database URL".to_owned()),
            Self::OtherSchema { .. } => Some(
                "set the search_path for the role or the database (`ALTER ROLE .. SET search_path`), and \
                 not for sessions that a pooler hands on"
                    .to_owned(),
            ),
            Self::LedgerInDoubt(doubt) => Some(doubt.remedy(program)),
            Self::NoLedgerSchema { dialect, schema } => {
                Some(super::doubt::remedy_without(*dialect, schema))
            }
            Self::Foreign(foreign) => Some(foreign.remedy()),
            Self::Unrepairable(_) => Some(format!("`{program} repair` shows what there is to settle")),
            Self::Migration(error) => Some(error.remedy(program)),
            Self::Script { path, error } => error.remedy(path),
            Self::NewerHistory { .. } => {
                Some("use at least the version of dbmig that wrote it".to_owned())
            }
            Self::StoredScriptGone { .. } => Some("put the migration's directory back".to_owned()),
            Self::Url(_) | Self::Database { .. } => None,
        }
    }
}

impl Obstacle {
    fn remedy(&self) -> String {
        match self {
            Self::OnlyReads { .. } => {
                "check that the database URL leads to the server that writes; after a failover, run it again"
                    .to_owned()
            }
            Self::Replicates => {
                "check that the database URL leads to the primary. Where two primaries replicate each other, \
                 `STOP SLAVE` on this one while it migrates, `START SLAVE` after it"
                    .to_owned()
            }
            Self::NotTransactional { table, .. } => {
                format!("`ALTER TABLE {table} ENGINE = InnoDB`, then run it again")
            }
        }
    }
}

impl Foreign {
    fn remedy(&self) -> String {
        let Self { table, .. } = self;
        format!(
            "if its owner is to be trusted, make the role that migrates its owner or a member of its \
             owner: `ALTER TABLE {table} OWNER TO ..` or `GRANT .. TO ..`. If not, look at what it holds"
        )
    }
}

impl MigrationError {
    fn remedy(&self, program: &str) -> String {
        let verb = match self.direction {
            Direction::Up => "run",
            Direction::Down => "revert",
        };
        let place = match &self.statement {
            Some(statement) => format!("{}:{}", self.path, statement.position),
            None => self.path.clone(),
        };
        if is_temporary(&self.source) {
            return format!("run it again: `{program} {verb}` finds out how far it came");
        }
        if self.part == FailedPart::Around {
            return format!(
                "{place} needs no correction. Look who else writes to {HISTORY} or {LEDGER}, or what keeps \
                 this role from it; then `{program} {verb}`"
            );
        }
        match self.left {
            Left::InDoubt(_) => format!(
                "`{program} repair` shows what is left of that statement and how it goes on; correct {place} \
                 before `{program} {verb}`"
            ),
            Left::OwnCommits => format!(
                "take what ends the transaction out of {place}, look at what is in the database of it, then \
                 `{program} {verb}`"
            ),
            Left::Statements(done) if done > 0 => format!(
                "correct {place} (leave the {done} statements before it as they are), then `{program} \
                 {verb}` goes on there"
            ),
            Left::Statements(_) | Left::Unknown | Left::Nothing => {
                format!("correct {place}, then `{program} {verb}`")
            }
        }
    }
}
