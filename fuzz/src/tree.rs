//! A directory tree from bytes.
//!
//! A line `=== a/up.sql` begins a file, which goes on to the next such line; `=== a/` is an empty
//! directory, and `=== a -> b` a symbolic link. What the system refuses is left out.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// More take time and show nothing new.
const MOST_ENTRIES: usize = 40;
/// A migration, a file of it, and what would make a directory of that file.
const DEEPEST: usize = 3;

/// A new folder, in memory where there is such a place.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("dbmig-fuzz-").tempdir_in(parent).unwrap()
}

/// Writes the tree that `data` describes below `dir`.
pub(crate) fn write(dir: &Path, data: &[u8]) {
    let entries = entries(data);
    let links = entries.iter().filter_map(|(head, _)| link(head));
    for (head, content) in entries.iter().filter(|(head, _)| link(head).is_none()) {
        let path = dir.join(inside(head));
        if head.ends_with(b"/") {
            let _ = fs::create_dir_all(path);
        } else {
            let _ = path.parent().map(fs::create_dir_all);
            let _ = fs::write(path, content);
        }
    }
    // The last of all, so that nothing is written through them.
    for (from, to) in links {
        let _ = symlink(to, dir.join(inside(from)));
    }
}

fn entries(data: &[u8]) -> Vec<(&[u8], Vec<u8>)> {
    let mut entries: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        if let Some(head) = line.strip_prefix(b"=== ") {
            entries.push((head.trim_ascii_end(), Vec::new()));
        } else if let Some((_, content)) = entries.last_mut() {
            content.extend(line);
        }
    }
    entries.truncate(MOST_ENTRIES);
    entries
}

/// From where to where, if this is the head of a link.
fn link(head: &[u8]) -> Option<(&[u8], PathBuf)> {
    let arrow = head.windows(4).position(|four| four == b" -> ")?;
    let to = &head[arrow + 4..];
    let to = match to.strip_prefix(b"..") {
        Some(rest) => Path::new("..").join(inside(rest)),
        None if to == b"." => PathBuf::from("."),
        None => inside(to),
    };
    Some((&head[..arrow], to))
}

/// The path without what would lead out of the tree.
fn inside(path: &[u8]) -> PathBuf {
    let parts = path.split(|&byte| byte == b'/');
    let parts = parts.filter(|part| !matches!(part, [] | [b'.'] | [b'.', b'.']));
    parts.take(DEEPEST).map(OsStr::from_bytes).collect()
}
