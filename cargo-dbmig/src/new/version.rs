//! The version of a new migration: Diesel's format, and after every one that exists.

use dbmig_core::Version;
use dbmig_core::version::MAX_LENGTH;
use jiff::Timestamp;

use crate::failure::{Failure, Result};

/// A version for a new migration, as its directory spells it (`2026-11-22-163000-0000`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) spelling: String,
    /// What a person should know about it.
    pub(crate) note: Option<String>,
}

/// The version for `now`, or one just after the newest of the directories `names`.
pub(crate) fn choose(names: &[String], now: Timestamp) -> Choice {
    let time = now.strftime("%Y-%m-%d-%H%M%S").to_string();
    let spelling = format!("{time}-0000");
    let Some(newest) = names.iter().max_by_key(|name| text_of(name)) else {
        return Choice { spelling, note: None };
    };
    if text_of(newest) < text_of(&spelling) {
        return Choice { spelling, note: None };
    }
    let after = successor(prefix_of(newest));
    let same_second = after.starts_with(&time);
    let note = format!("`{newest}` is newer than now, so the version is the next one after it");
    Choice { spelling: after, note: (!same_second).then_some(note) }
}

/// The version that a person chose.
pub(crate) fn explicit(version: &str, names: &[String]) -> Result<Choice> {
    let refused = |why: &str| {
        Failure::usage(format!("`{}` cannot be a version: {why}", version.escape_debug())).help(
            "use digits and dashes, for example 2026-11-22-163000-0000, or leave --version out",
        )
    };
    if version.is_empty() || version.starts_with('.') {
        return Err(refused("it is empty or begins with a dot"));
    }
    if !version.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.') {
        return Err(refused("it may hold letters, digits, `-` and `.` only"));
    }
    let parsed = Version::of_directory(version).map_err(|error| refused(&error.to_string()))?;
    if parsed.as_str().is_empty() {
        return Err(refused("nothing is left of it without its dashes"));
    }
    if let Some(twin) = names.iter().find(|name| text_of(name) == parsed.as_str()) {
        return Err(refused(&format!("`{twin}` has it already")));
    }
    let newest = names.iter().max_by_key(|name| text_of(name));
    let note = newest.filter(|newest| text_of(newest).as_str() > parsed.as_str()).map(|newest| {
        format!(
            "{version} sorts before `{newest}`: where that one is applied, `run` refuses this one \
             unless --allow-out-of-order is given"
        )
    });
    Ok(Choice { spelling: version.to_owned(), note })
}

/// The version of a directory as text, however long.
fn text_of(name: &str) -> String {
    prefix_of(name).replace('-', "")
}

fn prefix_of(name: &str) -> &str {
    name.split('_').next().unwrap_or(name)
}

/// A spelling that sorts right after `spelling`, as text without dashes, in its format where that
/// is possible.
fn successor(spelling: &str) -> String {
    if let Some(next) = next_in_second(spelling) {
        return next;
    }
    let plain = spelling.replace('-', "");
    let digits = plain.bytes().all(|byte| byte.is_ascii_digit());
    if digits && plain.len() != TIME_DIGITS {
        // 0041, 0042: the next number, as long as it needs no further digit.
        let next = plain.parse::<u128>().ok().and_then(|number| number.checked_add(1));
        let next = next.map(|number| format!("{number:0width$}", width = plain.len()));
        if let Some(next) = next.filter(|next| next.len() == plain.len()) {
            return next;
        }
    }
    let spelling =
        if digits && plain.len() == TIME_DIGITS { dashed(&plain) } else { spelling.to_owned() };
    // Whatever begins with a text sorts after it.
    let longer = format!("{spelling}-0000");
    if longer.replace('-', "").chars().count() <= MAX_LENGTH {
        longer
    } else {
        format!("{spelling}z")
    }
}

/// `20261122163000` has that many.
const TIME_DIGITS: usize = 14;

/// `..-0000` becomes `..-0001`.
fn next_in_second(spelling: &str) -> Option<String> {
    let (head, tail) = spelling.rsplit_once('-')?;
    let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let number = (tail.len() == 4 && tail.bytes().all(lower_hex))
        .then(|| u16::from_str_radix(tail, 16).ok()?.checked_add(1))??;
    Some(format!("{head}-{number:04x}"))
}

/// `20261122163000` as `2026-11-22-163000`.
fn dashed(digits: &str) -> String {
    format!("{}-{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..8], &digits[8..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-22T16:30:00Z";

    fn chosen(names: &[&str]) -> (String, bool) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let choice = choose(&names, NOW.parse().unwrap());
        for name in &names {
            assert!(text_of(name) < text_of(&choice.spelling), "{name} {choice:?}");
        }
        (choice.spelling, choice.note.is_some())
    }

    #[test]
    fn the_time_is_the_version_as_in_diesel() {
        let expected = ("2026-11-22-163000-0000".to_owned(), false);
        assert_eq!(chosen(&[]), expected);
        assert_eq!(chosen(&["00000000000000_diesel_initial_setup", "0041_old"]), expected);
        assert_eq!(chosen(&["2026-11-22-162959-0000_a"]), expected);
    }

    #[test]
    fn a_second_one_in_the_same_second_sorts_after_the_first() {
        assert_eq!(chosen(&["2026-11-22-163000-0000_z"]), ("2026-11-22-163000-0001".into(), false));
        assert_eq!(chosen(&["2026-11-22-163000-0009_z"]), ("2026-11-22-163000-000a".into(), false));
        // From an older Diesel.
        assert_eq!(chosen(&["2026-11-22-163000_z"]), ("2026-11-22-163000-0000".into(), false));
    }

    #[test]
    fn a_newer_one_is_followed_in_its_own_format() {
        for (name, expected) in [
            ("2099-01-01-000000-0000_a", "2099-01-01-000000-0001"),
            ("20990101000000_a", "2099-01-01-000000-0000"),
            ("2099-01-01-000000-ffff_a", "2099-01-01-000000-ffff-0000"),
            ("3_a", "4"),
            ("9_a", "9-0000"),
            ("30_a", "31"),
            ("v2_a", "v2-0000"),
            ("v2-0000_a", "v2-0001"),
        ] {
            assert_eq!(chosen(&[name]), (expected.to_owned(), true));
        }
    }

    #[test]
    fn a_chosen_version_is_checked() {
        let names = ["2026-11-22-163000-0000_a".to_owned()];
        let explicit = |version: &str| super::explicit(version, &names);
        assert_eq!(explicit("2027").unwrap().note, None);
        assert!(explicit("0001").unwrap().note.unwrap().contains("--allow-out-of-order"));
        for (version, reason) in [
            ("", "empty"),
            ("--", "nothing is left"),
            ("a_b", "may hold letters"),
            ("../x", "begins with a dot"),
            ("202611221630000000", "has it already"),
            (&"1".repeat(51), "has 51 characters"),
        ] {
            let message = explicit(version).unwrap_err().message;
            assert!(message.contains(reason), "{message}");
        }
    }
}
