//! From bytes to SQL.

use std::path::Path;

use super::listing::File;
use super::problem::{Problem, ProblemKind};
use crate::sql::Position;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text of `file` without a byte order mark.
pub(crate) fn of(file: &File) -> Result<&str, Problem> {
    let bytes = file.bytes.as_ref().map_err(|kind| Problem::new(&file.path, kind.clone()))?;
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)),
        Err(error) => Err(not_utf8(&file.path, bytes, error.valid_up_to())),
    }
}

fn not_utf8(path: &Path, bytes: &[u8], offset: usize) -> Problem {
    let before = String::from_utf8_lossy(&bytes[..offset]);
    let position = Position::at(before.trim_start_matches(BYTE_ORDER_MARK), usize::MAX);
    Problem::at(path, position, ProblemKind::NotUtf8 { offset })
}
