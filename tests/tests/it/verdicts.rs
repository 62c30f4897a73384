//! The golden cases of the verdicts on real databases: what a verdict says is what the previous
//! version of an app meets.

use dbmig_core::Dialect;
use dbmig_core::sql::split;
use dbmig_tests::{Backend, TestDatabase, database};
use diesel::connection::{Connection, SimpleConnection};
use diesel::sql_types::{Integer, Text};
use diesel::{MysqlConnection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};

#[path = "../../../dbmig-core/tests/verdicts/cases.rs"]
mod cases;

use cases::{Case, cases, text};

/// The statements of a script, as dbmig sends them.
fn statements(dialect: Dialect, text: &str) -> Vec<String> {
    split(dialect, text).unwrap().iter().map(|one| one.text.to_owned()).collect()
}

/// What the previous version does all day.
fn v1(dialect: Dialect) -> Vec<String> {
    statements(dialect, &text(dialect, "v1.sql"))
}

/// Runs each statement; the first error ends it.
fn run(conn: &mut impl SimpleConnection, statements: &[String]) -> Result<(), String> {
    statements.iter().try_for_each(|statement| {
        conn.batch_execute(statement).map_err(|error| format!("{error}\nin: {statement}"))
    })
}

/// What fails of what the previous version does; each statement has its chance.
fn failures(conn: &mut impl SimpleConnection, dialect: Dialect) -> Vec<String> {
    let saves = dialect != Dialect::Mysql;
    let mut failures = Vec::new();
    for statement in v1(dialect) {
        if saves {
            conn.batch_execute("SAVEPOINT v1").unwrap();
        }
        let result = conn.batch_execute(&statement);
        if saves {
            let end = if result.is_ok() { "RELEASE v1" } else { "ROLLBACK TO v1" };
            conn.batch_execute(end).unwrap();
        }
        failures.extend(result.err().map(|error| format!("{error} in: {statement}")));
    }
    failures
}

/// What is wrong with the verdict on the case, if anything is.
fn judge(conn: &mut impl SimpleConnection, dialect: Dialect, case: &Case) -> Option<String> {
    let Case { verdict, expected, sql, .. } = case;
    let of = |what: &str, why: String| {
        Some(format!("{dialect}: {verdict}; {expected}\n{sql}{what}: {why}\n"))
    };
    if let Err(error) = run(conn, &statements(dialect, &case.sql)) {
        return of("refused", error);
    }
    let failures = failures(conn, dialect);
    let must_fail = case.flags.iter().any(|flag| flag == "fails");
    match (case.verdict.as_str(), &failures[..]) {
        // These connections have no statements from before; `restart` has some.
        ("compatible" | "compatible_after_restart", [first, ..]) => {
            of("but this fails", first.clone())
        }
        ("breaking", []) if must_fail => of("but", "all of it works".to_owned()),
        _ => None,
    }
}

fn is_alone(case: &Case) -> bool {
    case.flags.iter().any(|flag| flag == "alone")
}

/// Every case in a transaction of its own, which is rolled back, or on a database of its own.
fn in_transactions<C: Connection + SimpleConnection>(backend: Backend, dialect: Dialect) {
    let before = statements(dialect, &text(dialect, "before.sql"));
    let fresh = || -> (TestDatabase, C) {
        let db = database(backend);
        let mut conn = C::establish(db.url()).unwrap();
        run(&mut conn, &before).unwrap();
        (db, conn)
    };
    let (_db, mut conn) = fresh();
    let mut wrong = Vec::new();
    for case in cases(dialect, "up.sql") {
        if is_alone(&case) {
            let (_db, mut conn) = fresh();
            run(&mut conn, &statements(dialect, &case.sql)).unwrap();
            conn.batch_execute("BEGIN").unwrap();
            let again = Case { sql: String::new(), ..case };
            wrong.extend(judge(&mut conn, dialect, &again));
        } else {
            conn.batch_execute("BEGIN").unwrap();
            wrong.extend(judge(&mut conn, dialect, &case));
            conn.batch_execute("ROLLBACK").unwrap();
        }
    }
    conn.batch_execute("BEGIN").unwrap();
    assert_eq!(failures(&mut conn, dialect), [""; 0], "{dialect}: without any migration");
    conn.batch_execute("ROLLBACK").unwrap();
    for case in cases(dialect, "down.sql").into_iter().filter(|case| !is_alone(case)) {
        conn.batch_execute("BEGIN").unwrap();
        let result = run(&mut conn, &statements(dialect, &case.sql));
        wrong.extend(result.err().map(|error| format!("{dialect}: refused: {error}")));
        conn.batch_execute("ROLLBACK").unwrap();
    }
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn postgres_bears_every_verdict_out() {
    in_transactions::<PgConnection>(Backend::Postgres, Dialect::Postgres);
}

#[test]
fn sqlite_bears_every_verdict_out() {
    in_transactions::<SqliteConnection>(Backend::Sqlite, Dialect::Sqlite);
}

/// MySQL takes no schema change back: each case has a database of its own.
#[test]
fn mariadb_bears_every_verdict_out() {
    let dialect = Dialect::Mysql;
    let before = statements(dialect, &text(dialect, "before.sql"));
    let fresh = || {
        let db = database(Backend::MariaDb);
        let mut conn = MysqlConnection::establish(db.url()).unwrap();
        run(&mut conn, &before).unwrap();
        (db, conn)
    };
    let mut wrong = Vec::new();
    for case in cases(dialect, "up.sql") {
        let (_db, mut conn) = fresh();
        wrong.extend(judge(&mut conn, dialect, &case));
    }
    for case in cases(dialect, "down.sql") {
        let (_db, mut conn) = fresh();
        let result = run(&mut conn, &statements(dialect, &case.sql));
        wrong.extend(result.err().map(|error| format!("{dialect}: refused: {error}")));
    }
    let (_db, mut conn) = fresh();
    assert_eq!(failures(&mut conn, dialect), [""; 0], "without any migration");
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(QueryableByName)]
struct Age {
    #[diesel(sql_type = Integer)]
    #[expect(dead_code, reason = "only read")]
    age: i32,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    #[expect(dead_code, reason = "only read")]
    name: String,
}

/// Why a wider integer is compatible on MySQL only, and a NULL where there was none is breaking.
#[test]
fn diesel_reads_what_the_verdicts_assume() {
    let db = database(Backend::Postgres);
    let conn = &mut PgConnection::establish(db.url()).unwrap();
    conn.batch_execute("CREATE TABLE t (age BIGINT, name TEXT); INSERT INTO t VALUES (3, NULL)")
        .unwrap();
    assert!(diesel::sql_query("SELECT age FROM t").load::<Age>(conn).is_err());
    assert!(diesel::sql_query("SELECT name FROM t").load::<Named>(conn).is_err());
    let db = database(Backend::MariaDb);
    let conn = &mut MysqlConnection::establish(db.url()).unwrap();
    conn.batch_execute("CREATE TABLE t (age BIGINT)").unwrap();
    conn.batch_execute("INSERT INTO t VALUES (3)").unwrap();
    assert_eq!(diesel::sql_query("SELECT age FROM t").load::<Age>(conn).unwrap().len(), 1);
}
