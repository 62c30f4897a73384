//! The files that a new migration starts with, filled in.

use dbmig_core::Dialect;

use super::identifier;
use super::name::{IndexKind, Intent};

/// The files of a migration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) up: String,
    pub(crate) down: String,
    pub(crate) metadata: Option<String>,
}

/// A template as it is on disk.
#[derive(Clone, Copy)]
struct Template {
    up: &'static str,
    down: &'static str,
    metadata: Option<&'static str>,
}

macro_rules! text {
    ($path:expr, $file:literal) => {
        include_str!(concat!("../../templates/migrations/", $path, "/", $file))
    };
}

macro_rules! template {
    ($path:expr) => {
        Template { up: text!($path, "up.sql"), down: text!($path, "down.sql"), metadata: None }
    };
    ($path:expr, metadata) => {
        Template { metadata: Some(text!($path, "metadata.toml")), ..template!($path) }
    };
}

macro_rules! templates {
    ($dialect:literal $(, $metadata:ident)?) => {
        Templates {
            create_table: template!(concat!($dialect, "/create_table")),
            drop_table: template!(concat!($dialect, "/drop_table")),
            add_column: template!(concat!($dialect, "/add_column")),
            remove_column: template!(concat!($dialect, "/remove_column")),
            rename_column: template!(concat!($dialect, "/rename_column")),
            rename_table: template!(concat!($dialect, "/rename_table")),
            add_index: template!(concat!($dialect, "/add_index") $(, $metadata)?),
            add_unique_index: template!(concat!($dialect, "/add_unique_index") $(, $metadata)?),
        }
    };
}

/// The templates of a dialect.
struct Templates {
    create_table: Template,
    drop_table: Template,
    add_column: Template,
    remove_column: Template,
    rename_column: Template,
    rename_table: Template,
    add_index: Template,
    add_unique_index: Template,
}

static POSTGRES: Templates = templates!("postgres", metadata);
static MYSQL: Templates = templates!("mysql");
static SQLITE: Templates = templates!("sqlite");
static PLAIN: Template = template!("plain");

/// For a migration that shall not run in a transaction.
pub(crate) const NO_TRANSACTION: &str = text!("no_transaction", "metadata.toml");

/// The files without anything to start from.
pub(crate) fn plain() -> Files {
    Files { up: PLAIN.up.to_owned(), down: PLAIN.down.to_owned(), metadata: None }
}

/// The files for what a name asks for.
pub(crate) fn files(dialect: Dialect, intent: &Intent<'_>) -> Files {
    let templates = match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Mysql => &MYSQL,
        Dialect::Sqlite => &SQLITE,
    };
    let quoted = |name: &str| identifier::written(dialect, name);
    match intent {
        Intent::CreateTable { table } => {
            fill(&templates.create_table, &[("table", quoted(table))], &[])
        }
        Intent::DropTable { table } => {
            fill(&templates.drop_table, &[("table", quoted(table))], &[])
        }
        Intent::AddColumn { table, columns } => {
            let columns: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
            fill(&templates.add_column, &[("table", quoted(table))], &columns)
        }
        Intent::RemoveColumn { table, columns } => {
            let columns: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
            fill(&templates.remove_column, &[("table", quoted(table))], &columns)
        }
        Intent::RenameColumn { table, from, to } => {
            let names = [
                ("table", quoted(table)),
                ("from", quoted(from)),
                ("to", quoted(to)),
                ("old", (*from).to_owned()),
            ];
            fill(&templates.rename_column, &names, &[])
        }
        Intent::RenameTable { from, to } => {
            let names = [("from", quoted(from)), ("to", quoted(to)), ("old", (*from).to_owned())];
            fill(&templates.rename_table, &names, &[])
        }
        Intent::AddIndex { kind, table, columns } => {
            let template = match kind {
                IndexKind::Plain => &templates.add_index,
                IndexKind::Unique => &templates.add_unique_index,
            };
            let index = format!("{table}_{}_idx", columns.join("_"));
            let columns: Vec<_> = columns.iter().map(|column| quoted(column)).collect();
            let names = [
                ("table", quoted(table)),
                ("index", quoted(&index)),
                ("columns", columns.join(", ")),
            ];
            fill(template, &names, &[])
        }
        Intent::Plain => plain(),
    }
}

fn fill(template: &Template, names: &[(&str, String)], columns: &[String]) -> Files {
    Files {
        up: fill_text(template.up, names, columns.iter()),
        down: fill_text(template.down, names, columns.iter().rev()),
        metadata: template.metadata.map(str::to_owned),
    }
}

/// Puts names into their places; a line with `{column}` is repeated for each of `columns`.
fn fill_text<'c>(
    text: &str,
    names: &[(&str, String)],
    columns: impl Iterator<Item = &'c String> + Clone,
) -> String {
    let named = |line: &str| {
        names.iter().fold(line.to_owned(), |line, (place, name)| {
            line.replace(&format!("{{{place}}}"), name)
        })
    };
    let mut filled = String::new();
    for line in text.split_inclusive('\n') {
        if line.contains("{column}") {
            columns.clone().for_each(|column| filled += &named(&line.replace("{column}", column)));
        } else {
            filled += &named(line);
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::new::name::intent;

    fn scripts(dialect: Dialect, name: &str) -> (String, String) {
        let files = files(dialect, &intent(name));
        let code = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with("--"));
            lines.map(str::trim).collect::<Vec<_>>().join(" ")
        };
        (code(&files.up), code(&files.down))
    }

    #[test]
    fn tables() {
        let table = "CREATE TABLE users ( id INTEGER NOT NULL PRIMARY KEY, \
                     created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP );";
        let drop = "DROP TABLE users;";
        assert_eq!(scripts(Dialect::Sqlite, "create_users"), (table.into(), drop.into()));
        assert_eq!(scripts(Dialect::Sqlite, "drop_users"), (drop.into(), table.into()));
    }

    #[test]
    fn several_columns_are_undone_backwards() {
        assert_eq!(
            scripts(Dialect::Mysql, "add_a_and_b_to_t"),
            (
                "ALTER TABLE t ADD COLUMN a VARCHAR(255); ALTER TABLE t ADD COLUMN b VARCHAR(255);"
                    .into(),
                "ALTER TABLE t DROP COLUMN b; ALTER TABLE t DROP COLUMN a;".into()
            )
        );
    }

    #[test]
    fn only_names_that_need_it_are_quoted() {
        assert_eq!(
            scripts(Dialect::Postgres, "rename_order_to_rank_in_user"),
            (
                "ALTER TABLE \"user\" RENAME COLUMN \"order\" TO \"rank\";".into(),
                "ALTER TABLE \"user\" RENAME COLUMN \"rank\" TO \"order\";".into()
            )
        );
        assert_eq!(
            scripts(Dialect::Mysql, "remove_Mail_from_groups").0,
            "ALTER TABLE `groups` DROP COLUMN `Mail`;"
        );
    }

    #[test]
    fn an_index_on_postgres_does_not_lock_writers_out() {
        let index =
            files(Dialect::Postgres, &intent("add_unique_index_to_users_on_tenant_and_email"));
        assert!(index.up.ends_with(
            "CREATE UNIQUE INDEX CONCURRENTLY users_tenant_email_idx ON users (tenant, email);\n"
        ));
        assert_eq!(index.down, "DROP INDEX CONCURRENTLY IF EXISTS users_tenant_email_idx;\n");
        assert!(index.metadata.unwrap().ends_with("run_in_transaction = false\n"));
        assert_eq!(
            scripts(Dialect::Mysql, "add_index_to_users_on_email"),
            (
                "CREATE INDEX users_email_idx ON users (email);".into(),
                "DROP INDEX users_email_idx ON users;".into()
            )
        );
    }

    #[test]
    fn no_place_is_left_unfilled() {
        for dialect in Dialect::ALL {
            for name in [
                "create_a",
                "drop_a",
                "add_a_to_b",
                "remove_a_from_b",
                "rename_a_to_b_in_c",
                "rename_a_to_b",
                "add_index_to_a_on_b",
                "add_unique_index_to_a_on_b",
            ] {
                let files = files(dialect, &intent(name));
                assert_ne!(files, plain(), "{name}");
                assert!(!format!("{}{}", files.up, files.down).contains(['{', '}']), "{files:?}");
            }
        }
    }
}
