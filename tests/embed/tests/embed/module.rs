//! What the generated module offers.

use dbmig_core::Dialect;
use dbmig_core::scan::scan;

use crate::app::{App, Way};

/// Every assertion runs in a program that embeds this set.
const USES: &str = r#"
mod migrations;

use dbmig_runtime::__private::migration::{DeclaredCompatibility, DeclaredReversibility, Execution, ForeignKeys};
use dbmig_runtime::{Migrator, SetVersion};
use diesel::{Connection, RunQueryDsl, SqliteConnection};
use migrations::{ALL, Version};
use std::time::Duration;

fn main() {
    assert_eq!(Version::ALL, [Version::CreateUsers, Version::AddIndex, Version::AddIndexV3, Version::V4FirstTry]);
    assert_eq!(Version::LATEST, Version::V4FirstTry);
    assert!(Version::CreateUsers < Version::AddIndex);
    assert_eq!(format!("{:?} {}", Version::AddIndex, Version::AddIndex), "AddIndex 2_add_index");
    assert_eq!(SetVersion::version(Version::CreateUsers).as_str(), "01");
    assert_eq!(dbmig_runtime::Version::from(Version::AddIndexV3).as_str(), "3");

    let settings = &Version::AddIndexV3.migration().settings;
    assert_eq!(settings.execution, Execution::Transaction);
    assert_eq!(settings.compatibility, DeclaredCompatibility::Breaking);
    assert_eq!(settings.reversible, DeclaredReversibility::Lossy);
    assert_eq!(settings.foreign_keys, ForeignKeys::Off);
    assert_eq!(settings.lock_timeout, Some(Duration::from_millis(1500)));
    assert_eq!(settings.statement_timeout, Some(Duration::from_secs(60)));
    assert_eq!(settings.retries, Some(7));
    assert_eq!(Version::AddIndex.migration().settings.execution, Execution::Statements);
    assert_eq!(Version::AddIndex.migration().up().path, "migrations/2_add_index/up.sql");

    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    Migrator::new(&ALL).run_to(&mut conn, Version::AddIndex).unwrap();
    diesel::sql_query("INSERT INTO users VALUES ('`quoted`', 'é')").execute(&mut conn).unwrap();
    let report = Migrator::new(&ALL).run(&mut conn).unwrap();
    assert_eq!(report.applied().count(), 2);
    for migration in ALL.set() {
        println!("{:?}", migration.impact.as_str());
    }
}
"#;

#[test]
fn versions_texts_and_settings_reach_the_program() {
    for (name, way) in [("module-macro", Way::Macro), ("module-script", Way::BuildScript)] {
        let app = App::new(name, way);
        let table = "\u{feff}-- ``` a \"quoted\" \\ comment\r\nCREATE TABLE users (\"a\" TEXT, b TEXT);\r\n";
        app.migration("0-1_create_users", table, "DROP TABLE users;");
        app.migration("2_add_index", "CREATE INDEX i ON users (a);", "DROP INDEX i;");
        app.write("migrations/2_add_index/metadata.toml", "run_in_transaction = false\n");
        app.migration("3_add_index", "CREATE INDEX j ON users (b);", "DROP INDEX j;");
        app.write(
            "migrations/3_add_index/metadata.toml",
            "run_in_transaction = true\n[dbmig]\ncompatible = false\nreversible = \"lossy\"\n\
             lock_timeout = \"1500ms\"\nstatement_timeout = \"1m\"\nretries = 7\n\
             foreign_keys = \"off\"\n",
        );
        app.write("migrations/4 first try/up.sql", "-- nothing to do\n");
        app.write("src/main.rs", USES);
        app.build().assert_succeeded();
        // As the files say.
        let scanned = scan(&app.path("migrations"), Dialect::Sqlite).unwrap().set;
        let impacts = scanned.iter().map(|one| format!("{:?}\n", one.impact.as_str()));
        let impacts: String = impacts.collect();
        assert!(
            impacts.starts_with("\"compatible inferred 2:1 only adds: new table users\\nlossy ")
        );
        assert_eq!(app.run(), impacts);
    }
}

#[test]
fn a_set_without_migrations_compiles() {
    for (name, way) in [("empty-macro", Way::Macro), ("empty-script", Way::BuildScript)] {
        let app = App::new(name, way);
        app.write(
            "src/main.rs",
            "mod migrations;\n\nfn main() {\n    println!(\"{:?} {}\", migrations::Version::ALL, \
             migrations::ALL.set().as_slice().len());\n}\n",
        );
        app.build().assert_succeeded();
        assert_eq!(app.run(), "[] 0\n");
    }
}

/// Two sets in one crate, for example of two databases, each in its module and its directory.
#[test]
fn one_crate_holds_several_sets() {
    let app = App::new("several-sets", Way::Macro);
    for set in ["first", "second"] {
        app.write(&format!("migrations/{set}/1_{set}/up.sql"), "SELECT 1");
    }
    app.write(
        "build.rs",
        "fn main() {\n    dbmig_core::codegen::watch(\"migrations/first\");\n    \
         dbmig_core::codegen::watch(\"./migrations/second/\");\n}\n",
    );
    app.write(
        "src/main.rs",
        "mod first {\n    dbmig_runtime::embed_migrations!(\"migrations/first\", Sqlite);\n}\nmod \
         second {\n    use dbmig_runtime as runtime;\n    dbmig_runtime::embed_migrations!(\
         \"migrations/second\", Sqlite, crate = self::runtime);\n}\n\nfn main() {\n    \
         println!(\"{} {}\", first::Version::First, second::Version::LATEST);\n}\n",
    );
    app.build().assert_succeeded();
    assert_eq!(app.run(), "1_first 1_second\n");
}
