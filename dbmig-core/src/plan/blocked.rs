//! Why nothing may be done, and what to do about it.

use std::fmt;
use std::num::NonZeroUsize;

use super::drift::Drifted;
use super::lowest::Lowest;
use super::unresumable::Unresumable;
use super::{
    AheadState, Comparison, DataLossReport, Extent, History, Unknown, UntrustedReason, downwards,
    newest,
};
use crate::migration::MigrationSet;
use crate::sql::SplitError;
use crate::{Build, Version};

/// Why nothing may be done. Its [`fmt::Display`] names each thing; what to type next, the front end
/// says, which knows its commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Applied migrations whose text has changed since.
    Drift(Vec<Drifted>),
    /// Pending migrations that are older than an applied one.
    OutOfOrder {
        /// Their names.
        late: Vec<String>,
        /// The newest applied one.
        newest: String,
    },
    /// The database holds migrations that the set does not know, and the set some that it lacks.
    Diverged {
        /// Names of the applied ones that the set does not know.
        unknown: Vec<String>,
        /// Names of the set's own that are not applied.
        pending: Vec<String>,
        /// How many of the newest applied ones `revert` must take, so that nothing unknown is left;
        /// none where one of them has no way back.
        revert: Option<NonZeroUsize>,
    },
    /// The database holds breaking migrations that the set does not know.
    BelowFloor {
        /// They.
        breaking: Vec<Unknown>,
        /// The build that is refused, where the caller has said so: [`Blocked::met_by`].
        refused: Build,
    },
    /// The way back would drop data.
    DataLoss(Vec<DataLossReport>),
    /// The target is none of the set's versions.
    UnknownVersion {
        /// The target.
        version: Version,
        /// The set's newest version, as an example.
        newest: Option<String>,
    },
    /// The target to go back to is not applied.
    NotApplied {
        /// The target.
        version: Version,
    },
    /// Migrations that cannot be reverted.
    Irreversible(Vec<Irreversible>),
    /// A run that did not end and that cannot simply go on.
    Interrupted(Box<Unresumable>),
}

/// A migration that cannot be reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Irreversible {
    /// Its version.
    pub version: Version,
    /// The name of its directory.
    pub name: String,
    /// Why not.
    pub reason: IrreversibleReason,
}

/// Why a migration cannot be reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IrreversibleReason {
    /// It has no `down.sql`.
    NoDown,
    /// Its `down.sql` holds no statement.
    EmptyDown {
        /// The file.
        path: String,
    },
    /// Its `down.sql` cannot be played.
    BrokenDown {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: SplitError,
    },
    /// `metadata.toml` says `reversible = "no"`.
    Declared,
    /// It is not among the migrations here, and the database holds no script for it.
    GoneWithoutStored,
    /// It is not among the migrations here, so it could not be applied again.
    NotInSet,
    /// It is not among the migrations here, and the script that the database holds cannot be trusted.
    Untrusted(UntrustedReason),
}

impl fmt::Display for IrreversibleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDown => f.write_str("it has no down.sql"),
            Self::EmptyDown { path } => write!(
                f,
                "{path} holds no statement (where there is nothing to undo, say `reversible = \"yes\"` \
                 under `[dbmig]` in metadata.toml)"
            ),
            Self::BrokenDown { path, error } => write!(f, "{path}:{}: {error}", error.position),
            Self::Declared => f.write_str("its metadata.toml says `reversible = \"no\"`"),
            Self::Untrusted(why) => f.write_str(match why {
                UntrustedReason::Altered => {
                    "the script to revert it that the database holds is not the one that was stored when it \
                     was applied: its checksum is another one"
                }
                UntrustedReason::Unsigned => {
                    "the script to revert it that the database holds is not signed, and DBMIG_HISTORY_KEY is set: \
                     it was applied without the key"
                }
                UntrustedReason::WrongSignature => {
                    "the script to revert it that the database holds is signed with another DBMIG_HISTORY_KEY, or \
                     was altered"
                }
            }),
            Self::GoneWithoutStored => f.write_str(
                "it is not among the migrations here, and the database holds no script to revert it \
                 (another tool applied it, or it had no down.sql)",
            ),
            Self::NotInSet => {
                f.write_str("it is not among the migrations here, so it could not be applied again")
            }
        }
    }
}

impl Blocked {
    pub(super) fn unknown(version: &Version, set: &MigrationSet) -> Self {
        let newest = set.as_slice().last().map(|migration| migration.name.to_string());
        Self::UnknownVersion { version: version.clone(), newest }
    }

    pub(super) fn below(comparison: &Comparison<'_>) -> Self {
        Self::BelowFloor { breaking: comparison.breaking(), refused: Build::default() }
    }

    /// The same, as `build` meets it: so that what is refused is not what is recommended.
    #[must_use]
    pub fn met_by(self, build: Build) -> Self {
        match self {
            Self::BelowFloor { breaking, .. } => Self::BelowFloor { breaking, refused: build },
            other => other,
        }
    }

    pub(super) fn diverged(
        set: &MigrationSet,
        history: &History,
        comparison: &Comparison<'_>,
    ) -> Self {
        let pending = comparison.pending.iter().map(|migration| migration.name.to_string());
        let oldest = comparison.unknown.iter().find(|one| one.presence == AheadState::Applied);
        let reach = |oldest: &Unknown| {
            let count = history.count_down_to(&oldest.version)?;
            downwards(set, newest(history, Extent::Last(count)).iter()).is_ok().then_some(count)
        };
        Self::Diverged {
            unknown: comparison.unknown_names(),
            pending: pending.collect(),
            revert: oldest.and_then(reach),
        }
    }

    /// Whether it may pass by itself: the runner that is at work may fail, so that nothing of what it
    /// has announced or begun stays.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Interrupted(_) => true,
            Self::BelowFloor { breaking, .. } => {
                breaking.iter().all(|one| one.presence != AheadState::Applied)
            }
            Self::Drift(_)
            | Self::OutOfOrder { .. }
            | Self::Diverged { .. }
            | Self::DataLoss(_)
            | Self::UnknownVersion { .. }
            | Self::NotApplied { .. }
            | Self::Irreversible(_) => false,
        }
    }
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drift(drifted) => {
                f.write_str("applied migrations have changed since they were applied:")?;
                drifted.iter().try_for_each(|d| {
                    write!(f, "\n  {} ({})", d.name, d.path)?;
                    let other = d.applied_as.iter();
                    other.into_iter().try_for_each(|name| {
                        write!(f, "\n    the database has it as {name}: that of another app?")
                    })
                })
            }
            Self::OutOfOrder { late, newest } => {
                write!(f, "pending migrations are older than the newest applied one, {newest}:")?;
                late.iter().try_for_each(|name| write!(f, "\n  {name}"))
            }
            Self::Diverged { unknown, pending, .. } => {
                f.write_str("the database and this set of migrations have gone different ways.")?;
                f.write_str("\nIn the database, and foreign to this set:")?;
                unknown.iter().try_for_each(|name| write!(f, "\n  {name}"))?;
                f.write_str("\nIn this set, and not in the database:")?;
                pending.iter().try_for_each(|name| write!(f, "\n  {name}"))
            }
            Self::BelowFloor { breaking, refused } => {
                f.write_str(
                    "the database is ahead of this version of the app, which cannot run with it:",
                )?;
                breaking.iter().try_for_each(|one| write!(f, "\n  {one}"))?;
                write!(f, "\n{}", Lowest::of(breaking, refused).sentence(breaking, refused))
            }
            Self::DataLoss(losses) => {
                f.write_str("going back would lose data, so nothing was done:")?;
                losses.iter().try_for_each(|one| write!(f, "\n  {one}"))
            }
            Self::UnknownVersion { version, newest: Some(newest) } => {
                write!(f, "there is no migration {version} here; the newest is {newest}")
            }
            Self::UnknownVersion { version, newest: None } => {
                write!(f, "there is no migration {version} here, nor any other")
            }
            Self::NotApplied { version } => {
                write!(f, "cannot go back to {version}: it is not applied")
            }
            Self::Irreversible(all) => {
                f.write_str("these migrations cannot be reverted, so nothing was:")?;
                all.iter().try_for_each(|one| write!(f, "\n  {}: {}", one.name, one.reason))
            }
            Self::Interrupted(unresumable) => unresumable.fmt(f),
        }
    }
}

impl std::error::Error for Blocked {}
