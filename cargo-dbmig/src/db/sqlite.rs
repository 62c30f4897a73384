//! An SQLite database is a file, and what SQLite keeps beside it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dbmig_runtime::connect;
use dbmig_runtime::url::DatabaseUrl;

use super::Outcome;
use crate::failure::{Failure, Result};

/// What each SQLite file begins with (<https://www.sqlite.org/fileformat.html>); an empty file is
/// a database without tables.
const MAGIC: &[u8] = b"SQLite format 3\0";

pub(super) fn create(url: &DatabaseUrl) -> Result<Outcome> {
    let path = file(url)?;
    url.must_write().map_err(|error| Failure::usage(error.to_string()))?;
    if path.exists() {
        check(&path)?;
        return Ok(Outcome::Existed);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::io("create", folder))?;
    }
    // SQLite may wait for the first write, and `mode=rw` creates nothing.
    if let Err(error) = File::create_new(&path)
        // Another one was faster, or it is a link to a file that is not there.
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(Failure::io("create", &path)(error));
    }
    connect(url)?;
    Ok(Outcome::Created)
}

pub(super) fn drop(url: &DatabaseUrl) -> Result<Outcome> {
    let path = file(url)?;
    if !path.exists() {
        return Ok(Outcome::Absent);
    }
    check(&path)?;
    // SQLite keeps what belongs to it beside the file itself, not beside a link.
    let path = fs::canonicalize(&path).map_err(Failure::io("find", &path))?;
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

fn file(url: &DatabaseUrl) -> Result<PathBuf> {
    url.sqlite_file().map(|file| file.path.clone()).ok_or_else(|| {
        Failure::usage(format!("{url} is no file"))
            .help("name one, for example --database-url sqlite://app.db")
    })
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
        .help("check the database URL; an encrypted database cannot be told from another file"))
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

    #[cfg(unix)]
    #[test]
    fn a_link_leads_to_the_file_and_what_is_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        fs::create_dir(at("data")).unwrap();
        fs::write(at("data/a.db"), MAGIC).unwrap();
        fs::write(at("data/a.db-wal"), "").unwrap();
        std::os::unix::fs::symlink(at("data/a.db"), at("link.db")).unwrap();
        assert_eq!(drop(&url(&at("link.db"))).unwrap(), Outcome::Dropped);
        assert_eq!(fs::read_dir(at("data")).unwrap().count(), 0);
    }

    #[test]
    fn only_a_file_is_created_or_dropped() {
        for text in [":memory:", "sqlite://:memory:", "file:a.db?mode=memory", "file:/a?vfs=memdb"]
        {
            let url = DatabaseUrl::parse(text).unwrap();
            for refused in [create(&url).unwrap_err(), drop(&url).unwrap_err()] {
                assert_eq!(refused.message, format!("{text} is no file"));
            }
        }
        let readable = DatabaseUrl::parse("file:/nowhere/a.db?mode=ro").unwrap();
        assert!(create(&readable).unwrap_err().message.contains("reading only"));
    }
}
