//! The migrations of this app, embedded when it is compiled.
//!
//! `ALL` is the whole set, `Version` has a variant for each migration.

dbmig_runtime::embed_migrations!("{migrations}", {backend});
