//! Which build of which program, as the history keeps it.

use std::fmt;

/// Which build of which program: `shop 1.4.0`, or `shop 1.4.0 (build 3f9c2ab)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Name and version of the program; empty where it has not said so.
    pub app: String,
    /// What tells builds of one version apart.
    pub id: Option<String>,
}

/// Before the id. An older dbmig shows all of it as the app.
const OPEN: &str = "(build ";
const CLOSE: char = ')';

impl Build {
    /// A build of `app`; without letters or digits, `id` is none.
    pub fn new(app: &str, id: Option<&str>) -> Self {
        let id = id.map(|id| id.chars().filter(|c| !c.is_control()).collect::<String>());
        let id = id.map(|id| id.trim().to_owned()).filter(|id| id.contains(char::is_alphanumeric));
        Self { app: app.to_owned(), id }
    }

    /// Reads what [`fmt::Display`] has written.
    pub fn parse(text: &str) -> Self {
        let inside = text.strip_suffix(CLOSE).and_then(|text| text.rsplit_once(OPEN));
        match inside {
            Some((app, id)) => Self::new(app.trim_end(), Some(id)),
            None => Self::new(text, None),
        }
    }

    /// The name of the program, without its version.
    pub fn name(&self) -> &str {
        self.app.rsplit_once(' ').map_or(self.app.as_str(), |(name, _)| name)
    }

    /// Whether its version is a later one than that of `other`, as far as numbers tell.
    pub fn is_later_than(&self, other: &Self) -> bool {
        let numbers = |build: &Self| {
            let (_, version) = build.app.rsplit_once(' ')?;
            version.split('.').map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<_>>>()
        };
        match (numbers(self), numbers(other)) {
            (Some(one), Some(other)) => one > other,
            _ => false,
        }
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.app)?;
        let Some(id) = &self.id else { return Ok(()) };
        let space = if self.app.is_empty() { "" } else { " " };
        write!(f, "{space}{OPEN}{id}{CLOSE}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written() {
        for (app, id, text) in [
            ("shop 1.4.0", None, "shop 1.4.0"),
            ("shop 1.4.0", Some("3f9c2ab"), "shop 1.4.0 (build 3f9c2ab)"),
            ("my shop 1 (beta)", None, "my shop 1 (beta)"),
            ("my shop 1 (beta)", Some("a (b)"), "my shop 1 (beta) (build a (b))"),
            ("", Some("7"), "(build 7)"),
            ("", None, ""),
        ] {
            let build = Build::new(app, id);
            assert_eq!(build.to_string(), text);
            assert_eq!(Build::parse(text), build);
        }
        for nothing in ["", "  ", "-", "\n"] {
            assert_eq!(Build::new("shop 1", Some(nothing)).to_string(), "shop 1");
        }
        assert_eq!(Build::new("shop 1", Some("a\nb ")).id.as_deref(), Some("ab"));
    }

    #[test]
    fn only_numbers_say_which_version_is_later() {
        let is_later = |one, other| Build::new(one, None).is_later_than(&Build::new(other, None));
        assert!(is_later("shop 1.10.0", "shop 1.9.3"));
        assert!(is_later("shop 1.4.1", "shop 1.4"));
        assert!(!is_later("shop 1.4.0", "shop 1.4.0"));
        assert!(!is_later("shop 1.3.0", "shop 1.4.0"));
        assert!(!is_later("shop 2.0.0-rc.1", "shop 1.4.0"));
        assert!(!is_later("shop", "shop 1.4.0"));
    }
}
