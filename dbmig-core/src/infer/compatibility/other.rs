//! Views, functions and other objects, and rows.

use super::{Finding, Judge, plain, unclear};
use crate::infer::body::view::Renewal;
use crate::infer::change::{How, Kind, Write};
use crate::infer::name::Name;
use crate::infer::schema::{IndexKind, Known};

/// What Diesel's own first migration makes.
const OF_DIESEL: [&str; 2] = ["diesel_manage_updated_at", "diesel_set_updated_at"];

/// Schemas whose objects no migration has made.
const OF_POSTGRES: [&str; 2] = ["pg_catalog", "information_schema"];

impl Judge<'_, '_> {
    pub(super) fn make(&mut self, kind: Kind, name: &Name, how: How) -> Finding {
        // What no earlier migration so much as mentions is not replaced.
        let has_text = matches!(kind, Kind::View | Kind::Function | Kind::Procedure);
        let own = name.0.len() < 2 || !OF_POSTGRES.contains(&name.0[0].as_str());
        let is_first = how == How::Replace && has_text && own && !self.past.mentions(name.last());
        let is_new = how == How::New || is_first || self.scope.is_new(kind, name);
        let of_diesel = kind == Kind::Function && OF_DIESEL.contains(&name.last());
        if is_new || of_diesel {
            self.scope.make(kind, name);
        }
        let renewed = self.renewed(kind, name);
        match &renewed {
            Some(Renewal::Same) => return Finding::Silent,
            Some(Renewal::Columns(_)) => {
                return Finding::Adds(format!("new columns of the {} {name}", kind.word()));
            }
            None => {}
        }
        if how == How::Replace && !is_new && !of_diesel {
            let word = kind.word();
            if kind == Kind::Function && self.is_function_renewed(name) {
                return Finding::Adds(format!(
                    "replaces the function {name}, which writes the time"
                ));
            }
            return unclear(format!(
                "may replace the {word} {name} by one that the previous version cannot use"
            ));
        }
        let is_sure = (how == How::New || is_first) && !of_diesel;
        let overloads = is_sure.then(|| self.overloads(kind, name)).flatten();
        overloads.unwrap_or_else(|| Finding::Adds(format!("new {} {name}", kind.word())))
    }

    pub(super) fn drop(&mut self, kind: Kind, name: &Name, table: Option<&Name>) -> Finding {
        if self.never_was(Some(kind), name) {
            return Finding::Silent;
        }
        let own = match (kind, table) {
            (Kind::Constraint | Kind::ForeignKey, Some(table)) => table.sibling(name.last()),
            _ => name.clone(),
        };
        let of_new_table = table.is_some_and(|table| self.scope.is_new_table(table));
        if self.scope.drop(kind, &own) || of_new_table {
            return Finding::Silent;
        }
        if self.is_of_rebuilt(kind, name) || self.is_of_identity(kind, name) {
            return Finding::Silent;
        }
        let word = kind.word();
        match kind {
            Kind::Index => self.drop_index(name, table),
            Kind::Constraint | Kind::ForeignKey | Kind::PrimaryKey => {
                self.drop_constraint(kind, name, table)
            }
            Kind::Trigger if self.is_trigger_renewed(name, table) => Finding::Silent,
            Kind::Trigger | Kind::Rule | Kind::Policy => {
                unclear(format!("drops the {word} {name}, on which the previous version may rely"))
            }
            Kind::View if self.is_renewed_later(name) => Finding::Silent,
            Kind::Function if self.is_routine_renewed_later(kind, name) => Finding::Silent,
            Kind::Function if self.is_spare(kind, name) => {
                Finding::Adds(format!("drops the function {name}, which only triggers can call"))
            }
            _ if self.scope.is_made_after(self.number, Some(kind), name) => unclear(format!(
                "replaces the {word} {name}, maybe by one that the previous version cannot use"
            )),
            _ => plain(format!("drops the {word} {name}")),
        }
    }

    fn drop_index(&self, name: &Name, table: Option<&Name>) -> Finding {
        match self.past.index(name, table) {
            Some(IndexKind::Plain) => Finding::Adds(format!("drops the index {name}")),
            Some(IndexKind::Unique) => plain(format!(
                "drops the unique index {name}, which ON CONFLICT and upserts may need"
            )),
            None => unclear(format!(
                "drops the index {name}, and whether it is unique, as ON CONFLICT and upserts need \
                 it, is not known"
            )),
        }
    }

    fn drop_constraint(&self, kind: Kind, name: &Name, table: Option<&Name>) -> Finding {
        let of = table.map_or_else(String::new, |table| format!(" of {table}"));
        let known = match (kind, table) {
            (Kind::Constraint | Kind::ForeignKey, Some(table)) => {
                self.past.constraint(table, name.last())
            }
            _ => None,
        };
        let what = format!("drops the {} {name}{of}", kind.word());
        match known {
            Some(Known::Check) => Finding::Adds(what),
            Some(Known::ForeignKey(key))
                if table.is_some_and(|table| self.is_made_again(table, key)) =>
            {
                Finding::Silent
            }
            // What it refused works from now on.
            Some(Known::ForeignKey(key)) if key.only_refuses() => Finding::Adds(what),
            Some(Known::Unique | Known::PrimaryKey | Known::ForeignKey(_)) | None => unclear(
                format!("{what}, on which the previous version may rely (upserts, cascades)"),
            ),
        }
    }

    pub(super) fn write(&mut self, table: &Name, write: &Write) -> Finding {
        let named = match write {
            Write::Placed(texts) => self.named(table, texts).map(Write::Rows),
            _ => None,
        };
        let write = named.as_ref().unwrap_or(write);
        self.fills(table, write);
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        match write {
            Write::Rows(columns) => self.rows(table, columns),
            Write::Insert | Write::Placed(_) => unclear(format!(
                "adds rows to the table {table}, which the previous version may not expect"
            )),
            Write::InsertOrUpdate => unclear(format!("adds or changes rows of the table {table}")),
            Write::Update(columns) => {
                let is_new = |column: &String| self.scope.column(table, column).is_some();
                if !columns.is_empty() && columns.iter().all(is_new) {
                    Finding::Silent
                } else {
                    unclear(format!("changes rows of the table {table}"))
                }
            }
            Write::Delete => plain(format!("deletes rows of the table {table}")),
            Write::Truncate => plain(format!("empties the table {table}")),
        }
    }

    pub(super) fn call(&mut self, function: &str, text: Option<&str>) -> Finding {
        let about_new = text.is_some_and(|text| self.is_about_new_table(function, text));
        let managed = text.filter(|_| function.eq_ignore_ascii_case("diesel_manage_updated_at"));
        if about_new {
            Finding::Silent
        } else if let Some(table) = managed {
            self.manage_updated_at(&Name(table.split('.').map(str::to_owned).collect()))
        } else {
            unclear(format!("calls {function}, and what that does is not known"))
        }
    }

    /// Diesel's trigger on a new table, or the sequence of one.
    fn is_about_new_table(&self, function: &str, text: &str) -> bool {
        let is_new = |name: &str| {
            self.scope.is_new_table(&Name(name.split('.').map(str::to_owned).collect()))
        };
        match function.to_ascii_lowercase().as_str() {
            "diesel_manage_updated_at" => is_new(text),
            // `setval('t_id_seq', 7)`, `setval(pg_get_serial_sequence('t', 'id'), 7)`
            "setval" => is_new(text) || text.match_indices('_').any(|(at, _)| is_new(&text[..at])),
            _ => false,
        }
    }
}
