//! The ledger's place: found where it is, refused where it is in doubt, chosen by a setting.

use dbmig_runtime::{Error, LedgerInDoubt, Target};
use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Project, TestDatabase, database};
use serde_json::{Value, json};

use crate::library::Library;
use crate::project;

mod app;
mod mariadb;
mod origin;
mod sqlite;
mod tenants;

/// Two migrations, the second one statement by statement.
fn two_migrations() -> Project {
    let project = project();
    project.migration("1_a", "CREATE TABLE a (id INTEGER);", "DROP TABLE a;");
    project.migration("2_b", "CREATE TABLE b (id INTEGER);", "DROP TABLE b;");
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    project
}

/// A database in which `data` comes before `public`, once it is there.
fn with_path(path: &str) -> TestDatabase {
    let db = database(Backend::Postgres);
    db.execute(&format!("ALTER DATABASE {} SET search_path TO {path}", db.name()));
    db
}

/// All rows of all tables of ours, and all tables there are.
fn everything(db: &TestDatabase) -> Vec<String> {
    let mut all = db.column(
        "SELECT schemaname || '.' || tablename FROM pg_tables \
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    );
    let ours: Vec<_> = all.iter().filter(|table| table.contains("__d")).cloned().collect();
    for table in ours {
        all.extend(db.column(&format!("SELECT t::text FROM {table} t ORDER BY 1")));
    }
    all
}

/// The URL for a role with the password `one`.
fn as_role(db: &TestDatabase, role: &str) -> String {
    let (_, server) = db.url().split_once('@').unwrap();
    format!("postgres://{role}:one@{server}")
}

/// What the message says to type next, as arguments.
fn next(refused: &Output) -> Vec<String> {
    let command = refused.stderr.split("`cargo dbmig ").nth(1).unwrap().split('`').next().unwrap();
    command.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// The schemas of the ledgers that were found, with their rows and how many of them are known.
fn seen(doubt: &LedgerInDoubt) -> Vec<(&str, Option<usize>, usize)> {
    doubt.ledgers.iter().map(|one| (one.schema.as_str(), one.rows, one.known)).collect()
}

/// The ledger that `status` says it has read.
fn ledger(status: &Output) -> Value {
    status.json()["ledger"].clone()
}

#[test]
fn a_ledger_that_is_only_further_down_the_path_is_refused() {
    let (project, db) = (two_migrations(), with_path("data, public"));
    project.dbmig_on(&db, &["run"]).success();
    db.execute("CREATE SCHEMA data");
    let before = everything(&db);
    for command in [
        &["run"][..],
        &["run", "--dry-run"],
        &["run", "--lock", "lease"],
        &["run", "--to", "1"],
        &["status"],
        &["status", "--json"],
        &["pending"],
        &["plan"],
        &["plan", "--revert"],
        &["history"],
        &["verify"],
        &["revert"],
        &["redo"],
        &["sync"],
        &["sync", "--down", "--dry-run"],
        &["baseline"],
        &["baseline", "--dry-run"],
        &["repair"],
        &["repair", "--accept", "1"],
        &["wait", "--timeout", "30s"],
    ] {
        let words = [command, &["--yes"]].concat();
        let refused = project.dbmig_on(&db, &words).expect(4).text();
        let table = if command.contains(&"--json") {
            "\\\"public\\\".\\\"__diesel_schema_migrations\\\": 2 rows, 2 of "
        } else {
            "\"public\".\"__diesel_schema_migrations\": 2 rows, 2 of "
        };
        assert!(refused.contains(table), "{command:?}: {refused}");
        assert!(refused.contains("would take `data`"), "{command:?}: {refused}");
        assert_eq!(everything(&db), before, "{command:?}");
    }
    let doubt = Library::of(&project, &db).doubt();
    assert_eq!((doubt.first.as_str(), seen(&doubt)), ("data", vec![("public", Some(2), 2)]));
    // The way out that is named works as it is typed.
    let refused = project.dbmig_on(&db, &["run"]).expect(4);
    let typed = next(&refused);
    assert_eq!(typed, ["status", "--ledger-schema", "public"]);
    let typed: Vec<_> = typed.iter().map(String::as_str).collect();
    let typed = [&typed[..], &["--json"]].concat();
    let status = project.dbmig_on(&db, &typed).success();
    assert_eq!(status.counts(), ["2 applied"]);
    let (ledger, table) = (ledger(&status), "\"public\".\"__diesel_schema_migrations\"");
    assert_eq!((&ledger["schema"], &ledger["table"]), (&json!("public"), &json!(table)));
    assert_eq!(ledger["chosen"], "setting");

    // Diesel's own tools do take the first schema, even to list.
    let listed = project.diesel_on(&db, &["migration", "list"]);
    assert!(listed.stdout.contains("[ ] 1_a"), "{}", listed.text());
    let refused = project.dbmig_on(&db, &["run"]).expect(4);
    let doubt = Library::of(&project, &db).doubt();
    assert_eq!(seen(&doubt), [("data", Some(0), 0), ("public", Some(2), 2)]);
    for one in [
        "\"data\".\"__diesel_schema_migrations\": 0 rows, 0 of ",
        "\"public\".\"__diesel_schema_migrations\": 2 rows, 2 of ",
        "--ledger-schema public`",
        "(or `data`)",
    ] {
        assert!(refused.stderr.contains(one), "{one}: {}", refused.stderr);
    }
}

#[test]
fn a_setting_decides_in_each_of_its_forms() {
    let (project, db) = (two_migrations(), with_path("data, public"));
    project.dbmig_on(&db, &["run"]).success();
    db.execute("CREATE SCHEMA data");
    let before = everything(&db);
    let with = |variable: &str, args: &[&str]| {
        let mut command = project.command(args);
        run(command.env("DATABASE_URL", db.url()).env("DBMIG_LEDGER_SCHEMA", variable))
    };
    let flag = ["run", "--ledger-schema", "public"];
    assert_eq!(project.done(&db, &flag), [""; 0]);
    assert_eq!(with("public", &["run", "--json"]).success().done(), [""; 0]);
    // What is empty says nothing.
    with("", &["run"]).expect(4);
    project.write(".env", "DBMIG_LEDGER_SCHEMA=public\n");
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    project.remove(".env");
    let manifest = project.read("Cargo.toml");
    for key in ["ledger-schema", "ledger_schema"] {
        let settings = format!("[package.metadata.dbmig]\n{key} = 'public'\n");
        project.write("Cargo.toml", manifest.replace("[workspace]", &settings) + "\n[workspace]\n");
        assert_eq!(project.done(&db, &["run"]), [""; 0]);
    }
    for reading in ["status", "pending", "plan", "history", "verify", "repair", "wait"] {
        project.dbmig_on(&db, &[reading]).success();
    }
    assert_eq!(everything(&db), before);
    let json = project.dbmig_on(&db, &["status", "--json"]).success().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["ledger"]["schema"], "public");
    assert_eq!(json["ledger"]["chosen"], "setting");
    assert_eq!(json["ledger"]["exists"], true);

    // The variable goes before the file, the flag before both; none of them creates a schema.
    let missing = with("nowhere", &["run"]).expect(2).stderr;
    let error = Library::of(&project, &db).with_ledger_schema("nowhere").error(&Target::Latest);
    assert!(
        matches!(&error, Error::NoLedgerSchema { schema, .. } if schema == "nowhere"),
        "{error}"
    );
    assert!(missing.contains("CREATE SCHEMA \"nowhere\""), "{missing}");
    let flag = [&flag[..], &["--json"]].concat();
    assert_eq!(with("nowhere", &flag).success().done(), [""; 0]);
    assert_eq!(everything(&db), before);

    // What goes on there goes on with the session's own path, and with each kind of lock.
    project.dbmig_on(&db, &["revert", "--all", "--yes"]).success();
    assert_eq!(db.column("SELECT version FROM public.__diesel_schema_migrations"), [""; 0]);
    project.dbmig_on(&db, &["run", "--lock", "lease"]).success();
    let places = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename IN \
                  ('a', 'b', '__dbmig_lease', '__dbmig_history') ORDER BY 1";
    assert_eq!(
        db.column(places),
        ["data.a", "data.b", "public.__dbmig_history", "public.__dbmig_lease"]
    );
    project.dbmig_on(&db, &["redo", "--yes"]).success();
    project.dbmig_on(&db, &["sync"]).success();
    assert_eq!(
        db.column("SELECT version FROM public.__diesel_schema_migrations ORDER BY 1"),
        ["1", "2"]
    );
}

/// As before: the first schema of the path, whatever comes behind it, as long as no ledger does.
#[test]
fn the_first_schema_is_the_place_where_no_other_has_a_ledger() {
    let (project, db) = (two_migrations(), with_path("data, public"));
    db.execute("CREATE SCHEMA data");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    let read = ledger(&project.dbmig_on(&db, &["status", "--json"]).success());
    assert_eq!((&read["schema"], &read["chosen"]), (&json!("data"), &json!("first")));
    // A ledger that the path does not lead to is nobody's business.
    db.execute(
        "CREATE SCHEMA theirs; CREATE TABLE theirs.__diesel_schema_migrations (version VARCHAR(50))",
    );
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    // One schema on the path: nothing to say about it.
    let plain = database(Backend::Postgres);
    let read = ledger(&project.dbmig_on(&plain, &["status", "--json"]).success());
    assert_eq!((&read["schema"], &read["chosen"]), (&json!("public"), &json!("only")));
    let status = project.dbmig_on(&plain, &["status"]).success().stdout;
    assert!(!status.contains("__diesel_schema_migrations"), "{status}");
}

/// What somebody else has put behind his table must not run for who counts its rows.
#[test]
fn a_ledger_that_could_run_something_is_named_and_not_read() {
    let (project, db) = (two_migrations(), with_path("data, public"));
    let (role, intruder) = (format!("{}_plain", db.name()), format!("{}_intruder", db.name()));
    db.execute(&format!(
        "CREATE ROLE {intruder}; CREATE ROLE {role} LOGIN PASSWORD 'one'; \
         GRANT CREATE, USAGE ON SCHEMA public TO {intruder}; \
         CREATE SCHEMA data AUTHORIZATION {role}; SET ROLE {intruder}; SET search_path TO public; \
         CREATE TABLE loot (who TEXT); GRANT ALL ON loot TO PUBLIC; \
         CREATE FUNCTION note() RETURNS text LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO public.loot VALUES (current_user); RETURN '1'; END $$; \
         CREATE VIEW __diesel_schema_migrations AS SELECT public.note() AS version; \
         GRANT SELECT ON __diesel_schema_migrations TO PUBLIC"
    ));
    let url = as_role(&db, &role);
    for command in ["run", "status"] {
        let refused = run(project.command(&[command]).env("DATABASE_URL", &url)).expect(4).stderr;
        let named = format!("its owner is `{intruder}`");
        // Not where nothing may be read.
        assert!(refused.contains("status --ledger-schema data`"), "{refused}");
        assert!(refused.contains(&named), "{refused}");
    }
    let doubt = Library::at(&project, &url).doubt();
    assert_eq!(seen(&doubt), [("public", None, 0)]);
    assert_eq!(doubt.ledgers[0].owner.as_ref(), Some(&intruder));
    let decided = ["run", "--ledger-schema", "data"];
    run(project.command(&decided).env("DATABASE_URL", &url)).success();
    assert_eq!(db.column("SELECT who FROM public.loot"), [""; 0]);
}
