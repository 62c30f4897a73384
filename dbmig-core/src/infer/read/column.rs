//! Definitions of columns, and constraints.

use sqlparser::ast::{
    self, ColumnDef, ColumnOption, ConstraintCharacteristics, DataType, DeferrableInitial, Expr,
    ForeignKeyConstraint, FunctionArg, FunctionArgExpr, FunctionArguments, GeneratedAs, Ident,
    IndexColumn, NullsDistinctOption, ReferentialAction, TableConstraint, UniqueConstraint,
};

use crate::Dialect;
use crate::infer::change::{
    Computed, Constraint, Extent, Nullable, Nulls, Numbering, Primary, Traits, Uniqueness, Value,
};
use crate::infer::formula::Formula;
use crate::infer::name::{Name, folded};
use crate::infer::parse;
use crate::infer::shape::{Action, Check, ForeignKey, Timing, Validity};

/// Functions that give another value for each row.
const FRESH: [&str; 7] = [
    "gen_random_uuid",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
    "uuid_generate_v7",
    "nextval",
    "uuid",
];

pub(super) fn traits(dialect: Dialect, column: &mut ColumnDef) -> Traits {
    let options = column.options.iter_mut().map(|option| &mut option.option);
    of(dialect, &column.name, &column.data_type, options)
}

pub(super) fn of<'a>(
    dialect: Dialect,
    name: &Ident,
    kind: &DataType,
    options: impl IntoIterator<Item = &'a mut ColumnOption>,
) -> Traits {
    let mut traits = Traits { kind: type_text(kind), ..Traits::default() };
    if dialect == Dialect::Postgres && is_serial(&traits.kind) {
        (traits.nullable, traits.default) = (Nullable::No, Value::Fresh);
        traits.numbering = Numbering::Sequence;
    }
    let own = |nulls| {
        let columns = vec![Some(folded(dialect, name))];
        Uniqueness::Unique { columns, nulls, extent: Extent::All }
    };
    for option in options {
        traits.said.push(option.to_string());
        match option {
            ColumnOption::NotNull => traits.nullable = Nullable::No,
            ColumnOption::Default(value) => {
                traits.default = default(value);
                traits.numbering = numbering(value);
            }
            ColumnOption::PrimaryKey(_) => {
                traits.nullable = Nullable::No;
                traits.primary = Primary::Yes;
                traits.unique = Some(own(Nulls::Distinct));
            }
            ColumnOption::Unique(unique) => traits.unique = Some(own(nulls(unique))),
            ColumnOption::ForeignKey(key) => {
                let mut key = foreign_key(dialect, key);
                key.columns = vec![folded(dialect, name)];
                traits.references = Some(key);
            }
            ColumnOption::Check(check) => traits.checks.push(Formula::take(&mut check.expr)),
            ColumnOption::Generated { generated_as, generation_expr, .. } => {
                traits.generated = generation_expr.as_mut().map(Formula::take);
                traits.default = match (generated_as, &traits.generated) {
                    (GeneratedAs::Always | GeneratedAs::ByDefault, None) => {
                        traits.nullable = Nullable::No;
                        traits.numbering = Numbering::Sequence;
                        Value::Fresh
                    }
                    _ => Value::Computed(Computed::Generated),
                };
            }
            ColumnOption::DialectSpecific(tokens) => {
                let is = |word: &str| {
                    tokens.iter().any(|token| token.to_string().eq_ignore_ascii_case(word))
                };
                if is("AUTO_INCREMENT") || is("AUTOINCREMENT") {
                    traits.default = Value::Fresh;
                }
            }
            // Who says a type again must say these again, too.
            ColumnOption::CharacterSet(_)
            | ColumnOption::Collation(_)
            | ColumnOption::OnUpdate(_) => {
                traits.kind = format!("{} {}", traits.kind, option.to_string().to_lowercase());
            }
            _ => {}
        }
    }
    traits
}

fn is_serial(kind: &str) -> bool {
    let serials = ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"];
    serials.contains(&kind)
}

/// The type, as it can be compared.
pub(super) fn type_text(kind: &DataType) -> String {
    parse::parted(kind.to_string().to_lowercase())
}

/// What a default gives.
pub(super) fn default(value: &Expr) -> Value {
    match value {
        Expr::Value(value) => match &value.value {
            ast::Value::Null => Value::Null,
            literal => Value::Literal(literal.clone()),
        },
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => default(inner),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let name = name.rsplit('.').next().unwrap_or_default();
            if FRESH.contains(&name) { Value::Fresh } else { Value::Computed(Computed::Default) }
        }
        _ => Value::Computed(Computed::Default),
    }
}

/// Whether a default counts: `nextval('t_id_seq')`
pub(super) fn numbering(default: &Expr) -> Numbering {
    match default {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => numbering(inner),
        Expr::Function(function) if last_is(&function.name.to_string(), "nextval") => {
            Numbering::Sequence
        }
        _ => Numbering::None,
    }
}

fn last_is(name: &str, last: &str) -> bool {
    name.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case(last))
}

/// A key that refers to another table. A name without parts that are none is always one.
fn foreign_key(dialect: Dialect, key: &ForeignKeyConstraint) -> ForeignKey {
    let columns = |columns: &[Ident]| columns.iter().map(|one| folded(dialect, one)).collect();
    let target = Name::of(dialect, &key.foreign_table);
    ForeignKey {
        columns: columns(&key.columns),
        target: target.unwrap_or_else(|| Name::single(key.foreign_table.to_string())),
        target_columns: columns(&key.referred_columns),
        on_delete: action(key.on_delete),
        on_update: action(key.on_update),
        timing: timing(key.characteristics.as_ref()),
    }
}

fn timing(characteristics: Option<&ConstraintCharacteristics>) -> Timing {
    let deferrable = characteristics.and_then(|own| own.deferrable) == Some(true);
    match characteristics.and_then(|own| own.initially) {
        Some(DeferrableInitial::Deferred) => Timing::Deferred,
        Some(DeferrableInitial::Immediate) | None if deferrable => Timing::Deferrable,
        Some(DeferrableInitial::Immediate) | None => Timing::Immediate,
    }
}

const fn action(action: Option<ReferentialAction>) -> Action {
    match action {
        None | Some(ReferentialAction::NoAction) => Action::Nothing,
        Some(ReferentialAction::Restrict) => Action::Restrict,
        Some(ReferentialAction::Cascade) => Action::Cascade,
        Some(ReferentialAction::SetNull) => Action::SetNull,
        Some(ReferentialAction::SetDefault) => Action::SetDefault,
    }
}

fn nulls(unique: &UniqueConstraint) -> Nulls {
    match unique.nulls_distinct {
        NullsDistinctOption::NotDistinct => Nulls::Same,
        NullsDistinctOption::None | NullsDistinctOption::Distinct => Nulls::Distinct,
    }
}

/// The columns of an index, or nothing for an expression.
pub(super) fn keys(dialect: Dialect, columns: &[IndexColumn]) -> Vec<Option<String>> {
    columns.iter().map(|column| key(dialect, &column.column.expr)).collect()
}

/// What an index computes, other than the columns themselves.
pub(super) fn computed(dialect: Dialect, columns: &mut [IndexColumn]) -> Vec<Formula> {
    let all = columns.iter_mut().map(|column| &mut column.column.expr);
    all.filter(|expr| !is_column(dialect, expr)).map(Formula::take).collect()
}

fn is_column(dialect: Dialect, expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(_) => true,
        Expr::Collate { expr, .. } => is_column(dialect, expr),
        // MySQL's prefix of a column, `name(10)`, looks like a call of it.
        Expr::Function(function) if dialect == Dialect::Mysql => {
            let FunctionArguments::List(list) = &function.args else { return false };
            list.args.iter().all(|arg| {
                matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(_))))
            })
        }
        _ => false,
    }
}

fn key(dialect: Dialect, expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) => Some(folded(dialect, ident)),
        Expr::Collate { expr, .. } => key(dialect, expr),
        _ => None,
    }
}

/// A constraint that a table gets, and its name; none for a mere index.
pub(super) fn constraint(
    dialect: Dialect,
    constraint: &mut TableConstraint,
) -> Option<(Option<String>, Constraint)> {
    let named = |name: &Option<Ident>| name.as_ref().map(|name| folded(dialect, name));
    Some(match constraint {
        TableConstraint::Unique(unique) => {
            let columns = keys(dialect, &unique.columns);
            let name = named(&unique.name).or_else(|| named(&unique.index_name));
            let (nulls, extent) = (nulls(unique), Extent::All);
            let unique = Uniqueness::Unique { columns, nulls, extent };
            (name, Constraint::Unique(unique))
        }
        TableConstraint::PrimaryKey(key) => {
            (named(&key.name), Constraint::PrimaryKey(keys(dialect, &key.columns)))
        }
        TableConstraint::PrimaryKeyUsingIndex(key) => {
            (named(&key.name), Constraint::PrimaryKey(vec![None]))
        }
        TableConstraint::ForeignKey(key) => {
            (named(&key.name), Constraint::ForeignKey(foreign_key(dialect, key)))
        }
        TableConstraint::Check(check) => (
            named(&check.name),
            Constraint::Check(condition(check.enforced, Formula::take(&mut check.expr))),
        ),
        TableConstraint::UniqueUsingIndex(key) => (named(&key.name), Constraint::UniqueUsingIndex),
        TableConstraint::Exclude(exclude) => (named(&exclude.name), Constraint::Exclude),
        TableConstraint::Index(_) | TableConstraint::FulltextOrSpatial(_) => return None,
    })
}

/// A `CHECK`, as it is where nobody says `NOT VALID`.
pub(super) fn condition(enforced: Option<bool>, expr: Formula) -> Check {
    let validity = match enforced {
        Some(false) => Validity::NotEnforced,
        Some(true) | None => Validity::Valid,
    };
    Check { expr, validity }
}

/// Whether a constraint refuses anything.
pub(super) fn is_enforced(constraint: &TableConstraint) -> bool {
    let enforced = match constraint {
        TableConstraint::Check(check) => check.enforced,
        TableConstraint::ForeignKey(key) => {
            key.characteristics.as_ref().and_then(|characteristics| characteristics.enforced)
        }
        _ => None,
    };
    enforced != Some(false)
}

/// The name of a mere index.
pub(super) fn index_name(dialect: Dialect, constraint: &TableConstraint) -> Option<String> {
    let name = match constraint {
        TableConstraint::Index(index) => index.name.as_ref(),
        TableConstraint::FulltextOrSpatial(index) => index.opt_index_name.as_ref(),
        _ => None,
    };
    name.map(|name| folded(dialect, name))
}
