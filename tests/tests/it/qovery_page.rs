//! docs/qovery.md: its commands are typed in a shell, and its transcript is what comes out.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use dbmig_tests::{Backend, TestDatabase, database, folder};

/// The programs by the names that the page gives them.
const PROGRAMS: [(&str, &str); 3] = [
    ("1.0", env!("CARGO_BIN_EXE_shop-under-test")),
    ("1.2", env!("CARGO_BIN_EXE_shop-1-2-under-test")),
    ("2.0", env!("CARGO_BIN_EXE_shop-2-0-under-test")),
];

/// With this variable the page gets the transcript that comes out.
const WRITE: &str = "DBMIG_WRITE_TRANSCRIPTS";

fn page() -> PathBuf {
    dbmig_tests::workspace().join("docs/qovery.md")
}

/// The folder that the page makes first.
fn set_up(folder: &Path, text: &str) {
    for (release, program) in PROGRAMS {
        let name = Path::new(program).file_name().unwrap().to_str().unwrap();
        assert!(text.contains(&format!("target/debug/{name} {release}/shop\n")), "{name}");
        fs::create_dir(folder.join(release)).unwrap();
        symlink(program, folder.join(release).join("shop")).unwrap();
    }
    fs::create_dir(folder.join("out")).unwrap();
    assert!(text.contains("DBMIG_QOVERY_OUTPUT=out\n"));
}

/// What `command` writes to a terminal.
fn typed(command: &str, folder: &Path, database: &TestDatabase) -> String {
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("exec 2>&1\n{command}")).current_dir(folder).env_clear();
    for name in ["PATH", "HOME"] {
        shell.env(name, std::env::var_os(name).unwrap());
    }
    shell.env("DATABASE_URL", database.url()).env("DBMIG_QOVERY_OUTPUT", "out");
    let output = shell.output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The page with what its commands really print.
fn played(text: &str, folder: &Path, database: &TestDatabase) -> String {
    let (mut page, mut inside) = (String::new(), false);
    for line in text.lines() {
        match (line, line.strip_prefix("$ ")) {
            ("```console", _) => inside = true,
            ("```", _) => inside = false,
            (_, Some(command)) if inside => {
                page.push_str(&format!("{line}\n{}", typed(command, folder, database)));
                continue;
            }
            // What came out when the page was written.
            _ if inside => continue,
            _ => {}
        }
        page.push_str(&format!("{line}\n"));
    }
    page
}

/// Without how long something took.
fn timeless(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with(" ms)") || time.ends_with(" s)") => {
            format!("{before} (TIME)\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn its_transcript_is_what_comes_out() {
    let (folder, database) = (folder(), database(Backend::Postgres));
    let text = fs::read_to_string(page()).unwrap();
    set_up(folder.path(), &text);
    let played = played(&text, folder.path(), &database);
    assert!(!played.contains(database.name()), "{played}");
    if std::env::var_os(WRITE).is_some() {
        fs::write(page(), &played).unwrap();
    }
    assert_eq!(timeless(&played), timeless(&text), "DBMIG_WRITE_TRANSCRIPTS=1 rewrites the page");
}
