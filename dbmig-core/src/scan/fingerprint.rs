//! A hash of what was read.
//!
//! It is compared within one build only, by programs of one compiler, and there is no adversary. So
//! the standard library's own hash will do: unlike any other, it is optimized in debug builds too.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::listing::{Entry, File, Listing};
use super::problem::ProblemKind;

pub(super) fn of(listing: &Listing, lock: Option<&str>) -> String {
    let mut hash = DefaultHasher::new();
    lock.iter().for_each(|lock| add(&mut hash, b"lock", lock.as_bytes()));
    listing.entries.iter().for_each(|entry| add_entry(&mut hash, entry));
    hex(&hash)
}

pub(super) fn of_problem(kind: &ProblemKind) -> String {
    let mut hash = DefaultHasher::new();
    add(&mut hash, b"fault", kind.to_string().as_bytes());
    hex(&hash)
}

fn add_entry(hash: &mut DefaultHasher, entry: &Entry) {
    add(hash, b"entry", entry.name.as_encoded_bytes());
    match &entry.content {
        Ok(content) => content.files().for_each(|file| add_file(hash, file)),
        Err(kind) => add(hash, b"fault", kind.to_string().as_bytes()),
    }
}

fn add_file(hash: &mut DefaultHasher, file: &File) {
    let name = file.path.file_name().unwrap_or_default().as_encoded_bytes();
    match &file.bytes {
        Ok(bytes) => add(hash, name, bytes),
        Err(kind) => add(hash, name, format!("fault {kind}").as_bytes()),
    }
}

/// As slices, which are hashed with their lengths: no two lists of parts give the same bytes.
fn add(hash: &mut DefaultHasher, label: &[u8], bytes: &[u8]) {
    (label, bytes).hash(hash);
}

fn hex(hash: &DefaultHasher) -> String {
    format!("{:016x}", hash.finish())
}
