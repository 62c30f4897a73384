//! What the runtime tells to `tracing`.

use std::cell::RefCell;
use std::fmt::{Debug, Write as _};
use std::sync::Once;
use std::time::Duration;

use dbmig_runtime::Migrator;
use dbmig_tests::{Backend, PASSWORD, database};
use diesel::{Connection, PgConnection};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    /// The events of this thread, a line each, while somebody listens.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// What `work` tells. One subscriber for the whole process, for good: `tracing` remembers for each
/// event whether anybody wants it, and a listener that comes and goes while other tests' threads are
/// the first at an event would be forgotten.
fn told(work: impl FnOnce()) -> Vec<String> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        tracing::subscriber::set_global_default(Lines).unwrap();
        // Who was in the middle of that.
        std::thread::sleep(Duration::from_millis(200));
        tracing::callsite::rebuild_interest_cache();
    });
    HEARD.set(Some(Vec::new()));
    work();
    HEARD.take().unwrap_or_default()
}

/// Keeps each event of ours.
struct Lines;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "dbmig"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        HEARD.with_borrow_mut(|heard| heard.iter_mut().for_each(|all| all.push(line.0.clone())));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn each_step_is_told_with_its_migration_and_without_the_password() {
    let db = database(Backend::Postgres);
    let lines = told(|| {
        let conn = &mut PgConnection::establish(db.url()).unwrap();
        Migrator::new(&crate::sets::postgres::ALL).run(conn).unwrap();
    });
    let has =
        |words: &[&str]| lines.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(has(&["INFO", "message=migrating", "steps=3"]), "{lines:?}");
    assert!(
        has(&["migration started", "create_authors", "direction=\"up\"", "number=1"]),
        "{lines:?}"
    );
    assert!(has(&["migration done", "index_titles", "elapsed="]), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(PASSWORD)));
}

#[test]
fn who_waits_for_a_database_or_for_others_is_heard() {
    let db = database(Backend::Postgres);
    // A port that nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("postgres://u:{PASSWORD}@{free}/d");
    let lines = told(|| {
        let short = Duration::from_millis(200);
        let migrator = || Migrator::new(&crate::sets::postgres::ALL).connect_wait(short);
        migrator().run_at(&nowhere).unwrap_err();
        migrator().wait_at(&nowhere, short).unwrap_err();
        migrator().wait_at(db.url(), short).unwrap_err();
        migrator().run_at(db.url()).unwrap();
    });
    let count = |words: &str| lines.iter().filter(|line| line.contains(words)).count();
    assert!(count("waiting for the database") >= 2, "{lines:?}");
    assert!(count("waiting for migrations") >= 1, "{lines:?}");
    // Told once, although the run tells its own.
    assert_eq!((count("connected"), count("message=migrating")), (1, 1), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(PASSWORD)));
}
