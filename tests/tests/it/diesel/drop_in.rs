//! On what Diesel's CLI has made, every command works at once.

use dbmig_tests::Backend;

use super::{Case, EMAIL, POSTS, SETUP, TAGS, USERS, directory, down, up};

fn used_by_diesel(case: &Case) {
    for migration in [USERS, POSTS, EMAIL] {
        case.generate(migration);
    }
    case.diesel(&["migration", "run"]);
}

/// The names of what Diesel has applied, oldest first.
fn names(case: &Case) -> Vec<String> {
    let ours = [USERS, POSTS, EMAIL].map(directory);
    case.setup_migration().map(str::to_owned).into_iter().chain(ours).collect()
}

each_backend!(reading_says_who_applied_what_and_writes_nothing);
fn reading_says_who_applied_what_and_writes_nothing(backend: Backend) {
    let case = &Case::new(backend);
    used_by_diesel(case);
    let before = case.database.dump();
    let status = case.dbmig(&["status", "--check"]);
    assert_eq!(Case::lines(&status, "unverified "), names(case), "{status}");
    case.dbmig(&["pending", "--check"]);
    assert!(case.project.steps(&case.database, &[]).is_empty());
    assert_eq!(case.dbmig(&["history"]), "no runs yet\n");
    let count = names(case).len();
    let verify = case.project.dbmig_on(&case.database, &["verify", "--json"]).success().json();
    let unverified = verify["unverified"].as_array().unwrap();
    assert_eq!((&verify["unchanged"], unverified.len()), (&0.into(), count));
    assert_eq!(verify["drifted"], serde_json::json!([]));
    assert_eq!(verify["missing"], serde_json::json!([]));
    let verify = case.project.dbmig_on(&case.database, &["verify"]).success();
    assert!(verify.stderr.contains("`cargo dbmig baseline`"), "{}", verify.stderr);
    assert_eq!(case.done(&["run"]), [""; 0]);
    let step = &case.project.steps(&case.database, &["--revert"])[0];
    let sql = step["statements"][0]["sql"].as_str().unwrap();
    assert!(sql.contains("ALTER TABLE users DROP COLUMN email"), "{step}");
    assert_eq!(case.database.dump(), before);
}

each_backend!(what_diesel_applied_is_reverted_and_redone);
fn what_diesel_applied_is_reverted_and_redone(backend: Backend) {
    let case = &Case::new(backend);
    used_by_diesel(case);
    let before = case.database.dump();
    assert_eq!(case.done(&["redo"]), [down(EMAIL), up(EMAIL)]);
    assert_eq!(case.done(&["revert", "-n", "2"]), [down(EMAIL), down(POSTS)]);
    assert_eq!(
        Case::lines(&case.dbmig(&["status"]), "pending "),
        [directory(POSTS), directory(EMAIL)]
    );
    assert_eq!(case.done(&["run"]), [up(POSTS), up(EMAIL)]);
    assert_eq!(
        Case::lines(&case.dbmig(&["status"]), "applied "),
        [directory(POSTS), directory(EMAIL)]
    );
    case.database.execute("DROP TABLE __dbmig_history");
    assert_eq!(case.database.dump(), before);
    let list = case.diesel(&["migration", "list"]);
    assert_eq!(Case::lines(&list, "[X]"), names(case), "{list}");
}

each_backend!(baseline_records_what_diesel_applied);
fn baseline_records_what_diesel_applied(backend: Backend) {
    let case = &Case::new(backend);
    used_by_diesel(case);
    let schema = case.database.column("SELECT count(*) FROM users");
    let count = names(case).len();
    let entered: Vec<_> = names(case).iter().map(|name| format!("up {name}")).collect();
    assert_eq!(case.done(&["baseline", "--dry-run"]), entered);
    assert!(!case.database.tables().contains(&"__dbmig_history".to_owned()));
    assert_eq!(case.done(&["baseline"]), entered);
    assert_eq!(Case::lines(&case.dbmig(&["status"]), "applied "), names(case));
    assert_eq!(case.done(&["baseline"]), [""; 0]);
    assert_eq!(case.ledger().len(), count);
    assert_eq!(case.database.column("SELECT count(*) FROM users"), schema);

    let path = format!("migrations/{}/up.sql", directory(EMAIL));
    case.project.write(&path, EMAIL.2.replace("99", "120"));
    let verify = case.project.dbmig_on(&case.database, &["verify", "--json"]).expect(3).json();
    let drifted = &verify["drifted"][0];
    assert_eq!((&drifted["name"], &drifted["path"]), (&directory(EMAIL).into(), &path.into()));
    let diff = drifted["diff"].as_str().unwrap();
    assert!(diff.contains("\n+ALTER TABLE users ADD COLUMN email VARCHAR(120);\n"), "{diff}");
}

each_backend!(diesel_takes_a_baseline_for_applied);
/// All rows of the ledger by `baseline`, for a schema that came another way.
fn diesel_takes_a_baseline_for_applied(backend: Backend) {
    let case = &Case::new(backend);
    case.generate(USERS);
    case.generate(POSTS);
    case.database.execute(USERS.2);
    case.dbmig(&["baseline", "--to", USERS.0]);
    let list = case.diesel(&["migration", "list"]);
    assert!(Case::lines(&list, "[X]").contains(&directory(USERS).as_str()), "{list}");
    assert_eq!(Case::lines(&list, "[ ]"), [directory(POSTS)]);
    case.diesel(&["migration", "run"]);
    case.dbmig(&["pending", "--check"]);
}

#[test]
fn the_first_migration_of_diesel_goes_back_and_forth() {
    let case = Case::new(Backend::Postgres);
    assert!(case.project.path(&format!("migrations/{SETUP}/up.sql")).is_file());
    let functions = || {
        case.database.column("SELECT proname FROM pg_proc WHERE proname LIKE 'diesel%' ORDER BY 1")
    };
    let both = ["diesel_manage_updated_at", "diesel_set_updated_at"];
    assert_eq!(
        (case.ledger(), functions()),
        (vec!["00000000000000".into()], both.map(Into::into).into())
    );
    case.dbmig(&["revert"]);
    assert_eq!((case.ledger(), functions()), (vec![], vec![]));
    case.dbmig(&["run"]);
    assert_eq!(
        (case.ledger(), functions()),
        (vec!["00000000000000".into()], both.map(Into::into).into())
    );
    case.generate(USERS);
    case.dbmig(&["run"]);
    case.database.execute("SELECT diesel_manage_updated_at('users')");
    case.dbmig(&["redo", "--all"]);
}

#[test]
fn new_beside_generate_sorts_in_the_order_of_creation() {
    let case = Case::new(Backend::Sqlite);
    for number in 0..4 {
        case.dbmig(&["new", &format!("ours_{number}")]);
        case.diesel(&["migration", "generate", &format!("theirs_{number}")]);
        case.diesel(&["migration", "generate", &format!("theirs_too_{number}")]);
        case.dbmig(&["new", &format!("ours_too_{number}")]);
    }
    // `migration list` shows them in the order in which they would run.
    let list = case.diesel(&["migration", "list"]);
    let titles: Vec<_> =
        Case::lines(&list, "[ ]").into_iter().map(|name| name.split_once('_').unwrap().1).collect();
    let expected: Vec<_> = (0..4)
        .flat_map(|n| {
            ["ours", "theirs", "theirs_too", "ours_too"].map(|name| format!("{name}_{n}"))
        })
        .collect();
    assert_eq!(titles, expected, "{list}");
    let pending = case.dbmig(&["pending"]);
    assert_eq!(pending.lines().collect::<Vec<_>>(), Case::lines(&list, "[ ]"));
    // The widths are the same, too: 2026-11-22-163000-0000.
    assert!(pending.lines().all(|name| name.find('_') == Some(22)), "{pending}");
}

each_backend!(diesel_does_not_show_our_table);
fn diesel_does_not_show_our_table(backend: Backend) {
    let case = &Case::new(backend);
    case.generate(USERS);
    case.dbmig(&["run"]);
    assert!(case.database.tables().contains(&"__dbmig_history".to_owned()));
    let schema = case.diesel(&["print-schema"]);
    assert!(schema.contains("users (id) {") && !schema.contains("dbmig"), "{schema}");
}

each_backend!(diesel_reads_our_metadata);
fn diesel_reads_our_metadata(backend: Backend) {
    let case = &Case::new(backend);
    case.generate(USERS);
    case.dbmig(&["new", "rebuild", "--no-transaction", "--version", "2026-02-01-000000-0000"]);
    let folder = "migrations/2026-02-01-000000-0000_rebuild";
    let metadata = case.project.read(&format!("{folder}/metadata.toml"));
    assert!(metadata.contains("run_in_transaction = false"), "{metadata}");
    case.project.write(
        &format!("{folder}/metadata.toml"),
        "run_in_transaction = false\n\n[dbmig]\ncompatible = true\nreversible = \"yes\"\nretries = 3\n",
    );
    // What each database refuses in a transaction; MariaDB refuses nothing, it commits.
    let (up, down) = match case.backend() {
        Backend::Postgres => (
            "CREATE INDEX CONCURRENTLY by_name ON users (name);\n",
            "DROP INDEX CONCURRENTLY by_name;\n",
        ),
        Backend::MariaDb => {
            ("CREATE INDEX by_name ON users (name);\n", "DROP INDEX by_name ON users;\n")
        }
        Backend::Sqlite => ("VACUUM;\n", "VACUUM;\n"),
    };
    case.project.write(&format!("{folder}/up.sql"), up);
    case.project.write(&format!("{folder}/down.sql"), down);
    let list = case.diesel(&["migration", "list"]);
    assert!(list.contains("[ ] 2026-02-01-000000-0000_rebuild"), "{list}");
    case.dbmig(&["run"]);
    case.diesel(&["migration", "redo"]);
    case.dbmig(&["redo"]);
    case.diesel(&["migration", "revert"]);
    let rebuild = "2026-02-01-000000-0000_rebuild";
    assert_eq!(case.done(&["run"]), [format!("up {rebuild}")]);
    assert_eq!(case.done(&["revert"]), [format!("down {rebuild}")]);
    case.diesel(&["migration", "run"]);
    assert_eq!(case.done(&["run"]), [""; 0]);
}

each_backend!(what_diesel_applies_again_is_unverified);
/// The row that Diesel writes after our revert is not ours any more.
fn what_diesel_applies_again_is_unverified(backend: Backend) {
    let case = &Case::new(backend);
    case.generate(USERS);
    case.generate(TAGS);
    case.dbmig(&["run"]);
    case.dbmig(&["revert"]);
    let path = format!("migrations/{}/up.sql", directory(TAGS));
    case.project.write(&path, TAGS.2.replace("by_name", "by_other_name"));
    case.diesel(&["migration", "run"]);
    let status = case.dbmig(&["status"]);
    assert_eq!(
        Case::lines(&status, "unverified ").last(),
        Some(&directory(TAGS).as_str()),
        "{status}"
    );
    assert_eq!(case.done(&["run"]), [""; 0]);
}
