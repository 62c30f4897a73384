//! Names in SQL, quoted where they must be.

use dbmig_core::Dialect;

/// Words that at least one of PostgreSQL 18, MySQL 9, MariaDB 11 and SQLite 3 reserves, sorted.
const RESERVED: &str = include_str!("reserved.txt");

/// `name` as it is where every database takes it for a name, else quoted.
pub(crate) fn written(dialect: Dialect, name: &str) -> String {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let continues =
        bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if begins && continues && !RESERVED.lines().any(|word| word == name) {
        name.to_owned()
    } else {
        dialect.identifier(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_for_names_that_need_them() {
        for plain in ["users", "created_at", "_x1", "email"] {
            assert_eq!(written(Dialect::Postgres, plain), plain);
        }
        for odd in ["order", "user", "Users", "1st", "two-words", "été", "group", "key", ""] {
            assert_eq!(written(Dialect::Sqlite, odd), format!("\"{odd}\""));
        }
        assert_eq!(written(Dialect::Mysql, "a`b"), "`a``b`");
    }

    #[test]
    fn the_words_are_lower_case_and_sorted() {
        let words: Vec<_> = RESERVED.lines().collect();
        assert!(words.is_sorted() && words.len() > 300);
        assert!(words.iter().all(|word| {
            word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
        }));
    }
}
