//! Versions of migrations, with Diesel's rules.

use std::borrow::Cow;
use std::fmt;

/// How many characters the `version` column of `__diesel_schema_migrations` holds.
pub const MAX_LENGTH: usize = 50;

/// The version of a migration: its directory's name up to the first `_`, without any `-`.
///
/// Versions are compared as text, byte by byte, as Diesel compares them
/// (`migrations_internals::version_from_string`, `diesel::migration::MigrationVersion`).
///
/// ```
/// use dbmig_core::Version;
/// let version = Version::of_directory("2026-11-22-163000-0000_create_users").unwrap();
/// assert_eq!(version.as_str(), "202611221630000000");
/// assert!(version > Version::of_directory("00000000000000_diesel_initial_setup").unwrap());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(Cow<'static, str>);

/// A version that the ledger's column cannot hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The version that was found.
    pub version: String,
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the version `{}` has {} characters, but the column `version` of \
             `__diesel_schema_migrations` holds {MAX_LENGTH}",
            self.version,
            self.version.chars().count(),
        )
    }
}

impl std::error::Error for TooLong {}

impl Version {
    /// The version that a directory's name stands for.
    ///
    /// # Errors
    /// [`TooLong`] when it has more than [`MAX_LENGTH`] characters.
    pub fn of_directory(name: &str) -> Result<Self, TooLong> {
        let name = name.split('_').next().unwrap_or(name);
        // By hand: thousands of them are read at each start of the command line.
        let mut version = String::with_capacity(name.len());
        version.extend(name.chars().filter(|char| *char != '-'));
        if version.len() > MAX_LENGTH && version.chars().count() > MAX_LENGTH {
            return Err(TooLong { version });
        }
        Ok(Self(Cow::Owned(version)))
    }

    /// A version as the ledger holds it, taken without a change.
    pub fn from_ledger(version: impl Into<String>) -> Self {
        Self(Cow::Owned(version.into()))
    }

    /// A version known when the program is compiled. For generated code.
    pub const fn from_static(version: &'static str) -> Self {
        Self(Cow::Borrowed(version))
    }

    /// The text that the ledger holds.
    pub const fn as_str(&self) -> &str {
        match &self.0 {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => text.as_str(),
        }
    }

    /// `self < other`, in a constant.
    pub(crate) const fn is_before(&self, other: &Self) -> bool {
        let (left, right) = (self.as_str().as_bytes(), other.as_str().as_bytes());
        let mut i = 0;
        while i < left.len() && i < right.len() {
            if left[i] != right[i] {
                return left[i] < right[i];
            }
            i += 1;
        }
        left.len() < right.len()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Version({:?})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `migrations_internals::version_from_string`.
    #[test]
    fn the_rules_are_diesels() {
        for (name, version) in [
            ("00000000000000_diesel_initial_setup", "00000000000000"),
            ("2026-11-22-163000-0000_a_b", "202611221630000000"),
            ("no-underscore", "nounderscore"),
            ("1 first try", "1 first try"),
            ("1_with spaces in it", "1"),
            ("_leading", ""),
            ("v2_x", "v2"),
        ] {
            assert_eq!(Version::of_directory(name).map(|v| v.to_string()), Ok(version.to_owned()));
        }
    }

    #[test]
    fn order_is_text_order_in_constants_too() {
        let versions = ["", "1", "10", "2", "2026", "20261122", "seeds", "é"];
        for a in versions {
            for b in versions {
                let (a, b) = (Version::from_static(a), Version::from_static(b));
                assert_eq!(a < b, a.is_before(&b), "{a} {b}");
            }
        }
    }

    #[test]
    fn a_version_longer_than_the_column_is_refused() {
        let exact = "1".repeat(MAX_LENGTH);
        assert!(Version::of_directory(&format!("{exact}_x")).is_ok());
        let message = Version::of_directory(&format!("{exact}1_x")).map_err(|e| e.to_string());
        assert!(message.is_err_and(|m| m.contains("has 51 characters") && m.contains("holds 50")));
    }
}
