//! The words of an error.

use std::fmt;

use dbmig_core::Build;
use dbmig_core::history::FORMAT;
use dbmig_core::plan::{Blocked, Direction, Lowest, Unknown};

use super::{ConnectReason, Error, NoLock, doubt};
use crate::report::Report;
use crate::tables::Obstacle;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => error.fmt(f),
            Self::NotBuiltIn { dialect } => write!(f, "this program was built without {dialect}"),
            Self::Connect { url, reason, message } => {
                let what = reason.words();
                write!(f, "{what}: {url}\n  {}", message.trim_end().replace('\n', "\n  "))
            }
            Self::Blocked(blocked) => blocked.fmt(f),
            Self::LockWait { holder, waited } => write!(
                f,
                "another runner is migrating this database; gave up after {} s. The lock is held by {}",
                waited.as_secs(),
                holder.as_deref().unwrap_or("a session that the database does not name"),
            ),
            Self::Lagging { waited } => write!(
                f,
                "a proxy has answered from a replica that is behind: for {} s the rows that were read were not \
                 those of the primary. Nothing was decided on them, and nothing was written",
                waited.as_secs(),
            ),
            Self::Obstacle(Obstacle::OnlyReads { why }) => {
                write!(f, "nothing can be migrated here: {why}. Nothing was written")
            }
            Self::Obstacle(Obstacle::Replicates) => f.write_str(
                "nothing can be migrated here: the server is a replica, which applies what another one has \
                 written, though it is not read-only. Nothing was written",
            ),
            Self::Obstacle(Obstacle::NotTransactional { table, engine }) => write!(
                f,
                "the storage engine of {table} is {engine}, which keeps rows that were rolled back: it would \
                 say that a migration is applied which is not. Nothing was written",
            ),
            Self::FailedElsewhere(run) => write!(
                f,
                "{} failed on {}, which this runner waited for, so it is not tried again:\n  {}",
                run.name,
                run.host,
                run.error.as_deref().unwrap_or_default().trim_end().replace('\n', "\n  "),
            ),
            Self::NotReady { doing, waited } => write!(
                f,
                "the schema is not there yet after {:.1} s: {}",
                waited.as_secs_f64(),
                doing.trim_end().replace('\n', "\n  "),
            ),
            Self::Panicked { message } => {
                write!(f, "the thread that migrates has panicked: {message}")
            }
            Self::LockLost(before) => {
                f.write_str(
                    "the migration lock was lost: its connection was cut, or the server heard nothing of it \
                     for too long",
                )?;
                done_before(f, before)
            }
            Self::Cancelled(before) => {
                f.write_str("stopped, as it was asked to")?;
                done_before(f, before)
            }
            Self::NoLock(why) => f.write_str(why.words()),
            Self::LeaseNeedsUrl => f.write_str(
                "a lease needs a second connection, on which it is renewed while the first one works; this \
                 connection is borrowed from the app",
            ),
            Self::ClusterNeedsUrl(cluster) => write!(
                f,
                "the server is one of a cluster ({}), where a named lock holds on one server only. The lease \
                 holds on all, but needs a second connection, and this one is borrowed from the app. Nothing \
                 was written",
                cluster.name(),
            ),
            Self::NoLease => {
                f.write_str("SQLite has no lease between runners: its lock is that of a file")
            }
            Self::OtherDatabase { url, expected } => {
                write!(f, "the migrations are for {expected}, and this is another database: {url}")
            }
            Self::OtherSchema { before, now } => write!(
                f,
                "one session has the migrations' tables in the schema `{before}`, another one of the same run \
                 in `{now}`: a pooler has handed over a session whose search_path somebody had changed",
            ),
            Self::LedgerInDoubt(doubt) => doubt.fmt(f),
            Self::NoLedgerSchema { dialect, schema } => doubt::no_schema(f, *dialect, schema),
            Self::Foreign(foreign) => write!(
                f,
                "{} belongs to `{}`, a role that this one has nothing to do with: what that role puts \
                 behind the table would run with the rights of this one. Nothing was written",
                foreign.table, foreign.owner,
            ),
            Self::Unrepairable(unrepairable) => unrepairable.fmt(f),
            Self::Migration(error) => error.fmt(f),
            Self::Script { path, error } => write!(f, "{path}:{}: {error}", error.position),
            Self::NewerHistory { found } => write!(
                f,
                "the history in this database has format {found}, but this dbmig knows only format {}: a \
                 newer dbmig has written it",
                FORMAT,
            ),
            Self::StoredScriptGone { name } => {
                write!(f, "the stored script that reverts {name} is not in the history any more")
            }
            Self::Database { doing, source } => {
                write!(f, "could not {doing}: {source}")?;
                details(f, source)
            }
        }
    }
}

impl Error {
    /// In one line, with nothing that is not for everybody: no SQL, no URL, no word of the database,
    /// which may repeat data.
    pub fn gist(&self) -> String {
        match self {
            Self::Migration(error) => error.gist(),
            Self::FailedElsewhere(run) => format!("{} failed on another runner", run.name),
            Self::Database { doing, .. } => format!("could not {doing}"),
            Self::Connect { reason, .. } => reason.words().to_owned(),
            Self::OtherDatabase { expected, .. } => {
                format!("the migrations are for {expected}, and the URL leads to another database")
            }
            Self::Panicked { .. } => "the thread that migrates has panicked".to_owned(),
            Self::LedgerInDoubt(_) => "it is in doubt which ledger is meant".to_owned(),
            Self::Foreign(_) => "a table of dbmig's belongs to an untrusted role".to_owned(),
            Self::LockWait { .. } => "another runner kept the lock for too long".to_owned(),
            Self::Blocked(Blocked::Interrupted(unresumable)) => {
                format!("an earlier run of {} was interrupted", unresumable.name)
            }
            Self::Blocked(Blocked::BelowFloor { breaking, refused }) => below(breaking, refused),
            // Words of our own, and names.
            other @ (Self::Url(_)
            | Self::NotBuiltIn { .. }
            | Self::Blocked(_)
            | Self::NotReady { .. }
            | Self::LockLost(_)
            | Self::Cancelled(_)
            | Self::Lagging { .. }
            | Self::Obstacle(_)
            | Self::NoLock(_)
            | Self::LeaseNeedsUrl
            | Self::ClusterNeedsUrl(_)
            | Self::NoLease
            | Self::OtherSchema { .. }
            | Self::NoLedgerSchema { .. }
            | Self::Unrepairable(_)
            | Self::Script { .. }
            | Self::NewerHistory { .. }
            | Self::StoredScriptGone { .. }) => {
                other.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

/// Why something is breaking may repeat SQL.
fn below(breaking: &[Unknown], refused: &Build) -> String {
    let names: Vec<_> = breaking.iter().map(|one| one.name.as_str()).collect();
    let names = names.join(", ");
    let ahead = format!("the database is ahead with {names}, which this version cannot run with");
    match Lowest::of(breaking, refused) {
        Lowest::OrLater(app) => format!("{ahead}; the lowest one that can is {app}"),
        Lowest::Exactly(build) => format!("{ahead}; one that can is {build}"),
        Lowest::Unknown => ahead,
    }
}

impl NoLock {
    const fn words(self) -> &'static str {
        match self {
            Self::SharedSession => {
                "this is PGlite, whose connections all share one session: its advisory locks exclude \
                 nobody, and one connection that holds a lock in a transaction stops all others. \
                 Nothing was touched"
            }
            Self::OneConnection => {
                "this is PGlite, and it takes no second connection, which the lease needs: one is to renew \
                 it while the other one works. Nothing was touched"
            }
            Self::StatementPooling => {
                "the connection is ended as soon as a transaction stays open, as a pooler in statement mode does, \
                 so an advisory lock cannot be held. Nothing was touched"
            }
        }
    }
}

impl ConnectReason {
    const fn words(self) -> &'static str {
        match self {
            Self::NoSuchDatabase => "the database does not exist",
            Self::Refused => "the server refuses the connection",
            Self::Untrusted => "the server's certificate is not to be trusted",
            Self::Unreachable => "the database cannot be reached",
            Self::UnusableFile => "the file cannot be used as a database",
            Self::Misunderstood => "the database URL is not understood",
        }
    }
}

/// What the same run had done.
pub(super) fn done_before(f: &mut fmt::Formatter<'_>, before: &Report) -> fmt::Result {
    if before.done.is_empty() {
        return Ok(());
    }
    f.write_str("\ndone before it in this run:")?;
    before.done.iter().try_for_each(|done| {
        let verb = match done.direction {
            Direction::Up => "applied",
            Direction::Down => "reverted",
        };
        write!(f, "\n  {verb} {}", done.name)
    })
}

/// What the database adds to its message.
pub(super) fn details(f: &mut fmt::Formatter<'_>, error: &diesel::result::Error) -> fmt::Result {
    let diesel::result::Error::DatabaseError(_, info) = error else { return Ok(()) };
    if let Some(details) = info.details() {
        write!(f, "\n  detail: {details}")?;
    }
    if let Some(hint) = info.hint() {
        write!(f, "\n  hint: {hint}")?;
    }
    Ok(())
}
