//! A small web service that migrates its database when it starts: the example of cargo-dbmig.
//!
//! `migrations` embeds the SQL files, [`start`] applies them; all else is an ordinary service.
//! `cargo run -p dbmig-example-shop` starts it on SQLite; `DATABASE_URL` names another database.

mod catalogue;
mod client;
mod database;
mod migrate;
pub mod migrations;
mod orders;
mod schema;
mod serve;
mod tell;
#[cfg(test)]
mod tests;
mod web;

pub use client::{Answer, send};
pub use database::Store;
pub use migrate::{OnFailure, start};
pub use serve::main;
pub use web::app;
