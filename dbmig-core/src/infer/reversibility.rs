//! What a script that goes back does to the data.

use std::collections::HashMap;

use super::change::{Act, Alteration, Cascade, Change, How, Kind, Rows, Subject, Value, Write};
use super::name::{Name, column_key};
use super::scope::{NewColumn, Scope};
use crate::Dialect;
use crate::impact::{Loss, Losses, Reason, ReversalVerdict, Reversibility};

/// What one change does to the rows.
enum Finding {
    /// They are all still there.
    Keeps,
    Loses(Loss),
    Uncountable(String),
}

/// How many losses a reason names.
const NAMED: usize = 3;

/// The judgement, and the first change that certainly loses data.
pub(super) fn judge(dialect: Dialect, changes: &[Change]) -> (Reversibility, Option<Reason>) {
    let mut judge = Judge {
        scope: Scope::new(dialect, changes),
        tables: HashMap::new(),
        columns: HashMap::new(),
        names: Names::Clear,
        copies: Copies::None,
        number: 0,
    };
    let (mut losses, mut position) = (Vec::new(), None);
    let (mut uncountable, mut plain) = (None, None);
    for (number, change) in changes.iter().enumerate() {
        judge.number = number;
        match judge.act(&change.act) {
            Finding::Keeps => {}
            Finding::Loses(loss) => {
                position.get_or_insert(change.position);
                if judge.copies == Copies::None {
                    plain.get_or_insert_with(|| {
                        Reason::inferred(format!("drops the {loss}"), Some(change.position))
                    });
                }
                if !losses.contains(&loss) {
                    losses.push(loss);
                }
            }
            Finding::Uncountable(reason) => {
                uncountable.get_or_insert_with(|| Reason::inferred(reason, Some(change.position)));
            }
        }
    }
    let reversibility = match uncountable {
        Some(reason) => Reversibility { reversal: ReversalVerdict::Lossy(Losses::Unknown), reason },
        None if losses.is_empty() => {
            let reason = Reason::inferred("drops no table and no column", None);
            Reversibility { reversal: ReversalVerdict::Restores, reason }
        }
        None => {
            let reason = Reason::inferred(summary(&losses), position);
            Reversibility { reversal: ReversalVerdict::Lossy(Losses::Known(losses)), reason }
        }
    };
    (reversibility, plain)
}

fn summary(losses: &[Loss]) -> String {
    let named: Vec<_> = losses.iter().take(NAMED).map(|loss| format!("the {loss}")).collect();
    let more = match losses.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("drops {}{more}", named.join(", "))
}

/// Whether names still mean what they meant before the script.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Clear,
    Moved,
}

/// Whether something was filled before: maybe with what is dropped then.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copies {
    None,
    Some,
}

struct Judge {
    scope: Scope,
    /// How tables were called before, by how they are called now.
    tables: HashMap<Vec<String>, Name>,
    /// How columns were called before.
    columns: HashMap<(Vec<String>, String), String>,
    names: Names,
    copies: Copies,
    number: usize,
}

impl Judge {
    fn act(&mut self, act: &Act) -> Finding {
        match act {
            Act::MoveNames => {
                self.scope.forget();
                self.names = Names::Moved;
                Finding::Keeps
            }
            Act::MakeTable { how: How::Replace, table, .. } => {
                Finding::Uncountable(format!("may replace the table {table}"))
            }
            Act::MakeTable { table, how, .. } => {
                self.scope.make_table(table, *how);
                Finding::Keeps
            }
            Act::DropTable(table) => self.drop_table(table),
            Act::RenameTable { from, to } => self.rename_table(from, to),
            Act::AddColumn { table, column, how: How::New, traits } => {
                let new = NewColumn {
                    nullable: traits.nullable,
                    default: Value::Null,
                    kind: traits.kind.clone(),
                };
                self.scope.add_column(table, column, new);
                Finding::Keeps
            }
            Act::DropColumn { table, column } => self.drop_column(table, column),
            Act::RenameColumn { table, from, to } => self.rename_column(table, from, to),
            Act::AlterColumn { table, column, alteration } => {
                self.alter_column(table, column, alteration)
            }
            Act::Drop { kind, name, cascade, .. } => self.drop(*kind, name, *cascade),
            Act::Write { table, write } => self.write(table, write),
            Act::Call { function, .. } => {
                Finding::Uncountable(format!("calls {function}, and what that does is not known"))
            }
            Act::Other { table, what, rows: Rows::Uncountable, .. } => {
                let is_new = |table| self.scope.is_new_table(table);
                if table.as_ref().is_some_and(is_new) {
                    Finding::Keeps
                } else {
                    Finding::Uncountable(what.clone())
                }
            }
            Act::Touch { subject, what, rows: Rows::Uncountable, .. } => match subject {
                Subject::Relation(table) if self.scope.is_new_table(table) => Finding::Keeps,
                Subject::Relation(_) | Subject::Object(..) => Finding::Uncountable(what.clone()),
            },
            Act::NotUnderstood(what) => Finding::Uncountable(format!("not understood: {what}")),
            Act::Touch { rows: Rows::Kept, .. }
            | Act::RenameObject { .. }
            | Act::Charset { .. }
            | Act::Defer { .. }
            | Act::Nothing
            | Act::Harmless(_)
            | Act::AddColumn { .. }
            | Act::AddIndex { .. }
            | Act::Compute { .. }
            | Act::MakeTrigger { .. }
            | Act::AddConstraint { .. }
            | Act::Validate { .. }
            | Act::Attach { .. }
            | Act::ReplicaIdentity { .. }
            | Act::Publish { .. }
            | Act::Values { .. }
            | Act::AddValue { .. }
            | Act::Advance { .. }
            | Act::Make { .. }
            | Act::Other { .. } => Finding::Keeps,
        }
    }

    /// How the table was called before the script.
    fn before(&self, table: &Name) -> Name {
        self.tables.get(&table.key(self.scope.dialect)).unwrap_or(table).clone()
    }

    fn loses(&self, table: &Name, loss: Loss) -> Finding {
        if self.names == Names::Moved && table.0.len() == 1 {
            return Finding::Uncountable(format!(
                "drops the {loss}, and in which schema that is depends on the settings before"
            ));
        }
        Finding::Loses(loss)
    }

    fn drop_table(&mut self, table: &Name) -> Finding {
        let is_new = self.scope.is_new_table(table);
        self.scope.drop_table(table);
        if is_new {
            return Finding::Keeps;
        }
        let before = self.before(table);
        if self.scope.is_made_after(self.number, None, &before)
            || (before != *table && self.scope.is_new_table(&before))
        {
            return Finding::Uncountable(format!(
                "rebuilds the table {before}, and what of it is lost is not known"
            ));
        }
        self.loses(&before, Loss::Table(before.0.clone()))
    }

    fn rename_table(&mut self, from: &Name, to: &Name) -> Finding {
        if !self.scope.is_new_table(from) {
            let before = self.before(from);
            self.tables.remove(&from.key(self.scope.dialect));
            self.tables.insert(to.key(self.scope.dialect), before);
        }
        self.scope.rename_table(from, to);
        Finding::Keeps
    }

    fn key(&self, table: &Name, column: &str) -> (Vec<String>, String) {
        let dialect = self.scope.dialect;
        (self.before(table).key(dialect), column_key(dialect, column))
    }

    fn drop_column(&mut self, table: &Name, column: &str) -> Finding {
        let is_new = self.scope.drop_column(table, column).is_some();
        if is_new || self.scope.is_new_table(table) {
            return Finding::Keeps;
        }
        let before = self.before(table);
        let column = self.columns.get(&self.key(table, column)).map_or(column, String::as_str);
        let loss = Loss::Column { table: before.0.clone(), column: column.to_owned() };
        self.loses(&before, loss)
    }

    fn rename_column(&mut self, table: &Name, from: &str, to: &str) -> Finding {
        if let Some(new) = self.scope.drop_column(table, from) {
            self.scope.add_column(table, to, new);
        } else if !self.scope.is_new_table(table) {
            let before = self.columns.remove(&self.key(table, from));
            let before = before.unwrap_or_else(|| from.to_owned());
            let key = self.key(table, to);
            self.columns.insert(key, before);
        }
        Finding::Keeps
    }

    fn alter_column(&mut self, table: &Name, column: &str, alteration: &Alteration) -> Finding {
        let is_new = self.scope.column(table, column).is_some();
        match alteration {
            _ if is_new || self.scope.is_new_table(table) => Finding::Keeps,
            Alteration::Type { .. } | Alteration::Redefine { .. } => Finding::Uncountable(format!(
                "changes the type of {table}.{column}, and whether every value fits is not known"
            )),
            Alteration::SetNotNull
            | Alteration::DropNotNull
            | Alteration::SetDefault(_)
            | Alteration::Number
            | Alteration::DropDefault => Finding::Keeps,
        }
    }

    fn drop(&self, kind: Kind, name: &Name, cascade: Cascade) -> Finding {
        let word = kind.word();
        match (kind, cascade) {
            // MySQL's schema is a database, and PostgreSQL's goes without a word if it is empty.
            (Kind::Schema, Cascade::No) if self.scope.dialect == Dialect::Postgres => {
                Finding::Keeps
            }
            (Kind::Schema | Kind::Database, _) => {
                Finding::Uncountable(format!("drops the {word} {name} with all that is in it"))
            }
            // Columns of the type.
            (Kind::Type | Kind::Domain | Kind::Extension, Cascade::Yes) => {
                Finding::Uncountable(format!("drops the {word} {name} and what depends on it"))
            }
            // Whatever holds no rows; what depends on it goes only where it holds none either.
            (
                Kind::View
                | Kind::MaterializedView
                | Kind::Function
                | Kind::Procedure
                | Kind::Aggregate
                | Kind::Type
                | Kind::Domain
                | Kind::Sequence
                | Kind::Index
                | Kind::Constraint
                | Kind::ForeignKey
                | Kind::PrimaryKey
                | Kind::Trigger
                | Kind::Policy
                | Kind::Rule
                | Kind::Extension
                | Kind::Role
                | Kind::Collation
                | Kind::Operator
                | Kind::TextSearch
                | Kind::Statistics
                | Kind::Publication
                | Kind::Subscription
                | Kind::Event
                | Kind::Other,
                Cascade::No | Cascade::Yes,
            ) => Finding::Keeps,
        }
    }

    fn write(&mut self, table: &Name, write: &Write) -> Finding {
        if matches!(
            write,
            Write::Insert
                | Write::Rows(_)
                | Write::Placed(_)
                | Write::InsertOrUpdate
                | Write::Update(_)
        ) {
            self.copies = Copies::Some;
        }
        if self.scope.is_new_table(table) {
            return Finding::Keeps;
        }
        match write {
            Write::Insert | Write::Rows(_) | Write::Placed(_) => Finding::Keeps,
            Write::InsertOrUpdate => {
                Finding::Uncountable(format!("adds or changes rows of the table {table}"))
            }
            Write::Update(columns) => {
                let is_new = |column: &String| self.scope.column(table, column).is_some();
                if !columns.is_empty() && columns.iter().all(is_new) {
                    Finding::Keeps
                } else {
                    Finding::Uncountable(format!("changes rows of the table {table}"))
                }
            }
            Write::Delete => Finding::Uncountable(format!("deletes rows of the table {table}")),
            Write::Truncate => Finding::Uncountable(format!("empties the table {table}")),
        }
    }
}
