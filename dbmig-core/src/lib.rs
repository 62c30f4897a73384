//! The decisions of dbmig, without a database, a terminal or a clock.
//!
//! What a migration is ([`migration`]), which statements its SQL holds ([`sql`]), whether it
//! changed ([`checksum`]), what the tables of a database say ([`history`]), what is to be done
//! ([`mod@plan`]); with feature `scan` also how a
//! directory becomes a [`MigrationSet`], with feature `infer` what its SQL means for others
//! ([`impact`]), and with feature `codegen` how that set becomes Rust code.

pub mod build_id;
pub mod checksum;
#[cfg(feature = "codegen")]
pub mod codegen;
pub mod dialect;
#[doc(hidden)]
pub mod embed;
mod escape;
mod hex;
pub mod history;
pub mod impact;
#[cfg(feature = "infer")]
pub mod infer;
#[cfg(feature = "files")]
pub mod lockfile;
pub mod migration;
#[cfg(any(feature = "files", feature = "infer"))]
mod parallel;
pub mod plan;
#[cfg(feature = "files")]
mod remedy;
#[cfg(feature = "files")]
pub mod scan;
mod sha256;
pub mod sql;
pub mod status;
pub mod version;

pub use build_id::Build;
pub use checksum::Checksum;
pub use dialect::Dialect;
pub use migration::{Migration, MigrationSet};
pub use version::Version;
