//! What the runtime tells to `tracing`.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use dbmig_runtime::Migrator;
use dbmig_tests::{Backend, PASSWORD, database};
use diesel::{Connection, PgConnection};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps each event of ours as a line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

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
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn each_step_is_told_with_its_migration_and_without_the_password() {
    let db = database(Backend::Postgres);
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || {
        let conn = &mut PgConnection::establish(db.url()).unwrap();
        Migrator::new(&crate::sets::postgres::ALL).run(conn).unwrap();
    });
    let lines = lines.0.lock().unwrap();
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
