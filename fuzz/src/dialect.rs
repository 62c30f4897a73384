//! The dialect that an input is for.

use dbmig_core::Dialect;

/// The dialect that the first byte chooses, by its first letter or anyhow, and the rest.
pub(crate) fn chosen(data: &[u8]) -> (Dialect, &[u8]) {
    let (first, rest) = data.split_first().unwrap_or((&b'p', &[]));
    let dialect = match first {
        b'p' => Dialect::Postgres,
        b'm' => Dialect::Mysql,
        b's' => Dialect::Sqlite,
        other => Dialect::ALL[usize::from(*other) % Dialect::ALL.len()],
    };
    (dialect, rest)
}
