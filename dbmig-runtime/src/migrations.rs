//! The migrations that a build embeds, typed by their database.

use std::marker::PhantomData;

use dbmig_core::migration::{Down, Execution, Script};
use dbmig_core::{Migration, MigrationSet, Version};
use diesel::connection::BoxableConnection;
use diesel::migration as interop;

use crate::database::Backend;

/// A set of migrations for the database `B`, whose versions have the type `V`.
///
/// `embed_migrations!` or the build script make one. Because of `B`, a set for one database does
/// not compile on the connection of another; because of `V`, a version of one set does not
/// compile where another set's is wanted, nor does one that was removed.
#[derive(Debug)]
pub struct Migrations<B, V = Version> {
    set: MigrationSet,
    typed: PhantomData<fn() -> (B, V)>,
}

/// A version that belongs to one generated set.
pub trait SetVersion: Copy + 'static {
    /// The database of that set.
    type Backend: Backend;

    /// This version, as the ledger holds it.
    fn version(self) -> Version;
}

impl<B: Backend, V> Migrations<B, V> {
    /// Of migrations that are made by hand.
    ///
    /// # Panics
    /// Where `migrations` are not in the strict order of their versions; in a constant that is a
    /// compile error.
    #[must_use]
    pub const fn from_static(migrations: &'static [Migration]) -> Self {
        Self::of(MigrationSet::from_static(B::DIALECT, migrations))
    }

    /// Of a set for this database: that of generated code, whose migrations are made when they are asked
    /// for first. At compile time that would take longer than all the rest.
    #[doc(hidden)]
    #[must_use]
    pub const fn of(set: MigrationSet) -> Self {
        Self { set, typed: PhantomData }
    }

    /// The migrations, without their types.
    pub const fn set(&self) -> &MigrationSet {
        &self.set
    }
}

/// Diesel's own harness and every tool that is built on it can run the set, too
/// (without dbmig's lock and history): `conn.run_pending_migrations(&migrations::ALL)`.
impl<B: Backend, V> interop::MigrationSource<B> for &Migrations<B, V> {
    fn migrations(&self) -> interop::Result<Vec<Box<dyn interop::Migration<B>>>> {
        interop::MigrationSource::migrations(*self)
    }
}

impl<B: Backend, V> interop::MigrationSource<B> for Migrations<B, V> {
    fn migrations(&self) -> interop::Result<Vec<Box<dyn interop::Migration<B>>>> {
        let boxed = |migration: &Migration| Box::new(Interop(migration.clone())) as Box<_>;
        Ok(self.set().iter().map(boxed).collect())
    }
}

struct Interop(Migration);

impl<B: Backend> interop::Migration<B> for Interop {
    fn run(&self, conn: &mut dyn BoxableConnection<B>) -> interop::Result<()> {
        execute_script(conn, self.0.up())
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<B>) -> interop::Result<()> {
        match self.0.down() {
            Down::Script(script) => execute_script(conn, script),
            Down::Missing => Err(format!("{} has no down.sql", self.0.name).into()),
        }
    }

    fn metadata(&self) -> &dyn interop::MigrationMetadata {
        self
    }

    fn name(&self) -> &dyn interop::MigrationName {
        self
    }
}

/// One statement after the other: sent together, PostgreSQL makes one transaction of them, wanted
/// or not, and MySQL does not know `DELIMITER`.
fn execute_script<B: Backend>(
    conn: &mut dyn BoxableConnection<B>,
    script: &Script,
) -> interop::Result<()> {
    let statements = script.statements(B::DIALECT);
    let statements = statements.map_err(|e| format!("{}:{}: {e}", script.path, e.position))?;
    for statement in statements {
        conn.batch_execute(statement.text)?;
    }
    Ok(())
}

impl interop::MigrationMetadata for Interop {
    fn run_in_transaction(&self) -> bool {
        self.0.settings.execution == Execution::Transaction
    }
}

impl interop::MigrationName for Interop {
    fn version(&self) -> interop::MigrationVersion<'_> {
        self.0.version.as_str().into()
    }
}

impl std::fmt::Display for Interop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.name)
    }
}
