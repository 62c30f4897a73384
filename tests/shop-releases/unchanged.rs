// What every later release takes from the shop as it is, at the root of its crate.

#[path = "../../examples/shop/src/client.rs"]
mod client;
#[path = "../../examples/shop/src/database.rs"]
mod database;
#[path = "../../examples/shop/src/migrate.rs"]
mod migrate;
#[path = "../../examples/shop/src/orders.rs"]
mod orders;
#[path = "../../examples/shop/src/schema.rs"]
mod schema;
#[path = "../../examples/shop/src/serve.rs"]
mod serve;
#[path = "../../examples/shop/src/tell.rs"]
mod tell;
#[path = "../../examples/shop/src/web.rs"]
pub mod web;

pub use client::{Answer, send};
pub use database::Store;
pub use migrate::{OnFailure, start};
pub use serve::main;

/// The migrations of this release, embedded by the build script from several directories.
pub mod migrations {
    /// For PostgreSQL.
    pub mod postgres {
        include!(concat!(env!("OUT_DIR"), "/postgres.rs"));
    }

    /// For MySQL and MariaDB.
    pub mod mysql {
        include!(concat!(env!("OUT_DIR"), "/mysql.rs"));
    }
}
