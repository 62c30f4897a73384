//! What the library itself answers to a project's migrations on a database: which refusal or failure
//! it is stands in a value, whatever the words of its message.

use dbmig_core::MigrationSet;
use dbmig_core::scan::scan;
use dbmig_runtime::plan::{Blocked, Irreversible, Unresumable};
use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{
    Error, Event, HistoryKey, MigrationError, Options, Report, Runner, Target, connect,
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
        let url = DatabaseUrl::parse(db.url()).unwrap();
        let set = scan(&project.path("migrations"), url.dialect()).unwrap().set;
        Self { set, url, options: Options::default() }
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
