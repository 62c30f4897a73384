//! Names of migrations: what a person may type, and which SQL it suggests.

use crate::failure::{Failure, Result};

/// Characters that some file system cannot hold; the repository may be checked out there.
const FORBIDDEN: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// What most file systems hold, with room for the version.
const MAX_LENGTH: usize = 180;

/// `text` as the second half of a directory's name: white space becomes `_`.
pub(crate) fn normalise(text: &str) -> Result<String> {
    let refused = |why: String| {
        Err(Failure::usage(format!(
            "`{}` cannot be the name of a migration: {why}",
            text.escape_debug()
        ))
        .help("use a few words, for example `cargo dbmig new add_email_to_users`"))
    };
    let words: Vec<_> = text.split([' ', '_']).filter(|word| !word.is_empty()).collect();
    let name = words.join("_");
    if name.is_empty() {
        return refused("it is empty".to_owned());
    }
    if let Some(bad) = text.chars().find(|c| c.is_control() || FORBIDDEN.contains(c)) {
        return refused(format!("it holds `{}`", bad.escape_debug()));
    }
    if name.starts_with('.') {
        return refused("it begins with a dot".to_owned());
    }
    if name.ends_with('.') {
        return refused("it ends with a dot".to_owned());
    }
    if name.len() > MAX_LENGTH {
        return refused(format!("it has {} bytes, more than {MAX_LENGTH}", name.len()));
    }
    Ok(name)
}

/// What a name asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intent<'n> {
    CreateTable {
        table: &'n str,
    },
    DropTable {
        table: &'n str,
    },
    AddColumn {
        table: &'n str,
        columns: Vec<&'n str>,
    },
    RemoveColumn {
        table: &'n str,
        columns: Vec<&'n str>,
    },
    RenameColumn {
        table: &'n str,
        from: &'n str,
        to: &'n str,
    },
    RenameTable {
        from: &'n str,
        to: &'n str,
    },
    AddIndex {
        kind: IndexKind,
        table: &'n str,
        columns: Vec<&'n str>,
    },
    /// Nothing that a template is there for.
    Plain,
}

/// Whether an index also forbids duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexKind {
    Plain,
    Unique,
}

/// Things that are neither tables nor columns: `create_view_..` is no table named `view_..`.
const OTHER_OBJECTS: [&str; 24] = [
    "check",
    "constraint",
    "constraints",
    "default",
    "enum",
    "extension",
    "foreign",
    "function",
    "index",
    "indexes",
    "indices",
    "materialized",
    "not",
    "policy",
    "primary",
    "procedure",
    "role",
    "schema",
    "sequence",
    "trigger",
    "triggers",
    "type",
    "unique",
    "view",
];

/// Reads a normalised name.
pub(crate) fn intent(name: &str) -> Intent<'_> {
    let Some((verb, rest)) = name.split_once('_') else { return Intent::Plain };
    let found = match verb {
        "create" => index(rest).or_else(|| table(rest).map(|table| Intent::CreateTable { table })),
        "add" => index(rest).or_else(|| {
            let (columns, table) = columns_of(rest, "_to_")?;
            Some(Intent::AddColumn { table, columns })
        }),
        "drop" | "remove" => columns_of(rest, "_from_")
            .map(|(columns, table)| Intent::RemoveColumn { table, columns })
            .or_else(|| table(rest).map(|table| Intent::DropTable { table })),
        "rename" => rename(rest),
        _ => None,
    };
    found.unwrap_or(Intent::Plain)
}

/// `index_to_users_on_email`, `unique_index_on_users_on_a_and_b`, `index_on_users_email`.
fn index(rest: &str) -> Option<Intent<'_>> {
    let (kind, rest) = match rest.strip_prefix("unique_") {
        Some(rest) => (IndexKind::Unique, rest),
        None => (IndexKind::Plain, rest),
    };
    let rest = rest.strip_prefix("index_")?;
    let rest = rest.strip_prefix("to_").or_else(|| rest.strip_prefix("on_")).unwrap_or(rest);
    let (table, columns) = match rest.split_once("_on_") {
        Some(pair) => pair,
        // Only two words leave no doubt.
        None => rest.split_once('_').filter(|(_, column)| !column.contains('_'))?,
    };
    let columns = columns.split("_and_").collect();
    (!table.is_empty()).then_some(Intent::AddIndex { kind, table, columns })
}

/// `users`, `users_table`, `table_users`.
fn table(rest: &str) -> Option<&str> {
    let name = rest.strip_prefix("table_").or_else(|| rest.strip_suffix("_table")).unwrap_or(rest);
    let first = name.split('_').next()?;
    let last = name.rsplit('_').next()?;
    let other = |word: &str| OTHER_OBJECTS.contains(&word);
    // `create_account_role` and `create_event_type` are tables more often than not.
    let last_is_other = other(last) && !matches!(last, "role" | "type" | "default" | "check");
    (!other(first) && !last_is_other && name != "table").then_some(name)
}

/// `email_to_users`, `first_name_and_last_name_to_users`, `email_column_to_users`.
fn columns_of<'n>(rest: &'n str, preposition: &str) -> Option<(Vec<&'n str>, &'n str)> {
    let (columns, of) = rest.rsplit_once(preposition)?;
    let columns = columns.strip_suffix("_column").unwrap_or(columns);
    let columns = columns.strip_suffix("_columns").unwrap_or(columns);
    let first = columns.split('_').next()?;
    let last = columns.rsplit('_').next()?;
    let other = OTHER_OBJECTS.contains(&first) || matches!(last, "index" | "constraint");
    (!other).then_some((columns.split("_and_").collect(), table(of)?))
}

/// `mail_to_email_in_users`, `users_to_accounts`.
fn rename(rest: &str) -> Option<Intent<'_>> {
    let first = rest.split('_').next()?;
    if OTHER_OBJECTS.contains(&first) {
        return None;
    }
    let column = rest.rsplit_once("_in_").or_else(|| rest.rsplit_once("_on_"));
    if let Some((names, table)) = column {
        let (from, to) = names.split_once("_to_")?;
        return Some(Intent::RenameColumn { table, from, to });
    }
    let (from, to) = rest.split_once("_to_")?;
    let from = from.strip_prefix("table_").unwrap_or(from);
    Some(Intent::RenameTable { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised() {
        for (text, name) in [
            ("create_users", "create_users"),
            (" add email  to users ", "add_email_to_users"),
            ("CamelCase-and-dashes", "CamelCase-and-dashes"),
            ("été", "été"),
        ] {
            assert_eq!(normalise(text).unwrap(), name);
        }
    }

    #[test]
    fn bad_names_are_refused_with_the_reason() {
        let long = "x".repeat(181);
        for (text, reason) in [
            ("", "it is empty"),
            ("  _ ", "it is empty"),
            ("a/b", "it holds `/`"),
            ("..\\x", "it holds `\\\\`"),
            (".hidden", "it begins with a dot"),
            ("..", "it begins with a dot"),
            ("end.", "it ends with a dot"),
            ("a\nb", "it holds `\\n`"),
            ("a\0b", "it holds `\\0`"),
            (long.as_str(), "it has 181 bytes"),
        ] {
            let message = normalise(text).unwrap_err().message;
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn names_say_what_they_want() {
        use Intent::*;
        for (name, expected) in [
            ("create_users", CreateTable { table: "users" }),
            ("create_users_table", CreateTable { table: "users" }),
            ("create_table_users", CreateTable { table: "users" }),
            ("create_order_items", CreateTable { table: "order_items" }),
            ("create_account_role", CreateTable { table: "account_role" }),
            ("drop_users", DropTable { table: "users" }),
            ("remove_users", DropTable { table: "users" }),
            ("add_email_to_users", AddColumn { table: "users", columns: vec!["email"] }),
            ("add_api_key_to_users", AddColumn { table: "users", columns: vec!["api_key"] }),
            ("add_reply_to_to_posts", AddColumn { table: "posts", columns: vec!["reply_to"] }),
            (
                "add_first_name_and_last_name_to_users",
                AddColumn { table: "users", columns: vec!["first_name", "last_name"] },
            ),
            (
                "drop_email_column_from_users",
                RemoveColumn { table: "users", columns: vec!["email"] },
            ),
            ("remove_email_from_users", RemoveColumn { table: "users", columns: vec!["email"] }),
            (
                "rename_mail_to_email_in_users",
                RenameColumn { table: "users", from: "mail", to: "email" },
            ),
            ("rename_users_to_accounts", RenameTable { from: "users", to: "accounts" }),
            (
                "add_index_to_users_on_email",
                AddIndex { kind: IndexKind::Plain, table: "users", columns: vec!["email"] },
            ),
            (
                "create_unique_index_on_users_on_tenant_and_email",
                AddIndex {
                    kind: IndexKind::Unique,
                    table: "users",
                    columns: vec!["tenant", "email"],
                },
            ),
            (
                "create_index_on_users_email",
                AddIndex { kind: IndexKind::Plain, table: "users", columns: vec!["email"] },
            ),
        ] {
            assert_eq!(intent(name), expected, "{name}");
        }
    }

    #[test]
    fn doubtful_names_get_no_template() {
        for name in [
            "create",
            "backfill_emails",
            "create_view_active_users",
            "create_users_view",
            "create_extension_pgcrypto",
            "create_index_on_order_items_order_id",
            "add_foreign_key_to_orders",
            "add_check_to_users",
            "drop_trigger_from_users",
            "drop_users_email_index",
            "remove_index_from_users",
            "rename_column",
            "rename_index_a_to_b",
            "add_seed_data",
        ] {
            assert_eq!(intent(name), Intent::Plain, "{name}");
        }
    }
}
