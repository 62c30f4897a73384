//! The migrations of this app, embedded when it is compiled: one set for each database.
//!
//! `ALL` is the whole set, `Version` has a variant for each migration: its documentation, which an
//! editor shows, is the SQL.

/// For SQLite.
#[cfg(feature = "sqlite")]
pub mod sqlite {
    dbmig_runtime::embed_migrations!("migrations/sqlite", Sqlite);
}

/// For PostgreSQL.
#[cfg(feature = "postgres")]
pub mod postgres {
    dbmig_runtime::embed_migrations!("migrations/postgres", Postgres);
}

/// For MySQL and MariaDB.
#[cfg(feature = "mysql")]
pub mod mysql {
    dbmig_runtime::embed_migrations!("migrations/mysql", Mysql);
}
