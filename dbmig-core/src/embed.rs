//! What generated code is made of.
//!
//! One string of texts and one of checksums, which become migrations when the app first asks for
//! them. To the compiler, a thousand migrations are then no more than these two literals; as a
//! constant, they would be half of what the whole crate takes to compile.

use std::borrow::Cow;
use std::mem::{forget, replace};
use std::time::Duration;

pub use crate::Dialect;
use crate::impact::ImpactText;
use crate::migration::{Body, Down, Script, SqlBody};
pub use crate::migration::{
    BreakingAhead, DeclaredCompatibility, DeclaredReversibility, Execution, ForeignKeys, Migration,
    Settings,
};
use crate::{Checksum, MigrationSet, Version};

/// Texts of a migration: version, name, path and text of `up.sql`, path and text of `down.sql`, its
/// impact. Where there is no `down.sql`, its path is empty, as no path is.
pub const TEXTS: usize = 7;

/// What most migrations have.
pub const DEFAULT: &Settings = &Settings::DEFAULT;

/// `Duration::from_millis`
pub const fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

/// What was said, whatever the crate takes `Some` for.
pub const fn said<T: Copy>(it: T) -> Option<T> {
    Some(it)
}

/// Nothing was said.
pub const fn unsaid<T>() -> Option<T> {
    None
}

/// Many of them, whatever the crate takes `Vec` for.
pub type Migrations = Vec<Migration>;

/// One of many names, between which there are spaces.
pub fn name(names: &'static str, index: usize) -> &'static str {
    names.split(' ').nth(index).unwrap_or_default()
}

/// A set whose migrations [`made`] makes when they are first asked for. What is said of all of them
/// stands beside: their digest, the schema of the ledger, what to do about a breaking one ahead.
pub const fn set(
    dialect: Dialect,
    digest: &'static [u8; 32],
    make: fn() -> Vec<Migration>,
    ledger_schema: Option<&'static str>,
    breaking_ahead: Option<BreakingAhead>,
) -> MigrationSet {
    MigrationSet::generated(dialect, digest, make, ledger_schema, breaking_ahead)
}

/// The migrations of a set, in their order.
///
/// `texts` has [`TEXTS`] for each, every one behind its length and a colon (`5:hello`), `checksums`
/// 32 bytes for each, and `settings` those that are not the default, with the index of their
/// migration, in order.
///
/// # Panics
/// Where it was not written by the generator of this version.
pub fn made(
    mut texts: &'static str,
    checksums: &[u8],
    settings: &[(usize, Settings)],
) -> Vec<Migration> {
    let (checksums, _) = checksums.as_chunks();
    let mut settings = settings.iter().peekable();
    let made = checksums.iter().enumerate().map(|(index, checksum)| {
        let texts = [(); TEXTS].map(|()| match next_text(&mut texts) {
            Some(text) => text,
            None => panic!("too few texts"),
        });
        let own = settings.next_if(|(of, _)| *of == index);
        sql(&texts, checksum, own.map_or(DEFAULT, |(_, own)| own))
    });
    made.collect()
}

fn next_text(texts: &mut &'static str) -> Option<&'static str> {
    let (length, rest) = texts.split_once(':')?;
    let (text, rest) = rest.split_at_checked(length.parse().ok()?)?;
    *texts = rest;
    Some(text)
}

/// `N` migrations, in their order, as a constant.
///
/// `texts` has [`TEXTS`] for each, `checksums` 32 bytes for each, and `settings` those that are not
/// the default, with the index of their migration, in order.
///
/// # Panics
/// Where there is less of anything; in a constant, that is a compile error.
pub const fn migrations<const N: usize>(
    mut texts: &[&'static str],
    mut checksums: &[u8],
    mut settings: &[(usize, Settings)],
) -> [Migration; N] {
    let mut migrations = [const { NOTHING }; N];
    let mut i = 0;
    while i < N {
        let Some((of_this, others)) = texts.split_first_chunk() else { panic!("too few texts") };
        let Some((checksum, other_checksums)) = checksums.split_first_chunk() else {
            panic!("too few checksums")
        };
        (texts, checksums) = (others, other_checksums);
        let settings = match settings {
            [(index, own), others @ ..] if *index == i => {
                settings = others;
                own
            }
            _ => DEFAULT,
        };
        // Nothing can be dropped in a constant, and there is nothing to drop in what was there.
        forget(replace(&mut migrations[i], sql(of_this, checksum, settings)));
        i += 1;
    }
    migrations
}

const NOTHING: Migration = sql(&[""; TEXTS], &[0; 32], DEFAULT);

const fn sql(
    &[version, name, up, up_text, down, down_text, impact]: &[&'static str; TEXTS],
    checksum: &[u8; 32],
    settings: &Settings,
) -> Migration {
    let up = script(up, up_text);
    let down = if down.is_empty() { Down::Missing } else { Down::Script(script(down, down_text)) };
    Migration {
        version: Version::from_static(version),
        name: Cow::Borrowed(name),
        body: Body::Sql(SqlBody { up, down }),
        // `clone` is not for constants; each of the fields can be copied.
        settings: Settings { ..*settings },
        checksum: Checksum::from_bytes(*checksum),
        impact: ImpactText::from_static(impact),
    }
}

const fn script(path: &'static str, text: &'static str) -> Script {
    Script { path: Cow::Borrowed(path), text: Cow::Borrowed(text) }
}
