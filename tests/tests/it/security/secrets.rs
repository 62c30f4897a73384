//! Passwords in the SQL of migrations.

use dbmig_tests::{Backend, Engine, database};

use crate::project;

const SECRET: &str = "hunter2-Oo3ahx";

each_server!(passwords_in_migrations_are_shown_nowhere);
fn passwords_in_migrations_are_shown_nowhere(backend: Backend) {
    let up = match backend.engine() {
        Engine::Postgres => format!("CREATE ROLE NAME PASSWORD '{SECRET}'"),
        Engine::MariaDb => format!("CREATE USER 'NAME'@'%' IDENTIFIED BY '{SECRET}'"),
    };
    let (project, db) = (project(), database(backend));
    let up = up.replace("NAME", &format!("r{}", &db.name()[..12]));
    project.migration("1_role", &up, "");
    let broken = format!("{up};\nSELECT * FROM nowhere;");
    project.migration("2_again", &broken, "");
    project.write("migrations/2_again/metadata.toml", "run_in_transaction = false\n");
    let mut told = Vec::new();
    for command in [
        &["plan"][..],
        &["plan", "--json"],
        &["run", "--verbose"],
        &["run", "--json"],
        &["history", "--json"],
        &["status"],
        &["repair"],
        &["verify"],
    ] {
        told.push(project.dbmig_on(&db, command).text());
    }
    assert!(told.iter().any(|text| text.contains("'***'")), "{backend:?}: {told:?}");
    project.write("migrations/1_role/up.sql", format!("{up}; SELECT 1;"));
    told.push(project.dbmig_on(&db, &["verify"]).expect(3).text());
    for text in &told {
        assert!(!text.contains(SECRET), "{backend:?}: {text}");
    }
    let stored = db.column("SELECT COALESCE(script, '') FROM __dbmig_history");
    assert!(!stored.is_empty() && stored.iter().all(|s| !s.contains(SECRET)), "{stored:?}");
}

each_server!(passwords_in_what_the_database_says_are_shown_nowhere);
/// Databases quote a part of the statement that they do not understand.
fn passwords_in_what_the_database_says_are_shown_nowhere(backend: Backend) {
    let long = SECRET.repeat(20);
    let scripts = match backend.engine() {
        Engine::Postgres => vec![
            format!("SELECT 1 FROM PASSWORD '{SECRET}'"),
            format!("DO $$ BEGIN EXECUTE 'ALTER ROL a PASSWORD ''{SECRET}'''; END $$"),
            format!(
                "DO $$ BEGIN RAISE 'no PASSWORD %', '{SECRET}' USING DETAIL = '{SECRET}', HINT = '{SECRET}'; END $$"
            ),
        ],
        Engine::MariaDb => vec![
            format!("CREATE USR a IDENTIFIED BY '{SECRET}'"),
            format!("CREATE USR a IDENTIFIED BY '{long}'"),
            format!("INSERT INTO a VALUE IDENTIFIED BY '{SECRET}'"),
            format!("EXECUTE IMMEDIATE 'CREATE USR a IDENTIFIED BY ''{SECRET}'''"),
        ],
    };
    for up in scripts {
        for settings in ["run_in_transaction = true\n", "run_in_transaction = false\n"] {
            let (project, db) = (project(), database(backend));
            project.migration("1_role", &up, "");
            project.write("migrations/1_role/metadata.toml", settings);
            let failed = project.dbmig_on(&db, &["run", "--verbose"]).expect(1).text();
            assert!(failed.contains("***"), "{up}: {failed}");
            let mut told = vec![failed];
            for command in
                [&["history"][..], &["history", "--json"], &["repair"], &["run", "--json"]]
            {
                told.push(project.dbmig_on(&db, command).text());
            }
            told.extend(db.column("SELECT COALESCE(error, '') FROM __dbmig_history"));
            for text in told {
                assert!(!text.contains(&SECRET[..6]), "{backend:?}: {up}: {text}");
            }
        }
    }
}

each_server!(passwords_in_sql_in_strings_are_shown_nowhere);
fn passwords_in_sql_in_strings_are_shown_nowhere(backend: Backend) {
    let up = match backend.engine() {
        Engine::Postgres => format!(
            "DO $$ BEGIN IF false THEN EXECUTE 'CREATE ROLE app LOGIN PASSWORD ''{SECRET}'''; \
             EXECUTE format('ALTER ROLE app PASSWORD %L', '{SECRET}'); END IF; END $$"
        ),
        Engine::MariaDb => format!(
            "PREPARE s FROM 'SET @a = PASSWORD(''{SECRET}'')'; EXECUTE s; DEALLOCATE PREPARE s"
        ),
    };
    let (project, db) = (project(), database(backend));
    project.migration("1_role", &up, "");
    let mut told = Vec::new();
    for command in [&["plan"][..], &["plan", "--json"], &["run", "--verbose"]] {
        told.push(project.dbmig_on(&db, command).success().text());
    }
    assert!(told[0].contains("'***'"), "{}", told[0]);
    told.extend(db.column("SELECT script FROM __dbmig_history"));
    for text in told {
        assert!(!text.contains(SECRET), "{backend:?}: {text}");
    }
}
