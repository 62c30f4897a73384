//! Rows of a script that point to rows which the previous version knows, and keep it from deleting
//! them.

use super::{Finding, Judge, unclear};
use crate::infer::change::{Literals, Write};
use crate::infer::name::{Name, column_key, same_column};
use crate::infer::schema::mentions;
use crate::infer::shape::{Action, ForeignKey};
use crate::sql::Position;

/// A table that the script writes to, to be looked at when all of it is read.
pub(super) struct Filling {
    table: Name,
    columns: Columns,
    position: Position,
}

/// What is written.
enum Columns {
    /// Any: the statement does not show it.
    Any,
    Named(Vec<String>),
    /// With all their values.
    Given(Vec<(String, Literals)>),
}

impl Judge<'_, '_> {
    pub(super) fn fills(&mut self, table: &Name, write: &Write) {
        let columns = match write {
            // Where one is there already, it is the previous version's.
            Write::Rows(columns) if self.spares_rows() => {
                Columns::Named(columns.iter().map(|(name, _)| name.clone()).collect())
            }
            Write::Rows(columns) => Columns::Given(columns.clone()),
            Write::Update(columns) if !columns.is_empty() => Columns::Named(columns.clone()),
            Write::Insert | Write::Placed(_) | Write::InsertOrUpdate | Write::Update(_) => {
                Columns::Any
            }
            Write::Delete | Write::Truncate => return,
        };
        self.fillings.push(Filling { table: table.clone(), columns, position: self.position });
    }

    /// `ON CONFLICT DO NOTHING`, `INSERT IGNORE`
    fn spares_rows(&self) -> bool {
        let step = self.steps.get(self.step);
        step.is_none_or(|it| mentions(it.text, "conflict") || mentions(it.text, "ignore"))
    }

    /// Whose rows cannot be deleted any more at the end of the script.
    pub(super) fn holding(&self) -> Vec<(Finding, Position)> {
        let held = self.fillings.iter().filter_map(|filling| {
            let target = self.held(filling)?;
            let why = unclear(format!(
                "rows of {} point to rows of {target}, which the previous version cannot delete or \
                 rename then: ON DELETE CASCADE ON UPDATE CASCADE lets it",
                filling.table
            ));
            Some((why, filling.position))
        });
        held.collect()
    }

    fn held(&self, filling: &Filling) -> Option<&Name> {
        let table = &filling.table;
        let keys = self.now.table(table)?.foreign_keys.iter().map(|(_, key)| key);
        let refuses = |action| matches!(action, Action::Nothing | Action::Restrict);
        let mut holding = keys.filter(|key| {
            (refuses(key.on_delete) || (refuses(key.on_update) && !self.is_numbered(key)))
                && !self.scope.is_new_table(&key.target)
                && self.writes_to(filling, key)
                && !self.is_own(filling, key)
                // A table that is made anew has held them before.
                && !(self.scope.is_new_table(table) && self.was_there(table, key))
        });
        holding.next().map(|key| &key.target)
    }

    /// Whether all rows point to ones that the script itself adds, so that nobody knows them.
    fn is_own(&self, filling: &Filling, key: &ForeignKey) -> bool {
        let dialect = self.scope.dialect;
        let ([column], Some(target)) = (&key.columns[..], self.target_column(key)) else {
            return false;
        };
        let values = |filling: &Filling, column: &str| match &filling.columns {
            Columns::Given(all) => {
                let mut own = all.iter().filter(|(name, _)| same_column(dialect, name, column));
                own.next().map(|(_, values)| values.clone()).unwrap_or_default()
            }
            Columns::Any | Columns::Named(_) => Literals::new(),
        };
        let is_target = |other: &&Filling| other.table.key(dialect) == key.target.key(dialect);
        let others = self.fillings.iter().filter(is_target);
        let added: Vec<_> = others.flat_map(|other| values(other, &target)).flatten().collect();
        let own = values(filling, column);
        let is_added = |value: &Option<String>| value.as_ref().is_some_and(|it| added.contains(it));
        !own.is_empty() && own.iter().all(is_added)
    }

    /// The only column that a key points to.
    fn target_column(&self, key: &ForeignKey) -> Option<String> {
        if let [only] = &key.target_columns[..] {
            return Some(only.clone());
        }
        let primary = self.now.table(&key.target)?.primary_key.as_ref()?;
        match &primary.columns[..] {
            [only] if key.target_columns.is_empty() => only.clone(),
            _ => None,
        }
    }

    /// Whether the database gives the key that it points to: such a one is not changed.
    pub(super) fn is_numbered(&self, key: &ForeignKey) -> bool {
        let Some(target) = self.now.table(&key.target) else { return false };
        let primary = target.primary_key.iter().flat_map(|own| own.columns.iter().flatten());
        let mut columns = match key.target_columns.is_empty() {
            true => primary.cloned().collect(),
            false => key.target_columns.clone(),
        }
        .into_iter();
        let (Some(only), None) = (columns.next(), columns.next()) else { return false };
        target.numbers(self.scope.dialect, &only)
    }

    fn writes_to(&self, filling: &Filling, key: &ForeignKey) -> bool {
        let dialect = self.scope.dialect;
        let same = |a: &String, b: &String| column_key(dialect, a) == column_key(dialect, b);
        match &filling.columns {
            Columns::Any => true,
            Columns::Named(names) => {
                names.iter().any(|name| key.columns.iter().any(|own| same(own, name)))
            }
            Columns::Given(all) => {
                all.iter().any(|(name, _)| key.columns.iter().any(|own| same(own, name)))
            }
        }
    }
}
