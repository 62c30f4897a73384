//! What a script that goes back does to the data.

use std::collections::HashMap;

use super::change::{Act, Alteration, Cascade, Change, How, Kind, Rows, Subject, Value, Write};
use super::name::{Name, column_key};
use super::scope::{NewColumn, Scope};
use crate::Dialect;
use crate::outlook::{Backward, Ground, Loss, Losses, Reversal};

/// What one change does to the rows.
enum Verdict {
    /// They are all still there.
    Keeps,
    Loses(Loss),
    Uncountable(String),
}

/// How many losses a reason names.
const NAMED: usize = 3;

/// The judgement, and the first change that certainly loses data.
pub(super) fn judge(dialect: Dialect, changes: &[Change]) -> (Backward, Option<Ground>) {
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
            Verdict::Keeps => {}
            Verdict::Loses(loss) => {
                position.get_or_insert(change.position);
                if judge.copies == Copies::None {
                    plain.get_or_insert_with(|| {
                        Ground::inferred(format!("drops the {loss}"), Some(change.position))
                    });
                }
                if !losses.contains(&loss) {
                    losses.push(loss);
                }
            }
            Verdict::Uncountable(reason) => {
                uncountable.get_or_insert_with(|| Ground::inferred(reason, Some(change.position)));
            }
        }
    }
    let backward = match uncountable {
        Some(ground) => Backward { reversal: Reversal::Lossy(Losses::Unknown), ground },
        None if losses.is_empty() => {
            let ground = Ground::inferred("drops no table and no column", None);
            Backward { reversal: Reversal::Restores, ground }
        }
        None => {
            let ground = Ground::inferred(summary(&losses), position);
            Backward { reversal: Reversal::Lossy(Losses::Known(losses)), ground }
        }
    };
    (backward, plain)
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
    /// The same of columns.
    columns: HashMap<(Vec<String>, String), String>,
    names: Names,
    copies: Copies,
    number: usize,
}

impl Judge {
    fn act(&mut self, act: &Act) -> Verdict {
        match act {
            Act::MoveNames => {
                self.scope.forget();
                self.names = Names::Moved;
                Verdict::Keeps
            }
            Act::MakeTable { how: How::Replace, table, .. } => {
                Verdict::Uncountable(format!("may replace the table {table}"))
            }
            Act::MakeTable { table, how, .. } => {
                self.scope.make_table(table, *how);
                Verdict::Keeps
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
                Verdict::Keeps
            }
            Act::DropColumn { table, column } => self.drop_column(table, column),
            Act::RenameColumn { table, from, to } => self.rename_column(table, from, to),
            Act::AlterColumn { table, column, alteration } => {
                self.alter_column(table, column, alteration)
            }
            Act::Drop { kind, name, cascade, .. } => self.drop(*kind, name, *cascade),
            Act::Write { table, write } => self.write(table, write),
            Act::Call { function, .. } => {
                Verdict::Uncountable(format!("calls {function}, and what that does is not known"))
            }
            Act::Other { table, what, rows: Rows::Uncountable, .. } => {
                let is_new = |table| self.scope.is_new_table(table);
                if table.as_ref().is_some_and(is_new) {
                    Verdict::Keeps
                } else {
                    Verdict::Uncountable(what.clone())
                }
            }
            Act::Touch { subject, what, rows: Rows::Uncountable, .. } => match subject {
                Subject::Relation(table) if self.scope.is_new_table(table) => Verdict::Keeps,
                Subject::Relation(_) | Subject::Object(..) => Verdict::Uncountable(what.clone()),
            },
            Act::NotUnderstood(what) => Verdict::Uncountable(format!("not understood: {what}")),
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
            | Act::Other { .. } => Verdict::Keeps,
        }
    }

    /// How the table was called before the script.
    fn before(&self, table: &Name) -> Name {
        self.tables.get(&table.key(self.scope.dialect)).unwrap_or(table).clone()
    }

    fn loses(&self, table: &Name, loss: Loss) -> Verdict {
        if self.names == Names::Moved && table.0.len() == 1 {
            return Verdict::Uncountable(format!(
                "drops the {loss}, and in which schema that is depends on the settings before"
            ));
        }
        Verdict::Loses(loss)
    }

    fn drop_table(&mut self, table: &Name) -> Verdict {
        let is_new = self.scope.is_new_table(table);
        self.scope.drop_table(table);
        if is_new {
            return Verdict::Keeps;
        }
        let before = self.before(table);
        if self.scope.is_made_after(self.number, None, &before)
            || (before != *table && self.scope.is_new_table(&before))
        {
            return Verdict::Uncountable(format!(
                "rebuilds the table {before}, and what of it is lost is not known"
            ));
        }
        self.loses(&before, Loss::Table(before.0.clone()))
    }

    fn rename_table(&mut self, from: &Name, to: &Name) -> Verdict {
        if !self.scope.is_new_table(from) {
            let before = self.before(from);
            self.tables.remove(&from.key(self.scope.dialect));
            self.tables.insert(to.key(self.scope.dialect), before);
        }
        self.scope.rename_table(from, to);
        Verdict::Keeps
    }

    fn key(&self, table: &Name, column: &str) -> (Vec<String>, String) {
        let dialect = self.scope.dialect;
        (self.before(table).key(dialect), column_key(dialect, column))
    }

    fn drop_column(&mut self, table: &Name, column: &str) -> Verdict {
        let is_new = self.scope.drop_column(table, column).is_some();
        if is_new || self.scope.is_new_table(table) {
            return Verdict::Keeps;
        }
        let before = self.before(table);
        let column = self.columns.get(&self.key(table, column)).map_or(column, String::as_str);
        let loss = Loss::Column { table: before.0.clone(), column: column.to_owned() };
        self.loses(&before, loss)
    }

    fn rename_column(&mut self, table: &Name, from: &str, to: &str) -> Verdict {
        if let Some(new) = self.scope.drop_column(table, from) {
            self.scope.add_column(table, to, new);
        } else if !self.scope.is_new_table(table) {
            let before = self.columns.remove(&self.key(table, from));
            let before = before.unwrap_or_else(|| from.to_owned());
            let key = self.key(table, to);
            self.columns.insert(key, before);
        }
        Verdict::Keeps
    }

    fn alter_column(&mut self, table: &Name, column: &str, alteration: &Alteration) -> Verdict {
        let is_new = self.scope.column(table, column).is_some();
        match alteration {
            _ if is_new || self.scope.is_new_table(table) => Verdict::Keeps,
            Alteration::Type { .. } | Alteration::Redefine { .. } => Verdict::Uncountable(format!(
                "changes the type of {table}.{column}, and whether every value fits is not known"
            )),
            Alteration::SetNotNull
            | Alteration::DropNotNull
            | Alteration::SetDefault(_)
            | Alteration::Number
            | Alteration::DropDefault => Verdict::Keeps,
        }
    }

    fn drop(&self, kind: Kind, name: &Name, cascade: Cascade) -> Verdict {
        let word = kind.word();
        match (kind, cascade) {
            // MySQL's schema is a database, and PostgreSQL's goes without a word if it is empty.
            (Kind::Schema, Cascade::No) if self.scope.dialect == Dialect::Postgres => {
                Verdict::Keeps
            }
            (Kind::Schema | Kind::Database, _) => {
                Verdict::Uncountable(format!("drops the {word} {name} with all that is in it"))
            }
            // Columns of the type.
            (Kind::Type | Kind::Domain | Kind::Extension, Cascade::Yes) => {
                Verdict::Uncountable(format!("drops the {word} {name} and what depends on it"))
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
            ) => Verdict::Keeps,
        }
    }

    fn write(&mut self, table: &Name, write: &Write) -> Verdict {
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
            return Verdict::Keeps;
        }
        match write {
            Write::Insert | Write::Rows(_) | Write::Placed(_) => Verdict::Keeps,
            Write::InsertOrUpdate => {
                Verdict::Uncountable(format!("adds or changes rows of the table {table}"))
            }
            Write::Update(columns) => {
                let is_new = |column: &String| self.scope.column(table, column).is_some();
                if !columns.is_empty() && columns.iter().all(is_new) {
                    Verdict::Keeps
                } else {
                    Verdict::Uncountable(format!("changes rows of the table {table}"))
                }
            }
            Write::Delete => Verdict::Uncountable(format!("deletes rows of the table {table}")),
            Write::Truncate => Verdict::Uncountable(format!("empties the table {table}")),
        }
    }
}
