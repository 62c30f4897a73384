//! `metadata.toml`, whose reader is reached through the scanner only.

use std::fs;

use crate::dialect;
use crate::scan::scan_filled;

/// The first byte chooses the dialect, the rest is the file.
pub fn metadata(data: &[u8]) {
    let (dialect, file) = dialect::chosen(data);
    scan_filled(dialect, |dir| {
        let migration = dir.join("1_a");
        fs::create_dir(&migration).unwrap();
        fs::write(migration.join("up.sql"), "SELECT 1;").unwrap();
        fs::write(migration.join("metadata.toml"), file).unwrap();
    });
}
