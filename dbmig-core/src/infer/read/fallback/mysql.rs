//! What MySQL and MariaDB alter, make and drop beside tables, word by word.

use super::{create, head, name, object, unclear};
use crate::infer::change::{Act, Certainty, How, Kind};
use crate::infer::name::Name;
use crate::sql::reader::Reader;

/// What it does; nothing where sqlparser knows better.
pub(super) fn altered(reader: &mut Reader<'_>) -> Option<Act> {
    // `DEFINER = 'a'@'b'` stands before the kind.
    let kinds = ["DATABASE", "SCHEMA", "EVENT", "PROCEDURE", "FUNCTION", "SEQUENCE", "USER"];
    let kind = match reader.one_of(&kinds) {
        Some(kind) => kind,
        None if reader.word("DEFINER") && reader.skip_to("EVENT") => "EVENT",
        None => return None,
    };
    match kind {
        "DATABASE" | "SCHEMA" => Some(database(reader)),
        "EVENT" => of(reader, Kind::Event),
        "PROCEDURE" => of(reader, Kind::Procedure),
        "FUNCTION" => of(reader, Kind::Function),
        "SEQUENCE" => of(reader, Kind::Sequence),
        _ => {
            let what = "changes an account, which may be the previous version's";
            Some(object(None, what, Certainty::Unclear))
        }
    }
}

fn of(reader: &mut Reader<'_>, kind: Kind) -> Option<Act> {
    let name = name(reader)?;
    Some(unclear(kind, &name, format!("changes the {} {name}", kind.word())))
}

/// The character set of a database is that of tables which are made later.
fn database(reader: &mut Reader<'_>) -> Act {
    let options = ["DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "COMMENT"];
    if !reader.any(&options) {
        reader.name();
        if !reader.any(&options) {
            return object(None, "changes the database", Certainty::Unclear);
        }
    }
    if reader.rest_mentions(&["READ", "ENCRYPTION", "UPGRADE"]) {
        return object(None, "changes the database", Certainty::Unclear);
    }
    Act::Harmless("new character set of the tables that are made later".to_owned())
}

/// MariaDB's `OR REPLACE`, which sqlparser does not know here.
pub(super) fn created(reader: &mut Reader<'_>) -> Option<Act> {
    let how = if reader.phrase(&["OR", "REPLACE"]) { How::Replace } else { How::New };
    reader.word("SEQUENCE").then_some(())?;
    let how = if reader.phrase(&["IF", "NOT", "EXISTS"]) { How::IfAbsent } else { how };
    Some(Act::Make { kind: Kind::Sequence, name: head::name(reader)?, how })
}

pub(super) fn dropped(reader: &mut Reader<'_>) -> Option<Vec<Act>> {
    reader.word("EVENT").then_some(())?;
    let event: Name = name(reader)?;
    Some(vec![create::gone(Kind::Event, &event, "which the previous version may count on")])
}
