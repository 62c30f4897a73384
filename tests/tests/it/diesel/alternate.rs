//! Diesel's CLI goes on where dbmig stopped, and the other way round.

use dbmig_tests::Backend;

use super::{Case, EMAIL, Migration, POSTS, TAGS, USERS};

/// One thing to do, in words that both tools know.
enum Step {
    Write(Migration),
    Do(&'static [&'static str]),
}

use Step::{Do, Write};

const STEPS: [Step; 22] = [
    Write(USERS),
    Do(&["run"]),
    Write(POSTS),
    Do(&["run"]),
    Do(&["redo"]),
    Do(&["revert"]),
    Do(&["run"]),
    Write(EMAIL),
    Do(&["run"]),
    Do(&["run"]),
    Do(&["redo", "-n", "2"]),
    Do(&["revert", "-n", "2"]),
    Do(&["run"]),
    Do(&["redo", "--all"]),
    Do(&["revert"]),
    Do(&["revert", "--all"]),
    Do(&["run"]),
    Write(TAGS),
    Do(&["run"]),
    Do(&["revert"]),
    Do(&["redo"]),
    Do(&["run"]),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tool {
    Diesel,
    Dbmig,
}

use Tool::{Dbmig, Diesel};

/// What is left after each step but for our own table: the versions and the tables.
fn traces(case: &Case, turns: &[Tool]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut turns = turns.iter().cycle();
    let mut traces = Vec::new();
    for step in &STEPS {
        match step {
            Write(migration) => case.generate(*migration),
            Do(words) => match turns.next().unwrap() {
                Dbmig => drop(case.dbmig(words)),
                Diesel => drop(case.diesel(&[&["migration"], *words].concat())),
            },
        }
        let mut tables = case.database.tables();
        tables.retain(|table| table != "__dbmig_history");
        traces.push((case.ledger(), tables));
    }
    traces
}

/// The pending migrations, as each of the tools tells them.
fn agree_on_pending(case: &Case) {
    let list = case.diesel(&["migration", "list"]);
    let pending = case.dbmig(&["pending", "--json"]);
    let pending: serde_json::Value = serde_json::from_str(&pending).unwrap();
    let ours: Vec<_> = pending["migrations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["name"].as_str().unwrap())
        .collect();
    assert_eq!(Case::lines(&list, "[ ]"), ours);
    assert_eq!(
        case.diesel(&["migration", "pending"]).trim(),
        if ours.is_empty() { "false" } else { "true" }
    );
}

fn alternate(backend: Backend, who: [&[Tool]; 2]) {
    let alone = Case::new(backend);
    let expected = traces(&alone, &[Diesel]);
    let schema = alone.database.dump();
    for turns in who {
        let case = Case::new(backend);
        let found = traces(&case, turns);
        for (number, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert_eq!(found, expected, "{backend:?}, {turns:?}, after step {number}");
        }
        agree_on_pending(&case);
        case.dbmig(&["revert", "-n", "2"]);
        agree_on_pending(&case);
        case.diesel(&["migration", "run"]);
        agree_on_pending(&case);
        case.dbmig(&["verify"]);
        case.database.execute("DROP TABLE __dbmig_history");
        assert_eq!(case.database.dump(), schema, "{turns:?}");
        assert_eq!(case.ledger(), alone.ledger());
        assert_eq!(case.database.column("SELECT name FROM users"), ["it's; me"]);
    }
}

each_backend!(in_turns);
fn in_turns(backend: Backend) {
    alternate(backend, [&[Diesel, Dbmig], &[Dbmig, Diesel]]);
}

each_backend!(two_steps_of_one_and_one_of_the_other);
fn two_steps_of_one_and_one_of_the_other(backend: Backend) {
    alternate(backend, [&[Dbmig, Dbmig, Diesel], &[Diesel, Diesel, Dbmig]]);
}

each_backend!(an_older_migration_that_diesel_applied_late_is_no_obstacle);
/// Late arrivals: Diesel applies them without a word, dbmig when it is told to.
fn an_older_migration_that_diesel_applied_late_is_no_obstacle(backend: Backend) {
    let case = Case::new(backend);
    case.generate(USERS);
    case.generate(EMAIL);
    case.dbmig(&["run"]);
    case.generate(POSTS);
    case.project.dbmig_on(&case.database, &["run"]).expect(4);
    case.diesel(&["migration", "run"]);
    assert_eq!(case.done(&["run"]), [""; 0]);
    case.generate(TAGS);
    assert_eq!(case.done(&["run"]), [super::up(TAGS)]);
    case.diesel(&["migration", "redo", "--all"]);
    assert_eq!(case.dbmig(&["redo", "--all"]).lines().count(), 1);
}

each_backend!(after_a_reset_by_diesel);
/// `diesel database reset` leaves no history of ours behind; we begin anew.
fn after_a_reset_by_diesel(backend: Backend) {
    let case = Case::new(backend);
    case.generate(USERS);
    case.dbmig(&["run"]);
    case.diesel(&["database", "reset"]);
    let states = case.project.states(&case.database);
    assert!(states.contains(&format!("unverified {}", super::directory(USERS))), "{states:?}");
    assert!(states.iter().all(|state| state.starts_with("unverified ")), "{states:?}");
    case.generate(POSTS);
    assert_eq!(case.done(&["run"]), [super::up(POSTS)]);
    // And ours, the other way round.
    case.dbmig(&["db", "reset", "--yes"]);
    assert_eq!(case.diesel(&["migration", "pending"]).trim(), "false");
}
