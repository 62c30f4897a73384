//! A database that does not say what the files say.

use dbmig_tests::Backend;

use super::{COMMANDS, Case};

const NAME: &str = "20260102_users";
const UP: &str = "migrations/20260102_users/up.sql";

/// Two applied migrations; the newer one creates `users`.
fn begin(case: &Case) {
    case.begin();
    case.project.migration(
        NAME,
        "CREATE TABLE users (\n  id INT,\n  name VARCHAR(20)\n);\n",
        "DROP TABLE users;\n",
    );
    case.dbmig(&["run"]).success();
}

each_backend!(what_is_gone_from_disk_is_reverted_from_the_stored_script);
fn what_is_gone_from_disk_is_reverted_from_the_stored_script(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.project.remove(&format!("migrations/{NAME}"));
    let status = case.dbmig(&["status"]).success().states();
    assert!(status.contains(&format!("missing      {NAME}\n")), "{status}");
    case.refused(4, &["redo"]).says(&[&format!(
        "{NAME}: it is not among the migrations here, so it could not be applied again"
    )]);
    let plan = case.dbmig(&["plan", "--revert"]).success().stdout;
    assert!(plan.contains("DROP TABLE users;") && plan.contains("stored"), "{plan}");
    assert_eq!(case.dbmig(&["revert"]).success().stdout, "reverted 1 migration\n");
    assert_eq!(case.tables(), ["good"]);
    assert_eq!(case.ledger(), ["20260101"]);
}

each_backend!(without_a_stored_script_it_is_said_what_is_missing);
fn without_a_stored_script_it_is_said_what_is_missing(backend: Backend) {
    let case = &Case::new(backend);
    case.project.migration("1_theirs", "CREATE TABLE theirs (x INT);", "DROP TABLE theirs;");
    case.project.diesel_on(&case.database, &["migration", "run"]).success();
    case.project.migration("2_no_way", "CREATE TABLE no_way (x INT);", "");
    case.dbmig(&["run"]).success();
    for name in ["1_theirs", "2_no_way"] {
        case.project.remove(&format!("migrations/{name}"));
    }
    case.project.migration("3_ours", "CREATE TABLE ours (x INT);", "DROP TABLE ours;");
    case.dbmig(&["run"]).success();
    let reason =
        "it is not among the migrations here, and the database holds no script to revert it";
    case.refused(4, &["revert", "--all"])
        .says(&[
            "cannot be reverted, so nothing was",
            &format!("\n  1: {reason}"),
            &format!("\n  2_no_way: {reason}"),
        ])
        .offers("put the missing directories back");
    case.dbmig(&["revert"]).success();
    case.refused(4, &["revert"]).says(&[&format!("\n  2_no_way: {reason}")]);
    assert_eq!(case.tables(), ["no_way", "theirs"]);
}

each_backend!(a_down_that_is_missing_when_it_is_needed);
fn a_down_that_is_missing_when_it_is_needed(backend: Backend) {
    let case = &Case::new(backend);
    case.begin();
    case.project.write(UP, "CREATE TABLE users (id INT);\n");
    case.dbmig(&["run"]).success();
    case.refused(4, &["revert"])
        .says(&[&format!("cannot be reverted, so nothing was:\n  {NAME}: it has no down.sql")])
        .offers("write the missing down.sql");
    case.project.write(&format!("migrations/{NAME}/down.sql"), "DROP TABLE users;");
    case.dbmig(&["revert"]).success();
    assert_eq!(case.tables(), ["good"]);
}

each_backend!(one_that_is_declared_irreversible);
fn one_that_is_declared_irreversible(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    let metadata = "run_in_transaction = true\n[dbmig]\nreversible = \"no\"\n";
    case.project.write(&format!("migrations/{NAME}/metadata.toml"), metadata);
    for command in ["revert", "redo"] {
        case.refused(4, &[command])
            .says(&[&format!("{NAME}: its metadata.toml says `reversible = \"no\"`")]);
    }
}

each_backend!(a_drifted_file);
fn a_drifted_file(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.project.migration(
        NAME,
        "CREATE TABLE users (\n  id INT,\n  email VARCHAR(99)\n);\n",
        "DROP TABLE users;\n",
    );
    case.project.migration("20260103_next", "CREATE TABLE next_one (x INT);", "");
    let upwards = [&["run"][..], &["run", "--dry-run"], &["plan"], &["run", "--to", "20260103"]];
    case.refused_each(4, upwards, |refusal| {
        refusal
            .says(&[&format!("applied migrations have changed since they were applied:\n  {NAME} ({UP})")])
            .offers("`cargo dbmig verify` shows what changed. Put the old text back and write a new migration; or, where the database is as the file says now: `cargo dbmig repair --accept 20260102`; or, where data may be lost: `cargo dbmig redo -n 1` reverts it, and applies what is here now");
    });
    let before = case.state();
    let verify = case.dbmig(&["verify"]).expect(3);
    assert_eq!(
        verify.stdout,
        format!(
            "drifted {NAME}\n--- {UP} as applied\n+++ {UP} now\n@@ -1,4 +1,4 @@\n CREATE TABLE users (\n   \
             id INT,\n-  name VARCHAR(20)\n+  email VARCHAR(99)\n );\n\
             1 unchanged, 1 drifted, 0 unverified, 0 missing here\n"
        )
    );
    let json = case.dbmig(&["verify", "--json"]).expect(3).stdout;
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["drifted"][0]["name"], NAME);
    assert!(value["drifted"][0]["diff"].as_str().unwrap().contains("\n+  email VARCHAR(99)\n"));
    let status = case.dbmig(&["status", "--check"]).expect(3).states();
    assert!(status.contains(&format!("drifted      {NAME}\n")), "{status}");
    assert_eq!(case.state(), before);

    // The text of before is as good as a new one.
    let redo = case.dbmig(&["redo"]).success();
    assert_eq!(redo.stdout, "reverted 1 migration, applied 1 migration\n");
    case.dbmig(&["verify"]).success();
    case.database.execute("INSERT INTO users (id, email) VALUES (1, 'a@b.c')");
    assert_eq!(case.dbmig(&["run"]).success().stdout, "applied 1 migration\n");
}

each_backend!(a_drifted_file_goes_back_by_the_stored_script);
/// The stored way back is that of the text that was applied; the file's may fit the new one only.
fn a_drifted_file_goes_back_by_the_stored_script(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.project.migration(NAME, "CREATE TABLE people (id INT);\n", "DROP TABLE people;\n");
    case.dbmig(&["redo"]).success();
    assert_eq!(case.tables(), ["good", "people"]);
    case.dbmig(&["revert"]).success();
    assert_eq!(case.tables(), ["good"]);
}

each_backend!(putting_the_old_text_back_is_enough);
fn putting_the_old_text_back_is_enough(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    let applied = case.project.read(UP);
    case.project.write(UP, "CREATE TABLE other (id INT);");
    case.refused(4, &["run"]);
    case.project.write(UP, applied);
    case.dbmig(&["run"]).success();
    case.dbmig(&["verify"]).success();
}

each_backend!(an_older_one_that_came_late);
fn an_older_one_that_came_late(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.project.migration(
        "20260101-120000_late",
        "CREATE TABLE late (x INT);",
        "DROP TABLE late;",
    );
    for command in [&["run"][..], &["plan"]] {
        case.refused(4, command)
            .says(&[&format!("pending migrations are older than the newest applied one, {NAME}:\n  20260101-120000_late")])
            .offers("`cargo dbmig run --allow-out-of-order`");
    }
    case.dbmig(&["run", "--allow-out-of-order"]).success();
    assert_eq!(case.tables(), ["good", "late", "users"]);
    assert_eq!(case.dbmig(&["run"]).success().stdout, "nothing to do\n");
}

each_backend!(a_history_of_a_newer_dbmig);
fn a_history_of_a_newer_dbmig(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.database.execute("UPDATE __dbmig_history SET format = 99");
    let writing = [&["revert", "--all"][..], &["redo"], &["plan", "--revert"]];
    case.refused_each(4, writing, |refusal| {
        refusal
            .says(&["the history in this database has format 99", "a newer dbmig has written it"])
            .offers("use at least the version of dbmig that wrote it");
    });
    case.project.migration("20260103_next", "CREATE TABLE next_one (x INT);", "");
    case.refused_each(4, [&["run"][..], &["plan"], &["run", "--to", "20260103"]], |refusal| {
        drop(refusal.says(&["format 99"]))
    });
}

each_backend!(a_history_of_a_newer_dbmig_and_an_app_that_is_older);
/// Who has nothing to write may run, above the floor: what that takes means the same in all formats.
fn a_history_of_a_newer_dbmig_and_an_app_that_is_older(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.project.remove(&format!("migrations/{NAME}"));
    let says = |what: &str| {
        case.database.execute(&format!(
            "UPDATE __dbmig_history SET format = 99, compatible = '{what}', outlook = 'new words', \
             app = 'shop 7.0' WHERE version = '20260102'"
        ));
    };
    says("compatible");
    assert_eq!(case.dbmig(&["run"]).success().stdout, "nothing to do\n");
    assert!(case.dbmig(&["sync"]).success().stdout.contains("the database is ahead"));
    case.dbmig(&["wait"]).success();
    case.refused(4, &["sync", "--down"]).says(&["has format 99"]);
    says("breaking");
    for command in [&["run"][..], &["sync"], &["wait"]] {
        case.refused(4, command).says(&[
            "20260102_users (applied by shop 7.0): breaking: the history says so",
            "the lowest version that can is shop 7.0",
        ]);
    }
}

each_backend!(one_row_of_a_newer_dbmig);
/// One new row among old ones is as new.
fn one_row_of_a_newer_dbmig(backend: Backend) {
    let case = &Case::new(backend);
    begin(case);
    case.database.execute("UPDATE __dbmig_history SET format = 2 WHERE version = '20260101'");
    case.dbmig(&["run"]).success();
    case.refused(4, &["redo"]).says(&["has format 2"]);
}

each_backend!(a_ledger_that_is_no_ledger);
fn a_ledger_that_is_no_ledger(backend: Backend) {
    let case = &Case::new(backend);
    case.project.migration("1_a", "CREATE TABLE a (x INT);", "DROP TABLE a;");
    case.database.execute("CREATE TABLE __diesel_schema_migrations (name INT)");
    case.refused_each(1, COMMANDS, |refusal| {
        refusal.says(&["could not read the ledger", "version"]);
    });
}

#[test]
fn a_user_without_the_right_to_write() {
    let case = Case::new(Backend::Postgres);
    begin(&case);
    case.project.migration("20260103_next", "CREATE TABLE next_one (x INT);", "");
    let role = format!("reader_{}", case.database.name());
    case.database.execute(&format!(
        "CREATE ROLE \"{role}\" LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO \"{role}\""
    ));
    let (user, password) = (dbmig_tests::USER, dbmig_tests::PASSWORD);
    let url = case.database.url().replace(&format!("{user}:{password}"), &format!("{role}:x"));
    let case = Case { url: Some(url), ..case };
    for command in
        [&["status"][..], &["pending"], &["plan"], &["verify"], &["history"], &["run", "--dry-run"]]
    {
        case.dbmig(command).success();
    }
    case.refused(1, &["run"]).says(&["permission denied"]);
}
