//! What the library itself answers to a project's migrations on a database: which refusal or failure
//! it is stands in a value, whatever the words of its message.

use std::path::Path;

use dbmig_core::MigrationSet;
use dbmig_core::scan::scan;
use dbmig_runtime::plan::{Blocked, Irreversible, Unresumable};
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{
    Error, Event, HistoryKey, LedgerInDoubt, Locking, MigrationError, Options, Report, Runner,
    Target, connect,
};
use dbmig_tests::{Project, TestDatabase};

/// The migrations of a project, and a database.
pub(crate) struct Library {
    set: MigrationSet,
    url: DatabaseUrl,
    options: Options,
}

impl Library {
    pub(crate) fn of(project: &Project, db: &TestDatabase) -> Self {
        Self::at(project, db.url())
    }

    pub(crate) fn at(project: &Project, url: &str) -> Self {
        Self::in_folder(&project.path("migrations"), url)
    }

    /// With the migrations of this folder.
    pub(crate) fn in_folder(folder: &Path, url: &str) -> Self {
        let dialect = DatabaseUrl::parse(url).unwrap().dialect();
        Self::with(scan(folder, dialect).unwrap().set, url)
    }

    /// With these migrations.
    pub(crate) fn with(set: MigrationSet, url: &str) -> Self {
        let url = DatabaseUrl::parse(url).unwrap();
        Self { set, url, options: Options::default() }
    }

    /// With the lease.
    pub(crate) fn with_lease(mut self) -> Self {
        self.options.locking = Locking::Lease;
        self
    }

    /// With the ledger in this schema.
    pub(crate) fn with_ledger_schema(mut self, schema: &str) -> Self {
        self.options.ledger_schema = Some(schema.to_owned());
        self
    }

    /// With a key that stored scripts are signed with.
    pub(crate) fn with_key(mut self, key: &str) -> Self {
        self.options.history_key = Some(HistoryKey::new(key));
        self
    }

    /// Brings the database to `target`, and tells `observe` what happens.
    pub(crate) fn run(
        &self,
        target: &Target,
        observe: impl FnMut(&Event<'_>),
    ) -> Result<Report, Error> {
        let mut db = connect(&self.url).unwrap();
        Runner::new(&self.set, self.options.clone()).observe(observe).run(&mut *db, target)
    }

    #[track_caller]
    pub(crate) fn error(&self, target: &Target) -> Error {
        self.run(target, |_| {}).unwrap_err()
    }

    /// Which policy or fact forbids it.
    #[track_caller]
    pub(crate) fn blocked(&self, target: &Target) -> Blocked {
        match self.error(target) {
            Error::Blocked(blocked) => blocked,
            other => panic!("{other:?}"),
        }
    }

    /// The ledgers of which nothing says which one is meant.
    #[track_caller]
    pub(crate) fn doubt(&self) -> LedgerInDoubt {
        match self.error(&Target::Latest) {
            Error::LedgerInDoubt(doubt) => *doubt,
            other => panic!("{other:?}"),
        }
    }

    /// The earlier run that cannot go on.
    #[track_caller]
    pub(crate) fn unresumable(&self, target: &Target) -> Unresumable {
        match self.blocked(target) {
            Blocked::Interrupted(unresumable) => *unresumable,
            other => panic!("{other:?}"),
        }
    }

    /// The migrations that have no way back.
    #[track_caller]
    pub(crate) fn irreversible(&self, target: &Target) -> Vec<Irreversible> {
        match self.blocked(target) {
            Blocked::Irreversible(all) => all,
            other => panic!("{other:?}"),
        }
    }

    /// The migration that fails.
    #[track_caller]
    pub(crate) fn failed(&self, target: &Target) -> MigrationError {
        match self.error(target) {
            Error::Migration(failed) => *failed,
            other => panic!("{other:?}"),
        }
    }
}
