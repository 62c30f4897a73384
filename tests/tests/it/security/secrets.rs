//! Passwords in the SQL of migrations.

use dbmig_tests::{Backend, database};

use crate::project;

const SECRET: &str = "hunter2-Oo3ahx";

#[test]
fn passwords_in_migrations_are_shown_nowhere() {
    for (backend, up) in [
        (Backend::Postgres, format!("CREATE ROLE NAME PASSWORD '{SECRET}'")),
        (Backend::MariaDb, format!("CREATE USER 'NAME'@'%' IDENTIFIED BY '{SECRET}'")),
    ] {
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
}
