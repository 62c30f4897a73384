//! The scanner, on any directory.

use std::fs;
use std::path::Path;

use dbmig_core::impact::ReversalVerdict;
use dbmig_core::migration::Down;
use dbmig_core::scan::{self, Problem, ScanError, Scanned, fingerprint, scan_shown_as, watched};
use dbmig_core::sql::Position;
use dbmig_core::{Checksum, Dialect, Migration, Version};

use crate::{dialect, tree};

/// How the directory is called in messages.
const SHOWN: &str = "migrations";

/// The first byte chooses the dialect, the rest is a directory as `tree` reads it.
pub fn scan(data: &[u8]) {
    let (dialect, tree) = dialect::chosen(data);
    scan_filled(dialect, |dir| tree::write(dir, tree));
}

/// Scans a new directory after `fill` has put something there.
pub(crate) fn scan_filled(dialect: Dialect, fill: impl FnOnce(&Path)) {
    let folder = tree::folder();
    let dir = folder.path().join("m");
    fs::create_dir(&dir).unwrap();
    fill(&dir);
    let found = scan_shown_as(&dir, Path::new(SHOWN), dialect);
    match &found {
        Ok(scanned) => is_a_set(&dir, dialect, scanned),
        Err(error) => is_a_reason(&dir, error),
    }
    is_the_same_again(&dir, dialect, &found);
}

/// What is accepted can be used.
fn is_a_set(dir: &Path, dialect: Dialect, scanned: &Scanned) {
    assert_eq!(scanned.fingerprint, fingerprint(dir));
    let migrations = scanned.set.as_slice();
    assert!(migrations.windows(2).all(|pair| pair[0].version < pair[1].version));
    migrations.iter().for_each(|migration| is_usable(dir, dialect, migration));
    for warning in &scanned.warnings {
        let text = warning.to_string();
        assert!(text.starts_with(SHOWN) && text.len() > SHOWN.len() + 2, "{text}");
    }
}

fn is_usable(dir: &Path, dialect: Dialect, migration: &Migration) {
    assert!(dir.join(migration.name.as_ref()).is_dir(), "{}", migration.name);
    assert_eq!(Version::of_directory(&migration.name).as_ref(), Ok(&migration.version));
    assert_eq!(migration.checksum, Checksum::of(dialect, &migration.up().text));
    let up = migration.up();
    assert!(up.path.starts_with(SHOWN) && !up.text.contains('\0'), "{up:?}");
    assert!(up.statements(dialect).is_ok(), "{up:?}");
    if let Down::Script(down) = migration.down() {
        assert!(down.path.starts_with(SHOWN), "{down:?}");
        let way_back = migration.way_back(dialect);
        assert!(way_back.is_err() || down.statements(dialect).is_ok(), "{down:?}");
        // What cannot be executed promises nothing, whatever metadata.toml says.
        let impossible = migration.reversibility().reversal == ReversalVerdict::Impossible;
        assert!(way_back.is_ok() || impossible, "{migration:?}");
    }
}

/// What is refused says why and where.
fn is_a_reason(dir: &Path, error: &ScanError) {
    assert!(!error.problems.is_empty());
    assert!(error.problems.is_sorted_by_key(|problem| (&problem.path, problem.position)));
    for problem in &error.problems {
        let (text, fault) = (problem.to_string(), problem.kind.to_string());
        assert!(text.starts_with(SHOWN) && text.ends_with(&fault) && !fault.is_empty(), "{text}");
        if let Some(position) = problem.position {
            assert!(is_place_in(&dir.join(below(problem, SHOWN)), position), "{text}");
        }
    }
}

/// The path within the directory, which is not called the same everywhere.
fn below(problem: &Problem, dir: impl AsRef<Path>) -> &Path {
    problem.path.strip_prefix(dir).unwrap()
}

fn is_place_in(file: &Path, Position { line, column }: Position) -> bool {
    let bytes = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let found = text.split('\n').nth(line as usize - 1);
    column > 0 && found.is_some_and(|found| column as usize - 1 <= found.chars().count())
}

/// Neither the time nor the name of the directory counts.
fn is_the_same_again(dir: &Path, dialect: Dialect, found: &Result<Scanned, ScanError>) {
    let again = scan::scan(dir, dialect);
    match (found, &again) {
        (Ok(found), Ok(again)) => {
            assert_eq!(found.fingerprint, again.fingerprint);
            let versions = |scanned: &Scanned| {
                scanned.set.iter().map(|m| (m.version.clone(), m.checksum)).collect::<Vec<_>>()
            };
            assert_eq!(versions(found), versions(again));
        }
        (Err(found), Err(again)) => {
            let [found, again] = [(found, Path::new(SHOWN)), (again, dir)].map(|(error, dir)| {
                let what = |p: &Problem| (below(p, dir).to_owned(), p.position, p.kind.clone());
                error.problems.iter().map(what).collect::<Vec<_>>()
            });
            assert_eq!(found, again);
        }
        _ => panic!("{found:?}, then {again:?}"),
    }
    let watched = watched(dir);
    assert!(watched[0] == dir && watched.iter().all(|path| path.starts_with(dir)), "{watched:?}");
}
