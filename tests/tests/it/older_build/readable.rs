//! What an older build needs to find: its columns with its types, and in them words that it knows.

use dbmig_tests::{Backend, TestDatabase, database};

use super::files::directory;
use super::{dbmig, left_by_the_older_build, other_build};

/// The words of each column that the older builds of this format know.
const WORDS: [(&str, &[&str]); 6] = [
    ("format", &["1"]),
    ("direction", &["up", "down"]),
    ("state", &["running", "done", "failed", "resumed", "baselined", "forgotten", "went_on"]),
    ("execution", &["transaction", "statements"]),
    ("compatible", &["compatible", "after_restart", "breaking"]),
    ("reversible", &["yes", "lossy", "no"]),
];

/// A column of the history.
#[derive(Debug, PartialEq, Eq)]
struct Column {
    name: String,
    kind: String,
    /// `NO` where each row needs a value.
    nullable: String,
    /// What stands there if an `INSERT` does not say.
    default: Option<String>,
}

fn columns(db: &TestDatabase) -> Vec<Column> {
    let rows = db.query(match db.backend() {
        Backend::Postgres => {
            "SELECT column_name, concat(data_type, '(', character_maximum_length, ')'), is_nullable, \
             CASE WHEN is_identity = 'YES' THEN 'identity' ELSE column_default END \
             FROM information_schema.columns \
             WHERE table_name = '__dbmig_history' ORDER BY ordinal_position"
        }
        Backend::MariaDb => {
            "SELECT column_name, concat(column_type, ' ', coalesce(character_set_name, ''), ' ', \
             coalesce(collation_name, '')), is_nullable, column_default \
             FROM information_schema.columns \
             WHERE table_schema = database() AND table_name = '__dbmig_history' \
             ORDER BY ordinal_position"
        }
        Backend::Sqlite => {
            "SELECT name, type, CASE WHEN \"notnull\" = 1 THEN 'NO' ELSE 'YES' END, dflt_value \
             FROM pragma_table_info('__dbmig_history') ORDER BY cid"
        }
    });
    let column = |row: Vec<Option<String>>| {
        let [name, kind, nullable, default] = <[_; 4]>::try_from(row).expect("four values");
        let text = |value: Option<String>| value.expect("a value");
        Column { name: text(name), kind: text(kind), nullable: text(nullable), default }
    };
    rows.into_iter().map(column).collect()
}

/// Each column of the dump is there as it was; what is new, an older build need not know.
#[track_caller]
fn assert_table(db: &TestDatabase, older: &[Column]) {
    let (known, new): (Vec<_>, Vec<_>) =
        columns(db).into_iter().partition(|column| older.iter().any(|one| one.name == column.name));
    assert_eq!(known, older);
    for column in new {
        let optional = column.nullable == "YES" || column.default.is_some();
        assert!(optional, "the older build writes no {column:?}");
    }
}

/// Each row has words that the older build knows.
#[track_caller]
pub(super) fn assert_rows(db: &TestDatabase) {
    for (column, words) in WORDS {
        let found = db.column(&format!("SELECT DISTINCT {column} FROM __dbmig_history"));
        let unknown: Vec<_> = found.iter().filter(|it| !words.contains(&it.as_str())).collect();
        assert!(unknown.is_empty(), "{column}: the older build does not know {unknown:?}");
    }
}

each_backend!(an_older_build_knows_the_table);
/// A new one, and one of its own in which this build has written.
fn an_older_build_knows_the_table(backend: Backend) {
    let upgraded = left_by_the_older_build(backend);
    let older = columns(&upgraded);
    assert_eq!(older.len(), 28, "{older:?}");
    let here = directory(env!("CARGO_BIN_EXE_dbmig-under-test").as_ref(), backend);
    dbmig(&here, &upgraded, &["run"], 0);
    assert_table(&upgraded, &older);
    assert_rows(&upgraded);

    let new = database(backend);
    dbmig(&here, &new, &["run", "--to", "06"], 0);
    assert_table(&new, &older);
    assert_rows(&new);
}

each_backend!(a_history_of_this_build_is_gone_on_with_by_the_other_one);
/// Also where it is new: the other build writes into a table that this one has made.
fn a_history_of_this_build_is_gone_on_with_by_the_other_one(backend: Backend) {
    let db = database(backend);
    let here = directory(env!("CARGO_BIN_EXE_dbmig-under-test").as_ref(), backend);
    let there = directory(&other_build(), backend);
    dbmig(&here, &db, &["run", "--to", "02"], 0);
    dbmig(&there, &db, &["run", "--to", "06"], 0);
    dbmig(&here, &db, &["redo"], 0);
    dbmig(&there, &db, &["revert", "-n", "2"], 0);
    let ids = db.column("SELECT id FROM __dbmig_history ORDER BY id");
    let numbers: Vec<_> = (1..=ids.len()).map(|number| number.to_string()).collect();
    assert_eq!(ids, numbers);
    assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations ORDER BY 1").len(), 4);
}
