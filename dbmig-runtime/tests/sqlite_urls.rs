//! The file that dbmig takes an SQLite URL for is the one that Diesel's own connection opens.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use dbmig_runtime::url::{Absent, DatabaseUrl, FileAccess, SqliteFile, SqlitePlace};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Pieces that SQLite reads, in any order: so most texts are odd, and some are none at all.
fn text() -> impl Strategy<Value = String> {
    let begin = prop::sample::select(vec![
        "",
        "",
        "./",
        "sqlite://",
        "sqlite://",
        "sqlite://./",
        "sqlite:///ROOT/",
        "sqlite://localhost/ROOT/",
        "sqlite:",
        "SQLITE://",
        "file:",
        "file:",
        "file:./",
        "file:/ROOT/",
        "file:///ROOT/",
        "file://localhost/ROOT/",
        "file://other/",
        "FILE:",
        "/ROOT/",
        "file://",
        "sqlite:////",
    ]);
    let piece = prop::sample::select(vec![
        "a",
        "b.db",
        "ä",
        "%20",
        "%2",
        "%zz",
        "%41",
        "%3f",
        "%23",
        "%25",
        "%00",
        "%ff",
        "?",
        "#",
        "&",
        "=",
        "/",
        "/.",
        "//",
        " ",
        "\"",
        ":memory:",
        ":",
        "@",
        "mode",
        "mode=rw",
        "mode=ro",
        "mode=rwc",
        "mode=memory",
        "mod%65=ro",
        "cache=shared",
        "immutable=1",
        "immutable=0",
        "immutable=yes",
        "vfs=unix",
        "vfs=unix-none",
        "vfs=memdb",
        "?mode=rwc",
        "?mode=rw",
        "?mode=ro",
        "?mode=memory",
        "?immutable=on",
        "&immutable=true",
    ]);
    (begin, prop::collection::vec(piece, 0..6))
        .prop_map(|(begin, pieces)| format!("{begin}{}", pieces.concat()))
}

/// All files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.flat_map(below).collect()
}

fn execute(text: &str, sql: &str) -> Result<(), String> {
    let mut connection = SqliteConnection::establish(text).map_err(|error| error.to_string())?;
    // These files need not outlive a crash of the machine.
    let sql = format!("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; {sql}");
    connection.batch_execute(&sql).map_err(|error| error.to_string())
}

/// Diesel under `text`, in an empty folder: exactly the file that dbmig names comes into being.
fn creates(root: &Path, text: &str, file: &SqliteFile) {
    let opened = execute(text, "CREATE TABLE t (x)");
    let made = files(root);
    match file.absent {
        Absent::Created => {
            let named = fs::canonicalize(&file.path);
            let named =
                named.unwrap_or_else(|error| panic!("{text:?}: {file:?}: {error}, {opened:?}"));
            assert_eq!(made, [named], "{text:?}: {file:?}, {opened:?}");
        }
        Absent::Refused => {
            assert!(made.is_empty() && opened.is_err(), "{text:?}: {made:?}");
        }
    }
}

/// Diesel under `text`, where the file that dbmig names has a table.
fn opens(root: &Path, text: &str, file: &SqliteFile) {
    let path = std::env::current_dir().unwrap().join(&file.path);
    let _ = fs::remove_file(&path);
    execute(path.to_str().unwrap(), "CREATE TABLE marker (x)").unwrap();
    assert_eq!(execute(text, "SELECT * FROM marker"), Ok(()), "{text:?}: {file:?}");
    let written = execute(text, "INSERT INTO marker VALUES (1)");
    let may_write = file.access == FileAccess::Write;
    assert_eq!(written.is_ok(), may_write, "{text:?}: {file:?}, {written:?}");
    assert_eq!(files(root).len(), 1, "{text:?}");
}

#[test]
fn dbmig_names_the_file_that_diesel_opens() {
    let (named, in_memory) = (Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 800,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&text(), |text| {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::env::set_current_dir(&root).unwrap();
        let text = text.replace("/ROOT", root.to_str().unwrap());
        let Ok(url) = DatabaseUrl::parse(&text) else { return Ok(()) };
        // A folder, or in one that is missing: nobody can open it.
        assert_eq!(url.expose(), text, "what Diesel gets");
        match url.sqlite_place() {
            // Nothing is to be made outside of the folder.
            Some(SqlitePlace::File(file)) if !root.join(&file.path).starts_with(&root) => {}
            Some(SqlitePlace::File(file)) if file.path.is_dir() => {}
            Some(SqlitePlace::File(file))
                if !file.path.parent().is_none_or(|up| up == Path::new("") || up.is_dir()) =>
            {
                assert!(execute(&text, "CREATE TABLE t (x)").is_err(), "{text:?}");
            }
            Some(SqlitePlace::File(file)) => {
                creates(&root, &text, file);
                opens(&root, &text, file);
                named.set(named.get() + 1);
            }
            Some(SqlitePlace::Memory(_)) => {
                // It may be one for reading only.
                let _ = execute(&text, "CREATE TABLE t (x)");
                let opened = execute(&text, "SELECT 1");
                assert_eq!((files(&root), opened), (Vec::new(), Ok(())), "{text:?}");
                in_memory.set(in_memory.get() + 1);
            }
            Some(SqlitePlace::Vfs(_)) | None => {}
        }
        Ok(())
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        named.get() > 150 && in_memory.get() > 20,
        "{} files, {} in memory",
        named.get(),
        in_memory.get()
    );
}
