//! Diesel keeps its prepared statements with their connection.

use dbmig_tests::{Backend, database};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::{BEFORE, WIDER};

diesel::table! {
    users (id) {
        id -> Integer,
        street -> Text,
        age -> Integer,
        worth -> Numeric,
    }
}

/// What an app does with a street, each time by the same statement.
macro_rules! streets {
    ($conn:expr) => {
        users::table.filter(users::id.gt(0)).select(users::street).load::<String>($conn)
    };
}

const ROW: &str = "INSERT INTO users (id, street, age, worth) VALUES (1, 'a', 3, 4.5);";

#[test]
fn postgres_refuses_what_was_prepared_before_a_type_change_for_ever() {
    for kind in ["VARCHAR(80)", "VARCHAR", "TEXT"] {
        let db = database(Backend::Postgres);
        let connect = || PgConnection::establish(db.url()).unwrap();
        let (mut old, mut other, mut fresh) = (connect(), connect(), connect());
        old.batch_execute(&format!("{BEFORE}{ROW}")).unwrap();
        for conn in [&mut old, &mut other] {
            assert_eq!(streets!(conn).unwrap(), ["a"]);
        }
        let ids = |conn: &mut PgConnection| users::table.select(users::id).load::<i32>(conn);
        assert_eq!(ids(&mut old).unwrap(), [1]);
        db.execute(&format!("ALTER TABLE users ALTER COLUMN street TYPE {kind}"));
        for _ in 0..3 {
            for conn in [&mut old, &mut other] {
                let error = streets!(conn).unwrap_err().to_string();
                assert_eq!(error, "cached plan must not change result type", "{kind}");
            }
        }
        // What does not return the column goes on, and so does whoever had not asked before.
        assert_eq!(ids(&mut old).unwrap(), [1]);
        assert_eq!(streets!(&mut fresh).unwrap(), ["a"]);
        assert_eq!(streets!(&mut connect()).unwrap(), ["a"]);
    }
}

#[test]
fn a_wider_number_is_no_other_than_a_longer_text() {
    let db = database(Backend::Postgres);
    let mut old = PgConnection::establish(db.url()).unwrap();
    old.batch_execute(&format!("{BEFORE}{ROW}")).unwrap();
    let count = |conn: &mut PgConnection| {
        users::table
            .filter(users::id.gt(0))
            .order(users::worth)
            .select((users::id, users::worth))
            .load::<(i32, diesel::data_types::PgNumeric)>(conn)
    };
    count(&mut old).unwrap();
    db.execute("ALTER TABLE users ALTER COLUMN worth TYPE NUMERIC(12, 2)");
    for _ in 0..2 {
        let error = count(&mut old).unwrap_err().to_string();
        assert_eq!(error, "cached plan must not change result type");
    }
}

/// What is not a change of a type is no reason for a restart.
#[test]
fn a_new_column_and_the_same_type_again_disturb_nobody() {
    let db = database(Backend::Postgres);
    let mut old = PgConnection::establish(db.url()).unwrap();
    old.batch_execute(&format!("{BEFORE}{ROW}")).unwrap();
    streets!(&mut old).unwrap();
    db.execute("ALTER TABLE users ADD COLUMN bio TEXT");
    assert_eq!(streets!(&mut old).unwrap(), ["a"]);
    db.execute("ALTER TABLE users ALTER COLUMN street TYPE VARCHAR(20)");
    assert_eq!(streets!(&mut old).unwrap(), ["a"]);
    // There and back again, it is what it was.
    db.execute(WIDER);
    assert!(streets!(&mut old).is_err());
    db.execute("ALTER TABLE users ALTER COLUMN street TYPE VARCHAR(20)");
    assert_eq!(streets!(&mut old).unwrap(), ["a"]);
}

#[test]
fn mariadb_goes_on_with_what_was_prepared_before_a_wider_type() {
    let db = database(Backend::MariaDb);
    let mut old = MysqlConnection::establish(db.url()).unwrap();
    old.batch_execute(&format!("{BEFORE}{ROW}")).unwrap();
    let long = "x".repeat(60);
    let ages = |conn: &mut MysqlConnection| {
        users::table.filter(users::id.gt(0)).select((users::street, users::age)).load(conn)
    };
    let before: Vec<(String, i32)> = ages(&mut old).unwrap();
    assert_eq!(before, [("a".to_owned(), 3)]);
    for (change, write, expected) in [
        ("MODIFY street VARCHAR(80) NOT NULL", format!("street = '{long}'"), (long.as_str(), 3)),
        (
            "MODIFY age BIGINT NOT NULL",
            "age = 2000000000".to_owned(),
            (long.as_str(), 2_000_000_000),
        ),
        ("MODIFY street TEXT NOT NULL", "street = 'b'".to_owned(), ("b", 2_000_000_000)),
        ("MODIFY worth NUMERIC(12, 2) NOT NULL", "worth = 5".to_owned(), ("b", 2_000_000_000)),
    ] {
        db.execute(&format!("ALTER TABLE users {change}"));
        db.execute(&format!("UPDATE users SET {write}"));
        for _ in 0..2 {
            let found: Vec<(String, i32)> = ages(&mut old).unwrap();
            assert_eq!(found, [(expected.0.to_owned(), expected.1)], "{change}");
        }
    }
}
