//! The database's URL.

use dbmig_runtime::url::DatabaseUrl;

use super::Environment;
use crate::failure::{Failure, Result};

/// The migrating role's URL wins, so that the app's own role needs no DDL rights.
pub(crate) const VARIABLES: [&str; 2] = ["MIGRATION_DATABASE_URL", "DATABASE_URL"];

pub(super) fn find(flag: Option<&str>, environment: &Environment) -> Result<Option<DatabaseUrl>> {
    let (text, origin) = match flag {
        Some(text) => (text.to_owned(), "--database-url".to_owned()),
        None => match environment.first_of(&VARIABLES) {
            Some(variable) => (variable.value, variable.origin),
            None => return Ok(None),
        },
    };
    let url =
        DatabaseUrl::parse(&text).map_err(|error| Failure::usage(format!("{origin}: {error}")))?;
    Ok(Some(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(flag: Option<&str>, process: &[(&str, &str)], file: &[(&str, &str)]) -> String {
        match find(flag, &Environment::of(process, file)) {
            Ok(Some(url)) => url.to_string(),
            Ok(None) => "none".to_owned(),
            Err(failure) => failure.message,
        }
    }

    #[test]
    fn the_order_is_flag_process_file_and_the_migrating_role_first() {
        let app = ("DATABASE_URL", "postgres://h/app");
        let migrating = ("MIGRATION_DATABASE_URL", "postgres://h/migrating");
        let file = ("DATABASE_URL", "postgres://h/file");
        assert_eq!(found(Some("a.db"), &[app, migrating], &[file]), "a.db");
        assert_eq!(found(None, &[app, migrating], &[file]), "postgres://h/migrating");
        assert_eq!(found(None, &[app], &[migrating]), "postgres://h/app");
        assert_eq!(found(None, &[], &[file]), "postgres://h/file");
        assert_eq!(found(None, &[], &[]), "none");
    }

    #[test]
    fn a_bad_url_is_blamed_on_its_source() {
        let message = found(None, &[], &[("DATABASE_URL", "oracle://u:hunter2@h/d")]);
        assert!(
            message.starts_with("DATABASE_URL in .env: `oracle://` is no database"),
            "{message}"
        );
        assert!(!message.contains("hunter2"));
    }
}
