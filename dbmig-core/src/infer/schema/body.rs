//! What runs or is read when tables are: triggers, rules, routines and views, as their texts.

use std::sync::{Arc, OnceLock};

use super::Schema;
use super::layer::Slot;
use crate::Dialect;
use crate::infer::change::How;
use crate::infer::name::{Name, column_key};
use crate::infer::words::Words;
use crate::sql::Statement;
use crate::sql::object::ObjectKind;
use crate::sql::reader::Reader;

/// What has a text of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::infer) enum BodyKind {
    Trigger,
    Rule,
    /// A function, a procedure, an aggregate.
    Routine,
    View,
    MaterializedView,
}

/// One of them.
#[derive(Clone, Debug)]
pub(in crate::infer) struct Body<'t> {
    pub(in crate::infer) kind: BodyKind,
    pub(in crate::infer) name: Name,
    /// The table of a trigger or a rule.
    pub(in crate::infer) table: Option<Name>,
    /// The whole `CREATE`, for its tokens.
    pub(in crate::infer) statement: Statement<'t>,
    lower: String,
    /// Read when they are asked for: most bodies are not.
    words: OnceLock<Words>,
    opened: OnceLock<Words>,
}

impl<'t> Body<'t> {
    /// What the statement makes, if that has a body.
    pub(in crate::infer) fn of(statement: &Statement<'t>) -> Option<Self> {
        const BEFORE: usize = 12;
        if !statement.begins_with(&["CREATE"]) {
            return None;
        }
        let mut reader = Reader::new(statement);
        let mut view = BodyKind::View;
        let kind = std::iter::from_fn(|| reader.take()).take(BEFORE).find_map(|token| {
            match token.word().unwrap_or_default().to_ascii_uppercase().as_str() {
                "TRIGGER" => Some(Some(BodyKind::Trigger)),
                "RULE" => Some(Some(BodyKind::Rule)),
                "FUNCTION" | "PROCEDURE" | "AGGREGATE" => Some(Some(BodyKind::Routine)),
                "MATERIALIZED" => {
                    view = BodyKind::MaterializedView;
                    None
                }
                "VIEW" => Some(Some(view)),
                // Whatever is called so behind it is a part of this.
                "TABLE" | "INDEX" | "TYPE" | "ON" | "AS" | "SEQUENCE" | "SCHEMA" => Some(None),
                _ => None,
            }
        });
        let kind = kind??;
        reader.phrase(&["IF", "NOT", "EXISTS"]);
        let name = name(&mut reader)?;
        let table = match kind {
            BodyKind::Trigger => reader.skip_to("ON").then(|| self::name(&mut reader)).flatten(),
            BodyKind::Rule => reader.skip_to("TO").then(|| self::name(&mut reader)).flatten(),
            BodyKind::Routine | BodyKind::View | BodyKind::MaterializedView => None,
        };
        let lower = statement.text.to_lowercase();
        let (words, opened) = (OnceLock::new(), OnceLock::new());
        Some(Self { kind, name, table, statement: statement.clone(), lower, words, opened })
    }

    /// Whether its text mentions the name anywhere, in any case: if not, it has nothing to do with
    /// it.
    pub(in crate::infer) fn mentions(&self, name: &str) -> bool {
        self.lower.contains(&name.to_lowercase())
    }

    /// Its words.
    pub(in crate::infer) fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(&self.statement))
    }

    /// Its words with those of the strings in it.
    pub(in crate::infer) fn opened(&self) -> &Words {
        self.opened.get_or_init(|| Words::opened(&self.statement))
    }

    /// What is between the parentheses behind a routine's name, in lower case, one space between
    /// any two tokens.
    pub(in crate::infer) fn signature(&self) -> String {
        let mut depth = 0_usize;
        let mut parts = Vec::new();
        for token in self.statement.tokens() {
            if token.is(")") {
                depth -= usize::from(depth > 0);
                if depth == 0 {
                    break;
                }
            }
            if depth > 0 {
                parts.push(token.text.to_lowercase());
            }
            depth += usize::from(token.is("("));
        }
        parts.join(" ")
    }

    pub(super) fn key(&self, dialect: Dialect) -> (BodyKind, Vec<String>) {
        let key = match (self.kind, &self.table) {
            (BodyKind::Routine, _) => vec![column_key(dialect, self.name.last())],
            // Each table has its own names for them.
            (BodyKind::Trigger | BodyKind::Rule, Some(table)) if dialect == Dialect::Postgres => {
                [table.key(dialect), vec![self.name.last().to_owned()]].concat()
            }
            _ => self.name.key(dialect),
        };
        (self.kind, key)
    }
}

fn name(reader: &mut Reader<'_>) -> Option<Name> {
    let object = reader.object(ObjectKind::Table)?;
    Some(Name(object.schema.into_iter().chain([object.name]).collect()))
}

impl<'t> Schema<'_, 't> {
    pub(super) fn add_body(&mut self, body: Arc<Body<'t>>, how: How) {
        let key = body.key(self.dialect);
        let known = self.bodies.there(self.base.map(|base| &base.bodies), &key);
        let mut all = match (how, body.kind) {
            // Several routines may share a name; and what is there may stay.
            (How::Replace, BodyKind::Routine) | (How::IfAbsent, _) => {
                known.cloned().unwrap_or_default()
            }
            (How::New, BodyKind::Routine) => known.cloned().unwrap_or_default(),
            (How::New | How::Replace, _) => Vec::new(),
        };
        all.retain(|one| how != How::Replace || one.signature() != body.signature());
        all.push(body);
        self.bodies.set(key, Slot::There(all));
    }

    /// Of several with the name, nobody looks which one is meant: all stay.
    pub(super) fn drop_body(&mut self, kind: BodyKind, name: &Name, table: Option<&Name>) {
        let dialect = self.dialect;
        let key = match (kind, table) {
            (BodyKind::Routine, _) => self.routine_key(name),
            (BodyKind::Trigger | BodyKind::Rule, Some(table)) if dialect == Dialect::Postgres => {
                [table.key(dialect), vec![name.last().to_owned()]].concat()
            }
            _ => name.key(dialect),
        };
        let base = self.base.map(|base| &base.bodies);
        let known = self.bodies.there(base, &(kind, key.clone())).map_or(0, Vec::len);
        if known <= 1 {
            self.bodies.set((kind, key), Slot::Gone);
        }
    }

    /// With their table, its triggers and rules go.
    pub(super) fn drop_bodies_of(&mut self, table: &[String]) {
        let dialect = self.dialect;
        let of = |_: &_, bodies: &Vec<Arc<Body<'_>>>| {
            let mut tables = bodies.iter().filter_map(|body| body.table.as_ref());
            tables.any(|name| name.key(dialect) == table)
        };
        for key in self.bodies.keys_where(self.base.map(|base| &base.bodies), of) {
            self.bodies.set(key, Slot::Gone);
        }
    }

    /// With their table, they get another name.
    pub(super) fn move_bodies(&mut self, table: &[String], to: &Name) {
        let dialect = self.dialect;
        let is =
            |body: &Body<'_>| body.table.as_ref().is_some_and(|name| name.key(dialect) == table);
        let of = |_: &_, bodies: &Vec<Arc<Body<'_>>>| bodies.iter().any(|body| is(body));
        for key in self.bodies.keys_where(self.base.map(|base| &base.bodies), of) {
            let base = self.base.map(|base| &base.bodies);
            let mut bodies = self.bodies.there(base, &key).cloned().unwrap_or_default();
            self.bodies.set(key, Slot::Gone);
            bodies
                .iter_mut()
                .filter(|body| is(body))
                .for_each(|body| Arc::make_mut(body).table = Some(to.clone()));
            bodies.into_iter().for_each(|body| self.add_body(body, How::IfAbsent));
        }
    }
}
