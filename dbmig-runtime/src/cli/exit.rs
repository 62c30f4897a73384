//! The exit codes, in one table.

use std::process::ExitCode;

use crate::error::{Class, Error};

/// How a command ended, for those who call it: CI, Kubernetes, a shell script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Failed; the same again will fail again.
    Failed = 1,
    /// Wrong usage: arguments, settings, URL.
    Usage = 2,
    /// `--check` found something pending, or drift.
    Found = 3,
    /// Refused by policy; nothing was touched.
    Refused = 4,
    /// Try again: the lock was busy or lost, the database could not be reached, or the run was asked
    /// to stop (`EX_TEMPFAIL`).
    TryAgain = 75,
}

impl Exit {
    /// All of them, with what they mean.
    pub const TABLE: [(Self, &'static str); 6] = [
        (Self::Done, "done, or nothing to do"),
        (Self::Failed, "failed; the same again will fail again"),
        (Self::Usage, "wrong usage: arguments, settings, database URL"),
        (Self::Found, "--check, verify or repair found something"),
        (
            Self::Refused,
            "refused by policy (drift, out of order, interrupted, irreversible, ahead, diverged, a ledger in doubt); nothing was touched",
        ),
        (
            Self::TryAgain,
            "try again: another runner kept the lock, the database cannot be reached, or it was stopped",
        ),
    ];

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// For [`std::process::exit`].
impl From<Exit> for i32 {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error.class() {
            Class::Final => Self::Failed,
            Class::Refused => Self::Refused,
            Class::Usage => Self::Usage,
            Class::Temporary => Self::TryAgain,
        }
    }
}
