//! What kind of failure an error is: for exit codes, and for those who try again.

use dbmig_core::Dialect;
use dbmig_core::dialect::Storage;
use dbmig_core::plan::Blocked;

use super::transient::{is_temporary, is_unready};
use super::{ConnectReason, Error};
use crate::tables::Obstacle;

/// What kind of failure it is, for exit codes and for those who try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Final: the same again will fail again.
    Final,
    /// Refused by policy; nothing was touched.
    Refused,
    /// Wrong input.
    Usage,
    /// Transient: try again.
    Temporary,
}

impl Class {
    /// The exit code for it, the same in each front end: 1, 4, 2 or 75 (`EX_TEMPFAIL`).
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Final => 1,
            Self::Usage => 2,
            Self::Refused => 4,
            Self::Temporary => 75,
        }
    }
}

impl Error {
    /// Whether somebody who has time would try again: also for a database that a server has not been
    /// told to create yet. Where a file should be, no folder comes by itself.
    pub(crate) fn may_pass(&self, dialect: Dialect) -> bool {
        let missing = matches!(self, Self::Connect { reason: ConnectReason::NoSuchDatabase, .. });
        self.class() == Class::Temporary || (missing && dialect.storage() == Storage::Server)
    }

    /// Whether the server lets sessions in, and is not ready for what they ask.
    pub(crate) fn is_unready(&self) -> bool {
        matches!(self, Self::Database { source, .. } if is_unready(source))
    }

    /// What kind of failure it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Url(_)
            | Self::NotBuiltIn { .. }
            | Self::LeaseNeedsUrl
            | Self::ClusterNeedsUrl(_)
            | Self::NoLease
            | Self::NoLock(_)
            | Self::OtherDatabase { .. }
            | Self::NoLedgerSchema { .. }
            | Self::Unrepairable(_) => Class::Usage,
            Self::Connect { reason, .. } => match reason {
                ConnectReason::Misunderstood => Class::Usage,
                ConnectReason::Unreachable => Class::Temporary,
                ConnectReason::NoSuchDatabase
                | ConnectReason::Refused
                | ConnectReason::Untrusted
                | ConnectReason::UnusableFile => Class::Final,
            },
            Self::LockWait { .. }
            | Self::Lagging { .. }
            // A failover may make it the one that writes.
            | Self::Obstacle(Obstacle::OnlyReads { .. } | Obstacle::Replicates)
            | Self::NotReady { .. }
            | Self::LockLost(_)
            | Self::Cancelled(_) => Class::Temporary,
            Self::Blocked(Blocked::UnknownVersion { .. } | Blocked::NotApplied { .. }) => {
                Class::Usage
            }
            Self::Blocked(_)
            | Self::NewerHistory { .. }
            | Self::Foreign(_)
            | Self::Obstacle(Obstacle::NotTransactional { .. })
            | Self::LedgerInDoubt(_)
            | Self::OtherSchema { .. } => Class::Refused,
            Self::Migration(error) => of_database(&error.source),
            Self::Database { source, .. } => of_database(source),
            Self::FailedElsewhere(_)
            | Self::Panicked { .. }
            | Self::Script { .. }
            | Self::StoredScriptGone { .. } => Class::Final,
        }
    }
}

fn of_database(error: &diesel::result::Error) -> Class {
    if is_temporary(error) { Class::Temporary } else { Class::Final }
}
