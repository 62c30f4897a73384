//! A new default of a column: the previous version writes it without knowing it.

use super::{Finding, Judge, plain, unclear};
use crate::infer::change::{Kind, Value};
use crate::infer::name::{Name, column_key};
use crate::infer::schema::Table;
use crate::infer::shape::Validity;
use crate::infer::{check, types};

impl Judge<'_, '_> {
    /// `SET DEFAULT`, also as a part of MySQL's `MODIFY`.
    pub(super) fn new_default(&self, table: &Name, column: &str, value: &Value) -> Finding {
        let name = format!("{table}.{column}");
        let what = format!("new default of {name}");
        let Some(known) = self.now.table(table) else {
            return unclear(format!("{what}, and whether a CHECK refuses it is not known"));
        };
        let Some(kind) = known.column(self.scope.dialect, column).map(|traits| &traits.kind) else {
            return unclear(format!("{what}, and whether a CHECK refuses it is not known"));
        };
        if let Value::Literal(value) = value
            && let Some(text) = check::text(value)
            && (self.is_later_value(known, column, kind, text) || self.is_later_in_type(kind, text))
        {
            return unclear(format!(
                "{what}: the previous version writes '{text}' then, which it cannot read"
            ));
        }
        if let Some(reason) = self.refuses(known, column, kind, value) {
            return unclear(format!("{what}, which {reason} may refuse"));
        }
        Finding::Adds(what)
    }

    /// `SET NOT NULL`: where a CHECK has refused NULL before, nothing is new.
    pub(super) fn set_not_null(&self, table: &Name, column: &str) -> Finding {
        let known = self.past.table(table);
        let checks = known.iter().flat_map(|known| &known.checks);
        let mut checks = checks.filter(|(_, own)| own.validity != Validity::NotEnforced);
        if checks.any(|(_, own)| check::refuses_null(self.scope.dialect, &own.expr, column)) {
            return Finding::Adds(format!(
                "NOT NULL on {table}.{column}, which a CHECK already enforced"
            ));
        }
        plain(format!("the column {table}.{column} becomes NOT NULL"))
    }

    /// Whether a value came later to the column's own enum, which MySQL writes in lower case here.
    pub(super) fn is_later_value(
        &self,
        table: &Table,
        column: &str,
        kind: &str,
        value: &str,
    ) -> bool {
        let is = |name: &str| column_key(self.scope.dialect, name);
        let value = &value.to_lowercase();
        let members = types::members(kind);
        if !members.is_empty() && !members.contains(value) {
            return true;
        }
        let own = |(of, later): &(String, String)| is(of) == is(column) && later == value;
        table.later_values.iter().any(own)
    }

    /// Whether a value came later to the type.
    pub(super) fn is_later_in_type(&self, kind: &str, value: &str) -> bool {
        let name = Name(kind.split('.').map(|part| part.trim_matches('"').to_owned()).collect());
        let known = self.now.enumeration(&name);
        known.is_some_and(|known| known.added.iter().any(|added| added == value))
            || self.now.is_doubtful_enumeration(&name)
    }

    /// What may refuse the value in a row that is new.
    fn refuses(&self, table: &Table, column: &str, kind: &str, value: &Value) -> Option<String> {
        let dialect = self.scope.dialect;
        let enforced = table.checks.iter().filter(|(_, own)| own.validity != Validity::NotEnforced);
        for (name, own) in enforced {
            let is_about = check::mentions(dialect, &own.expr, column, table.name.last());
            if is_about && !self.check_passes(&table.name, &own.expr, column, value) {
                let name = name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
                return Some(format!("the CHECK{name}"));
            }
        }
        let is = |name: &str| column_key(dialect, name) == column_key(dialect, column);
        if *value != Value::Fresh {
            let keys = table.primary_key.iter().map(|key| &key.columns);
            let mut keys = keys.chain(table.uniques.iter().map(|unique| &unique.columns));
            if keys.any(|key| key.iter().flatten().any(|name| is(name))) {
                return Some("a unique key".to_owned());
            }
        }
        if table.foreign_keys.iter().any(|(_, key)| key.columns.iter().any(|name| is(name))) {
            return Some("a foreign key".to_owned());
        }
        if self.now.has_object(Kind::Domain, &Name::single(kind)) {
            return Some("its domain".to_owned());
        }
        // What is not known of the table may be a check.
        (!table.is_complete()).then(|| "a CHECK that is not known".to_owned())
    }
}
