//! Stored scripts run with the right to change the schema, so nothing runs that nobody stored.

use std::num::NonZeroUsize;

use dbmig_runtime::plan::{IrreversibleReason, UntrustedReason};
use dbmig_runtime::{Extent, Target};
use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, Project, TestDatabase, database};

use super::{REVERT, applied, image};
use crate::library::Library;

fn with_key(project: &Project, db: &TestDatabase, key: &str, args: &[&str]) -> Output {
    run(project.command(args).env("DATABASE_URL", db.url()).env("DBMIG_HISTORY_KEY", key))
}

const DOWN: &[&str] = &["sync", "--down"];

/// The stored scripts that are not trusted, of those that `target` needs.
#[track_caller]
fn untrusted(library: &Library, target: &Target) -> Vec<(String, UntrustedReason)> {
    let all = library.irreversible(target).into_iter();
    let reasons = all.map(|one| match one.reason {
        IrreversibleReason::Untrusted(reason) => (one.name, reason),
        other => panic!("{other:?}"),
    });
    reasons.collect()
}

each_backend!(a_script_that_was_altered_by_hand_is_refused);
fn a_script_that_was_altered_by_hand_is_refused(backend: Backend) {
    let db = &database(backend);
    image(3).dbmig_on(db, &["sync"]).success();
    db.execute(
        "UPDATE __dbmig_history SET down_script = 'DROP TABLE users' WHERE name = '2_notes'",
    );
    let before = db.dump();
    let older = image(1);
    for command in [DOWN, &["sync", "--down", "--dry-run"], &["revert", "-n", "2", "--yes"]] {
        let refused = older.dbmig_on(db, command).expect(4).stderr;
        assert!(refused.contains("\n  2_notes: "), "{refused}");
    }
    let two = Target::Revert(Extent::Last(NonZeroUsize::new(2).unwrap()));
    for target in [REVERT, two] {
        let found = untrusted(&Library::of(&older, db), &target);
        assert_eq!(found, [("2_notes".to_owned(), UntrustedReason::Altered)], "{target:?}");
    }
    assert_eq!(db.dump(), before);
    // Who has the migration reverts with its own script.
    image(3).dbmig_on(db, &["revert", "-n", "2"]).success();
    assert_eq!(applied(db), 1);
}

each_backend!(with_a_key_only_what_it_has_signed_is_played);
fn with_a_key_only_what_it_has_signed_is_played(backend: Backend) {
    let db = &database(backend);
    let (newer, older) = (image(3), image(1));
    let both = |reason| ["3_email", "2_notes"].map(|name| (name.to_owned(), reason));
    with_key(&newer, db, "k1", &["sync"]).success();
    let refused = with_key(&older, db, "k2", DOWN).expect(4);
    let found = untrusted(&Library::of(&older, db).with_key("k2"), &REVERT);
    assert_eq!(found, both(UntrustedReason::WrongSignature));
    assert!(!refused.text().contains("k2") && !refused.text().contains("k1"));
    with_key(&older, db, "k1", DOWN).success();
    assert_eq!(applied(db), 1);

    newer.dbmig_on(db, &["sync"]).success();
    with_key(&older, db, "k1", DOWN).expect(4);
    let found = untrusted(&Library::of(&older, db).with_key("k1"), &REVERT);
    assert_eq!(found, both(UntrustedReason::Unsigned));
    // Without the key, the checksum is enough.
    older.dbmig_on(db, DOWN).success();
}

each_backend!(whoever_can_write_to_the_history_but_lacks_the_key_cannot_make_anything_run);
fn whoever_can_write_to_the_history_but_lacks_the_key_cannot_make_anything_run(backend: Backend) {
    let db = &database(backend);
    let (newer, older) = (image(3), image(1));
    with_key(&newer, db, "key", &["sync"]).success();
    db.execute("INSERT INTO notes VALUES (1)");
    let forge = |set: &str| {
        db.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM __dbmig_history");
        db.execute(&format!("UPDATE __dbmig_history SET {set} WHERE name = '2_notes'"));
        with_key(&older, db, "key", DOWN).expect(4);
        let found = untrusted(&Library::of(&older, db).with_key("key"), &REVERT);
        let expected = [("2_notes".to_owned(), UntrustedReason::WrongSignature)];
        assert_eq!(found, expected, "{set}");
        let columns = ["down_script", "down_checksum", "outlook", "signature"];
        for column in columns {
            db.execute(&format!(
                "UPDATE __dbmig_history SET {column} = (SELECT {column} FROM kept WHERE name = '2_notes') \
                 WHERE name = '2_notes'"
            ));
        }
    };
    // `printf 'DROP TABLE users' | sha256sum`
    let sum = "6c84380b12b4e53a6f33452893817f9bd0565abf08500cb2d5bdb82200938253";
    forge(&format!("down_script = 'DROP TABLE users', down_checksum = '{sum}'"));
    // That nothing would be lost.
    forge("outlook = 'compatible inferred - x\nyes inferred - y'");
    forge("signature = 'aa'");
    db.execute("DELETE FROM notes");
    with_key(&older, db, "key", DOWN).success();
}

each_backend!(what_a_person_calls_compatible_stays_signed);
fn what_a_person_calls_compatible_stays_signed(backend: Backend) {
    let db = &database(backend);
    let (newer, older) = (image(5), image(3));
    with_key(&newer, db, "key", &["sync"]).success();
    with_key(&older, db, "key", &["up"]).expect(4);
    with_key(&older, db, "key", &["repair", "--compatible", "4"]).success();
    with_key(&older, db, "key", &["up"]).success();
    let newest = older.newest_run(db);
    assert_eq!((&newest["name"], &newest["version"]), (&"4_rename".into(), &"4".into()));
    assert!(newest["note"].as_str().unwrap().starts_with("repair: 4_rename: "), "{newest}");
    let told = older.dbmig_on(db, &["sync", "--json"]).success().json();
    assert_eq!(told["verdict"], "ahead");
    let judged = &told["unknown"][0]["compatible"];
    assert_eq!((&judged["verdict"], &judged["basis"]), (&"compatible".into(), &"declared".into()));
    with_key(&older, db, "key", DOWN).success();
    assert_eq!(applied(db), 3);
}

each_backend!(any_text_survives_the_history);
/// The database gives back byte for byte what was stored.
fn any_text_survives_the_history(backend: Backend) {
    let db = &database(backend);
    let (newer, older) = (image(1), image(1));
    let down = "-- \\ 'quotes' \"double\" `back` $$ \u{e4}\u{4e16}\u{1f600}\r\n\tDROP TABLE odd; -- end\r\n";
    newer.migration("2_odd", "CREATE TABLE odd (x INTEGER);", down);
    with_key(&newer, db, "key", &["sync"]).success();
    with_key(&older, db, "key", DOWN).success();
    assert_eq!(applied(db), 1);
}
