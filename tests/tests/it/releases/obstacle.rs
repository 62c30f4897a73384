//! What holds up a migration for as long as a test wants, and nobody else.

use dbmig_tests::{Backend, Session, TestDatabase};

/// `CREATE TABLE` of that name waits until this is removed.
pub(crate) struct Obstacle {
    session: Session,
    remove: &'static str,
}

impl Obstacle {
    pub(crate) fn to_creating(table: &str, database: &TestDatabase) -> Self {
        let mut session = database.session();
        let (put, remove) = match database.backend() {
            Backend::Postgres => (format!("BEGIN; CREATE TABLE {table} (x INT)"), "ROLLBACK"),
            Backend::MariaDb => (format!("BACKUP LOCK {table}"), "BACKUP UNLOCK"),
            Backend::Sqlite => panic!("one writer at a time: it would hold up everybody"),
        };
        session.execute(&put);
        Self { session, remove }
    }

    pub(crate) fn remove(mut self) {
        self.session.execute(self.remove);
    }
}
