//! What sqlparser does not know, told by its first words.

mod alter;
mod attribute;
mod create;
mod mysql;
mod publication;
mod rights;

use super::head;
use crate::Dialect;
use crate::infer::change::{Act, Certainty, Kind, Rows, Subject};
use crate::infer::name::Name;
use crate::infer::parse;
use crate::sql::Statement;
use crate::sql::reader::Reader;

/// What the statement does, where it is one of these.
pub(super) fn acts(statement: &Statement<'_>) -> Option<Vec<Act>> {
    let dialect = statement.dialect();
    let mut reader = Reader::new(statement);
    let one = |act: Option<Act>| act.map(|act| vec![act]);
    match dialect {
        Dialect::Postgres => match reader.one_of(&POSTGRES)? {
            "ALTER" => one(alter::altered(&mut reader)),
            "CREATE" => one(create::created(&mut reader)),
            "DROP" => create::dropped(&mut reader),
            "GRANT" => Some(vec![rights::granted(&mut reader)]),
            "REVOKE" => Some(rights::revoked(&mut reader)),
            "COMMENT" => Some(vec![Act::Nothing]),
            "SECURITY" => Some(vec![object(None, "changes a security label", Certainty::Unclear)]),
            "IMPORT" => Some(vec![Act::Harmless("new foreign tables".to_owned())]),
            _ => {
                let what = "gives what some role owns to another one";
                Some(vec![object(None, what, Certainty::Unclear)])
            }
        },
        Dialect::Mysql => match reader.one_of(&MYSQL)? {
            "ALTER" => one(mysql::altered(&mut reader)),
            "CREATE" => one(mysql::created(&mut reader)),
            "DROP" => mysql::dropped(&mut reader),
            "GRANT" => Some(vec![rights::granted(&mut reader)]),
            _ => Some(rights::revoked(&mut reader)),
        },
        Dialect::Sqlite => reader
            .phrase(&["CREATE", "VIRTUAL", "TABLE"])
            .then(|| one(create::virtual_table(&mut reader)))
            .flatten(),
    }
}

const POSTGRES: [&str; 9] =
    ["ALTER", "CREATE", "DROP", "GRANT", "REVOKE", "COMMENT", "SECURITY", "IMPORT", "REASSIGN"];

const MYSQL: [&str; 5] = ["ALTER", "CREATE", "DROP", "GRANT", "REVOKE"];

/// What MariaDB's `SET STATEMENT a = 1 FOR ..` runs.
pub(super) fn behind_settings<'t>(statement: &Statement<'t>) -> Option<Statement<'t>> {
    let mut reader = Reader::new(statement);
    let is_it = statement.dialect() == Dialect::Mysql && reader.phrase(&["SET", "STATEMENT"]);
    if !is_it || !reader.skip_to("FOR") {
        return None;
    }
    let start = reader.offset()?;
    let mut inner = statement.part(&statement.text[start..])?;
    inner.position = parse::behind(statement.position, &statement.text[..start]);
    Some(inner)
}

/// What is done to some object, or to what nobody can name.
fn object(subject: Option<Subject>, what: impl Into<String>, certainty: Certainty) -> Act {
    let (what, rows) = (what.into(), Rows::Kept);
    match subject {
        Some(subject) => Act::Touch { subject, what, certainty, rows },
        None => Act::Other { table: None, what, certainty, rows },
    }
}

fn unclear(kind: Kind, name: &Name, what: impl Into<String>) -> Act {
    object(Some(Subject::Object(kind, name.clone())), what, Certainty::Unclear)
}

fn plain(kind: Kind, name: &Name, what: impl Into<String>) -> Act {
    object(Some(Subject::Object(kind, name.clone())), what, Certainty::Plain)
}

/// Takes `IF EXISTS` and a name.
fn name(reader: &mut Reader<'_>) -> Option<Name> {
    reader.phrase(&["IF", "EXISTS"]);
    head::name(reader)
}
