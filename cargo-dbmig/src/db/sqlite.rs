//! An SQLite database is a file, and what SQLite keeps beside it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use dbmig_runtime::connect;
use dbmig_runtime::url::DatabaseUrl;

use super::Outcome;
use crate::failure::{Failure, Result};

/// What each SQLite file begins with (<https://www.sqlite.org/fileformat.html>); an empty file is
/// a database without tables.
const MAGIC: &[u8] = b"SQLite format 3\0";

pub(super) fn create(url: &DatabaseUrl) -> Result<Outcome> {
    let path = path(url)?;
    if path.exists() {
        check(&path)?;
        return Ok(Outcome::Existed);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::io("create", folder))?;
    }
    connect(url)?;
    if !path.exists() {
        // SQLite may wait for the first write.
        File::create_new(&path).map_err(Failure::io("create", &path))?;
    }
    Ok(Outcome::Created)
}

pub(super) fn drop(url: &DatabaseUrl) -> Result<Outcome> {
    let path = path(url)?;
    if !path.exists() {
        return Ok(Outcome::Absent);
    }
    check(&path)?;
    fs::remove_file(&path).map_err(Failure::io("remove", &path))?;
    for suffix in ["-wal", "-shm", "-journal"] {
        let mut beside = path.clone().into_os_string();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        if beside.exists() {
            fs::remove_file(&beside).map_err(Failure::io("remove", &beside))?;
        }
    }
    Ok(Outcome::Dropped)
}

fn path(url: &DatabaseUrl) -> Result<PathBuf> {
    match url.database().as_deref() {
        None | Some("" | ":memory:") => Err(Failure::usage(format!("{url} is no file"))
            .help("name one, for example --database-url app.db")),
        // `file:///x` and `file://localhost/x` mean /x.
        Some(path) => Ok(path
            .strip_prefix("//localhost/")
            .or_else(|| path.strip_prefix("///"))
            .map_or_else(|| PathBuf::from(path), |rest| Path::new("/").join(rest))),
    }
}

/// Refuses what is not a database: a wrong URL shall not cost a file.
fn check(path: &Path) -> Result<()> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut head))
        .map_err(Failure::io("read", path))?;
    if head.is_empty() || head == MAGIC {
        return Ok(());
    }
    Err(Failure::refused(format!("{} is a file, but no SQLite database", path.display()))
        .help("check the database URL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &Path) -> DatabaseUrl {
        DatabaseUrl::parse(path.to_str().unwrap()).unwrap()
    }

    #[test]
    fn only_a_database_is_removed_and_all_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        assert_eq!(drop(&url(&path)).unwrap(), Outcome::Absent);
        fs::write(&path, "my thesis").unwrap();
        let refused = drop(&url(&path)).unwrap_err();
        assert!(refused.message.contains("no SQLite database"), "{refused}");
        assert!(path.exists());
        fs::write(&path, MAGIC).unwrap();
        fs::write(folder.path().join("a.db-wal"), "").unwrap();
        assert_eq!(drop(&url(&path)).unwrap(), Outcome::Dropped);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(feature = "sqlite-system")]
    #[test]
    fn a_file_is_created_once_with_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let url = url(&folder.path().join("data/a.db"));
        assert_eq!(create(&url).unwrap(), Outcome::Created);
        assert_eq!(create(&url).unwrap(), Outcome::Existed);
        assert_eq!(drop(&url).unwrap(), Outcome::Dropped);
    }

    #[test]
    fn urls_become_paths() {
        let path = |text: &str| path(&DatabaseUrl::parse(text).unwrap()).map_err(|e| e.message);
        assert_eq!(path("file:/a/b.db?mode=rwc"), Ok(PathBuf::from("/a/b.db")));
        assert_eq!(path("file:///a/b.db"), Ok(PathBuf::from("/a/b.db")));
        assert_eq!(path("sqlite://b.db"), Ok(PathBuf::from("b.db")));
        assert_eq!(path(":memory:"), Err(":memory: is no file".to_owned()));
    }
}
