//! This build with what the older one has left.

use dbmig_tests::{Backend, Project, TestDatabase};
use serde_json::Value;

use super::files::{LOST, STATEMENTS, directory, names};
use super::{dbmig, done, json, left_by_the_older_build, signed, states};

fn here(backend: Backend) -> Project {
    directory(env!("CARGO_BIN_EXE_dbmig-under-test").as_ref(), backend)
}

/// All values of all columns that the older build's table has, of the rows that it has written.
fn rows(db: &TestDatabase, columns: &[String], last: &str) -> Vec<Vec<Option<String>>> {
    let columns = columns.join(", ");
    db.query(&format!("SELECT {columns} FROM __dbmig_history WHERE id <= {last} ORDER BY id"))
}

/// The names of the table's columns.
fn columns(db: &TestDatabase) -> Vec<String> {
    db.column(match db.backend() {
        Backend::Postgres => {
            "SELECT column_name FROM information_schema.columns \
             WHERE table_name = '__dbmig_history' ORDER BY ordinal_position"
        }
        Backend::MariaDb => {
            "SELECT column_name FROM information_schema.columns \
             WHERE table_schema = database() AND table_name = '__dbmig_history' \
             ORDER BY ordinal_position"
        }
        Backend::Sqlite => "SELECT name FROM pragma_table_info('__dbmig_history') ORDER BY cid",
    })
}

fn with_states(state_of_lost: &str) -> Vec<(String, String)> {
    let state = |name: &str| if name == LOST { state_of_lost } else { "applied" };
    names().into_iter().map(|name| (name.to_owned(), state(name).to_owned())).collect()
}

each_backend!(it_is_read);
fn it_is_read(backend: Backend) {
    let (db, here) = (left_by_the_older_build(backend), here(backend));
    let before = db.script();
    assert_eq!(states(&here, &db), with_states("interrupted"));

    let history = json(&here, &db, &["history", "-n", "100"], 0);
    let told: Vec<_> = history["runs"].as_array().unwrap().iter().map(run).collect();
    let mut rows = db.query(
        "SELECT version, name, direction, state, statements_done, statements_total, app, host, \
         database_user, error, note FROM __dbmig_history ORDER BY id DESC",
    );
    // A build stands behind the app in the table, and has a key of its own in what is told.
    let beyond = rows.iter_mut().find(|row| row[3].as_deref() == Some("went_on")).unwrap();
    assert_eq!(beyond[6].as_deref(), Some("shop 1.0 (build b7c4f)"));
    beyond[6] = Some("shop 1.0".to_owned());
    assert_eq!(told, rows);
    let builds = history["runs"].as_array().unwrap().iter().filter_map(|run| run["build"].as_str());
    assert_eq!(builds.collect::<Vec<_>>(), ["b7c4f"]);

    let verified = json(&here, &db, &["verify"], 0);
    for none in ["drifted", "unverified", "missing"] {
        assert_eq!(verified[none], Value::Array(Vec::new()), "{none}");
    }
    let found = json(&here, &db, &["repair"], 3);
    assert_eq!(found["found"][0]["state"], "interrupted");
    assert_eq!(found["found"][0]["name"], LOST);
    assert_eq!(found["found"].as_array().unwrap().len(), 1, "{found}");

    here.migration("16_next", "CREATE TABLE next (id INTEGER);", "DROP TABLE next;");
    let plan = json(&here, &db, &["plan"], 0);
    let step = |it: &Value| (it["name"].clone(), it["statements_done_before"].clone());
    let steps: Vec<_> = plan["steps"].as_array().unwrap().iter().map(step).collect();
    assert_eq!(steps, [(LOST.into(), 1.into()), ("16_next".into(), 0.into())]);
    // The verdict of a person goes before what was inferred or declared.
    let status = json(&here, &db, &["status"], 0);
    let verdict = |name: &str| {
        let all = status["migrations"].as_array().unwrap();
        all.iter().find(|it| it["name"] == name).unwrap()["compatible"]["verdict"].clone()
    };
    assert_eq!(verdict("09_floor"), "breaking");
    assert_eq!(verdict("10_restart"), "compatible_after_restart");
    assert_eq!(verdict("12_foreign"), "compatible");
    assert_eq!(db.script(), before, "reading writes nothing");
}

/// A run as the table has it.
fn run(told: &Value) -> Vec<Option<String>> {
    let keys = [
        "version",
        "name",
        "direction",
        "state",
        "statements_done",
        "statements_total",
        "app",
        "host",
        "database_user",
        "error",
        "note",
    ];
    let value = |key: &str| match &told[key] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    keys.into_iter().map(value).collect()
}

each_backend!(it_is_gone_on_with_and_reverted_by_what_was_stored);
fn it_is_gone_on_with_and_reverted_by_what_was_stored(backend: Backend) {
    let (db, here) = (left_by_the_older_build(backend), here(backend));
    let (columns, last) =
        (columns(&db), db.column("SELECT max(id) FROM __dbmig_history").remove(0));
    let mut expected = rows(&db, &columns, &last);
    // Only the row of the run that is gone on with becomes another one.
    let state = columns.iter().position(|name| name == "state").unwrap();
    let lost = expected.last_mut().unwrap();
    assert_eq!(lost[state].replace("resumed".to_owned()).as_deref(), Some("running"));

    here.migration("16_next", "CREATE TABLE next (id INTEGER);", "DROP TABLE next;");
    let report = json(&here, &db, &["run"], 0);
    assert_eq!(done(&report), [&format!("{LOST} up"), "16_next up"]);
    assert_eq!(db.column("SELECT id FROM users WHERE nick = 'o' ORDER BY id"), ["15", "150"]);
    assert_eq!(rows(&db, &columns, &last), expected);
    assert!(states(&here, &db).iter().all(|(_, state)| state == "applied"));

    // From the scripts that the older build has stored: signed, and with the key.
    let signed_ones = ["14_stopped", "12_foreign", "11_renamed", "10_restart"];
    signed_ones.iter().for_each(|name| here.remove(&format!("migrations/{name}")));
    let report = signed(&here, &db, &["revert", "-n", "6", "--json"], 0).stdout;
    let report = serde_json::from_str(&report).unwrap();
    let back = ["16_next", LOST].into_iter().chain(signed_ones);
    assert_eq!(done(&report), back.map(|name| format!("{name} down")).collect::<Vec<_>>());
    assert_eq!(db.column("SELECT id FROM users WHERE id BETWEEN 9 AND 39"), ["9"]);
    // What is not signed is refused with the key, and runs without it.
    here.remove("migrations/09_floor");
    signed(&here, &db, &["revert"], 4);
    assert_eq!(done(&json(&here, &db, &["revert"], 0)), ["09_floor down"]);
    assert_eq!(rows(&db, &columns, &last), expected);
    // All the way back, and forth again with the files that are left.
    dbmig(&here, &db, &["revert", "--all"], 0);
    assert_eq!(db.tables(), ["__dbmig_history", "__diesel_schema_migrations"]);
    assert_eq!(rows(&db, &columns, &last), expected);
}

each_backend!(what_it_has_left_open_is_settled_by_a_person);
fn what_it_has_left_open_is_settled_by_a_person(backend: Backend) {
    let (db, here) = (left_by_the_older_build(backend), here(backend));
    db.execute("CREATE INDEX users_nick ON users (nick); INSERT INTO users VALUES (150, 'o')");
    dbmig(&here, &db, &["repair", "--finish", LOST], 0);
    // Its text is the one that ran: on SQLite another one than the file's.
    assert_eq!(
        states(&here, &db),
        with_states(match backend {
            Backend::Postgres | Backend::MariaDb => "applied",
            Backend::Sqlite => "drifted",
        })
    );
    let row = &json(&here, &db, &["history", "-n", "1"], 0)["runs"][0];
    assert_eq!((&row["version"], &row["state"]), (&"15".into(), &"baselined".into()));
    assert_eq!(done(&json(&here, &db, &["revert"], 0)), [format!("{LOST} down")]);

    let db = left_by_the_older_build(backend);
    db.execute("DELETE FROM users WHERE id = 15");
    dbmig(&here, &db, &["repair", "--forget", LOST], 0);
    assert_eq!(states(&here, &db), with_states("pending"));
    // Another text of it counts from here on.
    here.migration(LOST, "INSERT INTO users VALUES (16, 'p');", "DELETE FROM users WHERE id = 16;");
    here.write(&format!("migrations/{LOST}/metadata.toml"), STATEMENTS);
    assert_eq!(done(&json(&here, &db, &["run"], 0)), [format!("{LOST} up")]);
}

each_backend!(its_numbers_go_on_whatever_the_tables_counter_says);
/// As where only the rows were copied: the number of a run is the one after the last row's.
fn its_numbers_go_on_whatever_the_tables_counter_says(backend: Backend) {
    let (db, here) = (left_by_the_older_build(backend), here(backend));
    db.execute(match backend {
        Backend::Postgres => "ALTER TABLE __dbmig_history ALTER id RESTART WITH 1",
        Backend::MariaDb => "ALTER TABLE __dbmig_history AUTO_INCREMENT = 1000",
        Backend::Sqlite => "DELETE FROM sqlite_sequence",
    });
    dbmig(&here, &db, &["run"], 0);
    dbmig(&here, &db, &["redo"], 0);
    let ids = db.column("SELECT id FROM __dbmig_history ORDER BY id");
    let numbers: Vec<_> = (1..=ids.len()).map(|number| number.to_string()).collect();
    assert_eq!(ids, numbers);
}
