//! Whether a script changes what a name means. In doubt, it does.

use crate::Dialect;
use crate::impact::Loss;
use crate::sql::object::{Object, ObjectKind};
use crate::sql::reader::Reader;
use crate::sql::token::{Token, TokenKind};
use crate::sql::{self, Statement, calls, kind};

/// Whether `script`, which is executed before, may change what the name of `loss` means: then what is
/// counted now is not what would go.
pub fn moves(dialect: Dialect, script: &str, loss: &Loss) -> bool {
    let Ok(statements) = sql::split(dialect, script) else { return true };
    let (table, column) = match loss {
        Loss::Table(path) => (path, None),
        Loss::Column { table, column } => (table, Some(column.as_str())),
    };
    let wanted = Wanted { dialect, table, column };
    statements.iter().any(|statement| wanted.is_moved(statement))
}

/// What is asked for.
struct Wanted<'a> {
    dialect: Dialect,
    /// Its schema before it, where that is known.
    table: &'a [String],
    column: Option<&'a str>,
}

/// Of rows, privileges, settings and the like: they make, drop and rename nothing.
const QUIET: [&str; 36] = [
    "ABORT",
    "ANALYZE",
    "BEGIN",
    "CHECK",
    "CHECKPOINT",
    "CLUSTER",
    "COMMENT",
    "COMMIT",
    "COPY",
    "DEALLOCATE",
    "DELETE",
    "DISCARD",
    "END",
    "EXPLAIN",
    "FLUSH",
    "GRANT",
    "INSERT",
    "LISTEN",
    "LOAD",
    "LOCK",
    "NOTIFY",
    "OPTIMIZE",
    "PRAGMA",
    "REFRESH",
    "REINDEX",
    "RELEASE",
    "REPAIR",
    "REPLACE",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SET",
    "SHOW",
    "START",
    "UPDATE",
];
const QUIET_TOO: [&str; 6] = ["TRUNCATE", "UNLISTEN", "UNLOCK", "USE", "VACUUM", "VALUES"];

/// What has a place of its own among tables.
const RELATIONS: [&str; 6] = ["TABLE", "VIEW", "SEQUENCE", "INDEX", "TABLES", "VIRTUAL"];

/// What is found by other names than tables are.
const NO_RELATIONS: [&str; 8] =
    ["INDEX", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "TYPE", "PUBLICATION", "ON"];

/// What may hold tables, or take them with it.
const HOLDERS: [&str; 4] = ["SCHEMA", "DATABASE", "EXTENSION", "OWNED"];

/// What a part of an `ALTER TABLE` adds or drops that is no column.
const NO_COLUMNS: [&str; 13] = [
    "CHECK",
    "CONSTRAINT",
    "EXCLUDE",
    "FOREIGN",
    "FULLTEXT",
    "INDEX",
    "KEY",
    "PARTITION",
    "PERIOD",
    "PRIMARY",
    "SPATIAL",
    "SYSTEM",
    "UNIQUE",
];

impl Wanted<'_> {
    fn is_moved(&self, statement: &Statement<'_>) -> bool {
        if self.table.len() == 1 && kind::moves_names(self.dialect, statement) {
            return true;
        }
        let mut reader = Reader::new(statement);
        if reader.phrase(&["SET", "STATEMENT"]) && !reader.skip_to("FOR") {
            return true;
        }
        if reader.any(&QUIET) || reader.any(&QUIET_TOO) {
            return false;
        }
        match reader.one_of(&["CREATE", "DROP", "ALTER", "RENAME", "SELECT", "WITH"]) {
            Some("CREATE") => self.is_created(&mut reader),
            Some("DROP") => self.is_dropped(&mut reader),
            Some("ALTER") => self.is_altered(&mut reader),
            Some("RENAME") => reader.any(&["TABLE", "TABLES"]) && self.is_named(&mut reader),
            Some(_) => self.is_selected(statement, &mut reader),
            // Code, or what nobody knows.
            None => true,
        }
    }

    /// `SELECT .. INTO t`, or a function that may do anything.
    fn is_selected(&self, statement: &Statement<'_>, reader: &mut Reader<'_>) -> bool {
        let harmless = ["setval", "nextval", "currval"];
        let calls = calls::unknown(statement).is_some_and(|(function, _)| {
            !harmless.iter().any(|name| function.eq_ignore_ascii_case(name))
        });
        calls || (reader.skip_to("INTO") && self.is_named(reader))
    }

    fn is_created(&self, reader: &mut Reader<'_>) -> bool {
        // `OR REPLACE`, `GLOBAL TEMPORARY`, `UNLOGGED`, `MATERIALIZED`, MySQL's `DEFINER = ..`
        let mut found = None;
        while found.is_none() && !reader.is_at_end() {
            if reader.any(&NO_RELATIONS) {
                return false;
            }
            found = reader.one_of(&RELATIONS).or_else(|| reader.one_of(&HOLDERS));
            if found.is_none() {
                reader.skip();
            }
        }
        match found {
            Some("SCHEMA") => self.is_named(reader),
            Some("EXTENSION" | "OWNED") => true,
            Some("DATABASE") | None => false,
            Some(_) => {
                reader.word("TABLE");
                reader.phrase(&["IF", "NOT", "EXISTS"]);
                self.is_next(reader)
            }
        }
    }

    fn is_dropped(&self, reader: &mut Reader<'_>) -> bool {
        let holds = { reader.clone() }.any(&HOLDERS);
        let cascades = { reader.clone() }.rest_mentions(&["CASCADE"]);
        reader.any(&["TEMPORARY", "MATERIALIZED", "FOREIGN"]);
        let is_other = { reader.clone() }.any(&NO_RELATIONS);
        holds || cascades || (!is_other && reader.any(&RELATIONS) && self.is_listed(reader))
    }

    fn is_altered(&self, reader: &mut Reader<'_>) -> bool {
        if reader.any(&HOLDERS) {
            return true;
        }
        reader.any(&["ONLINE", "OFFLINE", "MATERIALIZED", "FOREIGN"]);
        reader.word("IGNORE");
        if !reader.any(&RELATIONS) {
            return false;
        }
        reader.phrase(&["IF", "EXISTS"]);
        reader.word("ONLY");
        if { reader.clone() }.object(ObjectKind::Table).is_none() {
            return true;
        }
        let is_own = self.is_next(reader);
        let mut part = Vec::new();
        let mut depth = 0_i32;
        while let Some(token) = reader.take() {
            depth += i32::from(token.is("(")) - i32::from(token.is(")"));
            if depth == 0 && token.is(",") {
                if self.is_part(&part, is_own) {
                    return true;
                }
                part.clear();
            } else {
                part.push(token);
            }
        }
        self.is_part(&part, is_own)
    }

    /// Whether one part of an `ALTER` moves the table or the column.
    fn is_part(&self, part: &[Token<'_>], is_own: bool) -> bool {
        let word = |at: usize| {
            part.get(at).and_then(Token::word).map(str::to_ascii_uppercase).unwrap_or_default()
        };
        let (first, second) = (word(0), word(1));
        let is_column = !NO_COLUMNS.contains(&second.as_str());
        // SQLite takes a text for a name where only a name can stand.
        let at = if second == "COLUMN" { 2 } else { 1 };
        let is_text = part.get(at).is_some_and(|token| token.kind == TokenKind::String);
        if is_text && ["RENAME", "ADD", "DROP", "CHANGE"].contains(&first.as_str()) {
            return true;
        }
        let names = |name: &str| part.iter().skip(1).any(|token| self.is(token, name));
        let names_column = self.column.is_some_and(names);
        let names_table = self.table.last().is_some_and(|table| names(table));
        match first.as_str() {
            "RENAME" if second == "COLUMN" => is_own && names_column,
            "RENAME" => is_column && (is_own || names_table),
            "SET" => is_own && second == "SCHEMA",
            // Rows come and go with them.
            "ATTACH" | "DETACH" | "INHERIT" | "NO" | "EXCHANGE" | "CONVERT" | "TRUNCATE" => {
                is_own || names_table
            }
            "ADD" | "DROP" => is_own && is_column && names_column,
            "CHANGE" => is_own && names_column,
            _ => false,
        }
    }

    /// Whether the next name is the table's, or none that can be read.
    fn is_next(&self, reader: &mut Reader<'_>) -> bool {
        let Some(Object { schema, name, .. }) = reader.object(ObjectKind::Table) else {
            return true;
        };
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        let (own, own_schema) = match self.table {
            [.., schema, name] => (name.as_str(), Some(schema.as_str())),
            [name] => (name.as_str(), None),
            [] => return true,
        };
        let is_elsewhere = schema
            .as_deref()
            .zip(own_schema)
            .is_some_and(|(schema, own_schema)| !same(schema, own_schema));
        // A third part is a name of its own.
        reader.symbol(".") || (same(&name, own) && !is_elsewhere)
    }

    /// Whether one of the names with commas between them is the table's.
    fn is_listed(&self, reader: &mut Reader<'_>) -> bool {
        reader.phrase(&["IF", "EXISTS"]);
        loop {
            if self.is_next(reader) {
                return true;
            }
            if !reader.symbol(",") {
                return false;
            }
        }
    }

    /// Whether the rest names the table anywhere.
    fn is_named(&self, reader: &mut Reader<'_>) -> bool {
        let Some(own) = self.table.last() else { return true };
        // Nothing but names can stand here, and SQLite takes a text for one.
        std::iter::from_fn(|| reader.take())
            .any(|token| token.kind == TokenKind::String || self.is(&token, own))
    }

    /// Whether a token is this name, or cannot be told from it.
    fn is(&self, token: &Token<'_>, name: &str) -> bool {
        match token.kind {
            TokenKind::Word | TokenKind::Name => {
                let own = token.name(self.dialect);
                own.is_none_or(|own| own.to_lowercase() == name.to_lowercase())
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
