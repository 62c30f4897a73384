//! A hash of what was read.

use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::listing::{Entry, File, Listing};

pub(super) fn of(listing: &Listing) -> String {
    let mut hash = Sha256::new();
    listing.entries.iter().for_each(|entry| add_entry(&mut hash, entry));
    hex(hash)
}

pub(super) fn of_fault(fault: &Fault) -> String {
    let mut hash = Sha256::new();
    add(&mut hash, b"fault", fault.to_string().as_bytes());
    hex(hash)
}

fn add_entry(hash: &mut Sha256, entry: &Entry) {
    add(hash, b"entry", entry.name.as_encoded_bytes());
    match &entry.content {
        Ok(content) => content.files().for_each(|file| add_file(hash, file)),
        Err(fault) => add(hash, b"fault", fault.to_string().as_bytes()),
    }
}

fn add_file(hash: &mut Sha256, file: &File) {
    let name = file.path.file_name().unwrap_or_default().as_encoded_bytes();
    match &file.bytes {
        Ok(bytes) => add(hash, name, bytes),
        Err(fault) => add(hash, name, format!("fault {fault}").as_bytes()),
    }
}

/// With its length, so that no two lists of parts run into the same bytes.
fn add(hash: &mut Sha256, label: &[u8], bytes: &[u8]) {
    for part in [label, bytes] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
