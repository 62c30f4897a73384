//! What generated code is made of.
//!
//! Plain tuples of constants, which become migrations in one loop: to the compiler, a thousand of
//! these cost a fraction of a thousand expressions that build a [`Migration`] each.

use std::borrow::Cow;
use std::mem::{forget, replace};
use std::time::Duration;

use crate::migration::{Body, Down, Script, SqlBody};
pub use crate::migration::{
    Compatibility, Execution, ForeignKeys, Migration, Reversible, Settings,
};
use crate::{Checksum, Version};

/// The path of a script and its text.
pub type Text = (&'static str, &'static str);

/// Version, name, `up.sql`, `down.sql`, checksum and settings of a migration in SQL.
pub type Sql =
    (&'static str, &'static str, Text, Option<Text>, &'static [u8; 32], &'static Settings);

/// What most migrations have.
pub const DEFAULT: &Settings = &Settings::DEFAULT;

/// `Duration::from_millis`
pub const fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

/// The migrations of a set, in the same order.
pub const fn migrations<const N: usize>(texts: &[Sql; N]) -> [Migration; N] {
    let mut migrations = [const { sql(&NOTHING) }; N];
    let mut i = 0;
    while i < N {
        // Nothing can be dropped in a constant, and there is nothing to drop in what was there.
        forget(replace(&mut migrations[i], sql(&texts[i])));
        i += 1;
    }
    migrations
}

const NOTHING: Sql = ("", "", ("", ""), None, &[0; 32], DEFAULT);

const fn sql(&(version, name, up, down, checksum, settings): &Sql) -> Migration {
    let up = script(up);
    let down = match down {
        Some(down) => Down::Script(script(down)),
        None => Down::Missing,
    };
    Migration {
        version: Version::from_static(version),
        name: Cow::Borrowed(name),
        body: Body::Sql(SqlBody { up, down }),
        // `clone` is not for constants; each of the fields can be copied.
        settings: Settings { ..*settings },
        checksum: Checksum::from_bytes(*checksum),
    }
}

const fn script((path, text): Text) -> Script {
    Script { path: Cow::Borrowed(path), text: Cow::Borrowed(text) }
}
