//! From a [`MigrationSet`](crate::MigrationSet) to Rust: one generator for `embed_migrations!` and for build scripts.
//!
//! # Build scripts
//!
//! With the macro, the build script watches the directory, because on stable Rust a macro alone
//! never learns of an added directory:
//! ```no_run
//! // build.rs
//! dbmig_core::codegen::watch("migrations");
//! ```
//! Without the macro, it writes the module:
//! ```no_run
//! // build.rs; in the crate: include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
//! dbmig_core::codegen::generate("migrations", dbmig_core::Dialect::Sqlite);
//! ```

mod build;
mod cache;
mod doc;
mod items;
mod names;
mod revision;
mod source;
mod variable;

pub use build::{build_id, generate, watch};
pub use cache::{Embedded, embed};
pub use items::module;
pub use variable::fingerprint_variable;
