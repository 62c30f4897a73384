//! What generated code is made of: one short call for each part, because a compiler's time with a
//! thousand migrations goes into the tokens.

use std::borrow::Cow;

use crate::migration::{Body, Down, Script, SqlBody};
pub use crate::migration::{
    Compatibility, Execution, ForeignKeys, Migration, Reversible, Settings,
};
use crate::{Checksum, Version};

/// `Settings::DEFAULT`
pub const DEFAULT: Settings = Settings::DEFAULT;

/// No `down.sql`.
pub const NO_DOWN: Down = Down::Missing;

/// `Duration::from_millis`
pub const fn millis(millis: u64) -> Option<std::time::Duration> {
    Some(std::time::Duration::from_millis(millis))
}

/// A script.
pub const fn script(path: &'static str, text: &'static str) -> Script {
    Script { path: Cow::Borrowed(path), text: Cow::Borrowed(text) }
}

/// A way back.
pub const fn down(path: &'static str, text: &'static str) -> Down {
    Down::Script(script(path, text))
}

/// A migration in SQL.
pub const fn sql(
    version: &'static str,
    name: &'static str,
    up: Script,
    down: Down,
    checksum: &[u8; 32],
    settings: Settings,
) -> Migration {
    Migration {
        version: Version::from_static(version),
        name: Cow::Borrowed(name),
        body: Body::Sql(SqlBody { up, down }),
        settings,
        checksum: Checksum::from_bytes(*checksum),
    }
}
