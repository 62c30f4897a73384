//! Columns that PostgreSQL numbers: `GENERATED .. AS IDENTITY`.

use super::Part;
use crate::infer::change::{Act, Alteration, Value};

/// `ADD GENERATED ..`
pub(super) fn added(part: &mut Part<'_, '_>, column: String) -> Option<Act> {
    if part.reader.phrase(&["BY", "DEFAULT"]) {
        let others = ["INCREMENT", "MINVALUE", "MAXVALUE", "CYCLE", "SEQUENCE"];
        let counts_otherwise = others.iter().any(|word| part.reader.clone().skip_to(word));
        let alteration = if counts_otherwise {
            Alteration::SetDefault(Value::Fresh)
        } else {
            Alteration::Number
        };
        let table = part.table.clone();
        return Some(Act::AlterColumn { table, column, alteration });
    }
    part.reader.word("ALWAYS").then(|| always(part, &format!("{}.{column}", part.table)))
}

fn always(part: &Part<'_, '_>, column: &str) -> Act {
    part.plain(format!("the column {column} refuses explicit values (GENERATED ALWAYS)"))
}

/// `SET GENERATED ..`, `SET INCREMENT 10`, `RESTART WITH 100`, several of them in a row.
pub(super) fn changed(part: &mut Part<'_, '_>, column: &str) -> Option<Act> {
    let mut found = None;
    while !part.reader.is_at_end() {
        if part.reader.word("RESTART") {
            let what = format!("{column} may get numbers that are taken (RESTART)");
            return Some(part.unclear(what));
        }
        part.reader.word("SET").then_some(())?;
        if part.reader.phrase(&["GENERATED", "ALWAYS"]) {
            return Some(always(part, column));
        }
        let harmless = part.reader.phrase(&["GENERATED", "BY", "DEFAULT"])
            || part.reader.phrase(&["NO", "MAXVALUE"])
            || (part.reader.any(&["CACHE", "START"]) && number(part));
        if !harmless {
            let numbering = ["INCREMENT", "MINVALUE", "MAXVALUE", "NO", "CYCLE"];
            part.reader.any(&numbering).then_some(())?;
            return Some(part.unclear(format!("changes which numbers {column} gets")));
        }
        found = Some(Act::Nothing);
    }
    found
}

fn number(part: &mut Part<'_, '_>) -> bool {
    part.reader.word("WITH");
    part.reader.symbol("-");
    part.reader.skip();
    true
}
