//! Rights, look-alikes, names and secrets: nothing that others can write leads a row of ours astray.

use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Engine, Project, TestDatabase, database, workspace};

use crate::project;

mod look_alikes;
mod secrets;

/// The blocks of code of the guide that are marked with these words.
pub(crate) fn guide(marks: &str) -> String {
    let text = std::fs::read_to_string(workspace().join("docs/least-privilege.md")).unwrap();
    let begin = format!("```sql {marks}\n");
    let blocks = text.split(&begin).skip(1);
    let blocks: Vec<_> = blocks.map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 1, "one block is marked {marks}");
    blocks.concat()
}

/// `cargo dbmig ARGS` as the role of the guide with that name.
fn as_role(
    project: &Project,
    db: &TestDatabase,
    role: &str,
    password: &str,
    args: &[&str],
) -> Output {
    let (_, server) = db.url().split_once('@').unwrap();
    let scheme = db.url().split("://").next().unwrap();
    let url = format!("{scheme}://{role}:{password}@{server}");
    run(project.command(args).env("DATABASE_URL", url))
}

each_server!(the_two_roles_of_the_guide);
fn the_two_roles_of_the_guide(backend: Backend) {
    let marks = match backend.engine() {
        Engine::Postgres => "postgres",
        Engine::MariaDb => "mysql",
    };
    let (project, db) = (project(), database(backend));
    // Roles belong to the server, which all tests share.
    let ours = |sql: &str| sql.replace("shop", db.name());
    db.execute(&ours(&guide(marks)));
    project.migration("1_rights", &ours(&guide(&format!("{marks}-migration"))), "");
    project.migration(
        "2_orders",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY);",
        "DROP TABLE orders;",
    );
    let (migrator, app) = (format!("{}_migrator", db.name()), format!("{}_app", db.name()));
    let as_migrator = |args: &[&str]| as_role(&project, &db, &migrator, "one", args);
    let as_app = |args: &[&str]| as_role(&project, &db, &app, "two", args);

    as_migrator(&["run"]).success();
    as_migrator(&["redo"]).success();
    let table = if backend == Backend::Postgres { "orders" } else { "products" };
    let (_, server) = db.url().split_once('@').unwrap();
    let url = format!("{}://{app}:two@{server}", db.url().split("://").next().unwrap());
    let mut session = dbmig_tests::Session::connect(backend, &url).unwrap();
    session.execute(&format!("INSERT INTO {table} VALUES (1)"));
    for forbidden in [
        "UPDATE __dbmig_history SET down_script = 'DROP TABLE orders'",
        "DELETE FROM __diesel_schema_migrations",
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('9')",
        "CREATE TABLE mine (id INTEGER)",
    ] {
        let error = session.try_query(forbidden).unwrap_err();
        assert!(error.contains("denied"), "{backend:?}: {forbidden}: {error}");
    }

    assert_eq!(as_app(&["run", "--json"]).success().done(), [""; 0], "{backend:?}");
    for reading in ["status", "pending", "plan", "verify", "history"] {
        as_app(&[reading]).success();
    }
    project.migration("3_more", "CREATE TABLE more (id INTEGER PRIMARY KEY);", "");
    let denied = as_app(&["run"]).expect(1).stderr;
    assert!(denied.contains("denied"), "{backend:?}: {denied}");
    as_migrator(&["run"]).success();
}

/// A role that may create things in `public`, but has no other rights.
fn intruder(db: &TestDatabase) -> String {
    let role = format!("{}_intruder", db.name());
    db.execute(&format!("CREATE ROLE {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}"));
    role
}

/// A role that migrates, and is no superuser: those trust everybody.
fn plain_migrator(db: &TestDatabase) -> String {
    let role = format!("{}_plain", db.name());
    db.execute(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'one'; GRANT CREATE, USAGE ON SCHEMA public TO {role}"
    ));
    role
}

/// `name || text` or `varchar = varchar` of another schema fits better than what the catalogue has.
#[test]
fn functions_and_operators_of_others_are_not_called() {
    let (project, db) = (project(), database(Backend::Postgres));
    let intruder = intruder(&db);
    db.execute(&format!(
        "SET ROLE {intruder}; CREATE TABLE loot (what TEXT); GRANT ALL ON loot TO PUBLIC"
    ));
    let types = ["varchar", "name", "text", "oid", "bigint", "integer", "smallint", "timestamptz"];
    let mut made = 0;
    for name in [
        "quote_ident",
        "concat",
        "md5",
        "count",
        "max",
        "to_char",
        "now",
        "set_config",
        "to_regclass",
    ] {
        for of in types {
            made += usize::from(function(&db, &intruder, name, &[of]));
        }
    }
    for name in
        ["pg_try_advisory_xact_lock", "pg_try_advisory_lock", "pg_advisory_unlock", "set_config"]
    {
        for of in types {
            made += usize::from(function(&db, &intruder, name, &[of, of]));
        }
    }
    for symbol in ["=", "||", "<>", ">", "+"] {
        for left in types {
            for right in types {
                made += usize::from(operator(&db, &intruder, symbol, left, right));
            }
        }
    }
    assert!(made > 300, "{made} traps are set");
    project.migration("1_a", "CREATE TABLE a (id INTEGER)", "DROP TABLE a");
    project.migration("2_b", "CREATE INDEX CONCURRENTLY i ON a (id)", "DROP INDEX CONCURRENTLY i");
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    let plain = plain_migrator(&db);
    for command in [
        &["run"][..],
        &["run"],
        &["status"],
        &["history"],
        &["verify"],
        &["redo", "-n", "2"],
        &["revert", "--all"],
        &["run", "--lock", "lease"],
        &["revert", "--all", "--lock", "lease"],
    ] {
        as_role(&project, &db, &plain, "one", command).success();
    }
    assert_eq!(db.column("SELECT DISTINCT what FROM loot"), [""; 0]);
}

/// A function in `public` that notes that it was called; false, where it cannot be created.
fn function(db: &TestDatabase, role: &str, name: &str, arguments: &[&str]) -> bool {
    let sql = format!(
        "SET ROLE {role}; CREATE FUNCTION public.{name}({}) RETURNS text LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO public.loot VALUES ('{name}'); RETURN ''; END $$",
        arguments.join(", ")
    );
    db.try_query(&sql).is_ok()
}

/// The same for an operator.
fn operator(db: &TestDatabase, role: &str, symbol: &str, left: &str, right: &str) -> bool {
    let name = format!(
        "trap_{}_{left}_{right}",
        symbol.bytes().map(|b| b.to_string()).collect::<String>()
    );
    let sql = format!(
        "SET ROLE {role}; CREATE FUNCTION public.{name}({left}, {right}) RETURNS boolean LANGUAGE plpgsql AS \
         $$ BEGIN INSERT INTO public.loot VALUES ('{left} {symbol} {right}'); RETURN true; END $$; \
         CREATE OPERATOR public.{symbol} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = public.{name})"
    );
    db.try_query(&sql).is_ok()
}

each_backend!(hostile_names_are_only_names);
fn hostile_names_are_only_names(backend: Backend) {
    let (project, db) = (project(), database(backend));
    db.execute("CREATE TABLE victim (id INTEGER)");
    let names = [
        "1'; DROP TABLE victim; --_a",
        "2\\'; DROP TABLE victim; -- _b",
        "3\"`$$; DROP TABLE victim; -- _c",
        "4%s%n_d",
        "5é\u{202e}_e",
    ];
    for (number, name) in names.iter().enumerate() {
        let (up, down) =
            (format!("CREATE TABLE t{number} (id INTEGER)"), format!("DROP TABLE t{number}"));
        project.migration(name, &up, &down);
        if number == 1 {
            project
                .write(&format!("migrations/{name}/metadata.toml"), "run_in_transaction = false\n");
        }
    }
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(db.column("SELECT version FROM __diesel_schema_migrations").len(), names.len());
    project.dbmig_on(&db, &["revert", "--all"]).success();
    assert!(db.tables().contains(&"victim".to_owned()), "{backend:?}");
}

#[test]
fn a_hostile_schema_is_only_a_name() {
    let (project, db) = (project(), database(Backend::Postgres));
    let schema = "s\"; DROP TABLE victim; --'\\";
    let quoted = format!("\"{}\"", schema.replace('"', "\"\""));
    db.execute(&format!("CREATE TABLE victim (id INTEGER); CREATE SCHEMA {quoted}"));
    let literal = quoted.replace('\'', "''").replace('\\', "\\\\");
    db.execute(&format!(
        "DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path TO %s', current_database(), E'{literal}'); END $do$"
    ));
    project.migration("1_a", "CREATE TABLE a (id INTEGER)", "DROP TABLE a");
    project.migration("2_b", "CREATE INDEX CONCURRENTLY i ON a (id)", "");
    project.write("migrations/2_b/metadata.toml", "run_in_transaction = false\n");
    project.dbmig_on(&db, &["run"]).success();
    assert_eq!(project.done(&db, &["run"]), [""; 0]);
    let found = db.column("SELECT schemaname FROM pg_tables WHERE tablename = 'a'");
    assert_eq!(found, [schema]);
    assert!(db.tables().contains(&"victim".to_owned()));
}
