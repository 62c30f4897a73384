//! From what is known before a statement to what is known after it.

use super::body::BodyKind;
use super::layer::Slot;
use super::table::Table;
use super::{Enumeration, Existence, Key, Schema, words};
use crate::infer::change::{Act, Cascade, Change, How, Kind};
use crate::infer::name::Name;
use crate::infer::shape::{Bounds, Parent, Shape};
use crate::infer::step::{Absence, Step, moves_names};
use crate::sql::kind;

impl<'t> Schema<'_, 't> {
    /// A whole script, after which the next one begins.
    pub(in crate::infer) fn fold(&mut self, steps: &[Step<'t>]) {
        self.enter(steps);
        if !moves_names(steps) {
            for step in steps {
                step.changes.iter().for_each(|change| self.heed(step, change));
                self.keep_body(step);
            }
        }
        steps.iter().for_each(|step| self.words.add(&step.words));
    }

    /// A whole script that was folded already, into a schema on top of this one.
    pub(in crate::infer) fn take_over(&mut self, steps: &[Step<'t>], top: Schema<'_, 't>) {
        if moves_names(steps) {
            return self.fold(steps);
        }
        self.tables.take_over(top.tables);
        self.bodies.take_over(top.bodies);
        self.enumerations.take_over(top.enumerations);
        self.objects.take_over(top.objects);
        self.doubted.take_over(top.doubted);
        for (word, keys) in top.homes {
            let homes = self.homes.entry(word).or_default();
            // What is on top knows which of them are here already.
            homes.extend(keys);
        }
        steps.iter().for_each(|step| self.words.add(&step.words));
    }

    /// Before the first statement of a script: where names are moved, what it mentions is not what
    /// is known under that name.
    pub(in crate::infer) fn enter(&mut self, steps: &[Step<'t>]) {
        if moves_names(steps) {
            for step in steps {
                self.doubt(step.text);
                let body = step.body.clone();
                body.into_iter().for_each(|body| self.add_body(body, How::New));
            }
        }
    }

    /// Behind the changes of a statement: what it makes that has a text.
    pub(in crate::infer) fn keep_body(&mut self, step: &Step<'t>) {
        let Some(body) = step.body.clone() else { return };
        let how = step.changes.iter().find_map(|change| match change.act {
            Act::Make { how, .. } => Some(how),
            _ => None,
        });
        self.add_body(body, how.unwrap_or(How::New));
    }

    /// One change of a statement.
    pub(in crate::infer) fn heed(&mut self, step: &Step<'t>, change: &Change) {
        match &change.act {
            Act::MakeTable { table, how, shape } => {
                if step.statement.as_ref().is_some_and(kind::makes_temporary) {
                    let key = table.key(self.dialect);
                    self.tables.set(key, Slot::Unknown);
                } else {
                    self.make_table(table, *how, shape.as_deref());
                }
            }
            Act::DropTable(table) => self.drop_table(table),
            Act::RenameTable { from, to } => self.rename_table(from, to),
            Act::NotUnderstood(_) | Act::Call { .. } => self.doubt(step.text),
            Act::Other { table, .. } => self.other(step, table.as_ref()),
            Act::Touch { .. } => self.other(step, None),
            Act::RenameObject { kind: Kind::Index, from, to, table } => {
                self.rename_index(from, to.last(), table.as_ref());
            }
            Act::RenameObject { kind, from, to, .. } => {
                self.other(step, None);
                self.objects.set((*kind, from.key(self.dialect)), Slot::Gone);
                self.objects.set((*kind, to.key(self.dialect)), Slot::There(()));
            }
            Act::Charset { table } => {
                let own = table.key(self.dialect);
                if self.table_of(&own).is_some() {
                    self.edit(table, Table::keep_charset);
                }
            }
            Act::Values { enumeration, values } => {
                let (values, added) = (values.clone(), Vec::new());
                let key = enumeration.key(self.dialect);
                self.enumerations.set(key, Slot::There(Enumeration { values, added }));
            }
            Act::AddValue { enumeration, value } => self.add_value(enumeration, value),
            Act::Make { kind, name, .. } => {
                let key = (*kind, name.key(self.dialect));
                self.objects.set(key, Slot::There(()));
            }
            Act::Publish { publication, .. } => {
                let key = (Kind::Other, publication.key(self.dialect));
                self.objects.set(key, Slot::There(()));
            }
            Act::Drop { kind, name, table, cascade } => {
                self.drop(*kind, name, table.as_ref(), (*cascade, step.absence));
            }
            Act::Nothing
            | Act::Harmless(_)
            | Act::MoveNames
            | Act::Advance { .. }
            | Act::Write { .. }
            | Act::Compute { .. }
            | Act::MakeTrigger { .. } => {}
            Act::AddColumn { table, column, how, traits } => {
                self.add_column(table, column, *how, traits);
            }
            Act::DropColumn { table, column } => {
                let dialect = self.dialect;
                self.edit(table, |table| table.drop_column(dialect, column));
            }
            Act::RenameColumn { table, from, to } => self.rename_column(table, from, to),
            Act::AlterColumn { table, column, alteration } => {
                self.alter_column(table, column, alteration);
            }
            Act::AddIndex { table, index, how, uniqueness } => {
                self.add_index(table, index.as_ref(), *how, uniqueness);
            }
            Act::AddConstraint { table, name, constraint } => {
                self.add_constraint(table, name.clone(), constraint);
            }
            Act::Validate { table, constraint } => {
                let dialect = self.dialect;
                self.edit(table, |table| table.validate(dialect, constraint));
            }
            Act::ReplicaIdentity { table, identity } => {
                self.edit(table, |table| table.identity = identity.clone());
            }
            Act::Defer { table, constraint, timing } => {
                let dialect = self.dialect;
                if self.constraint(table, constraint).is_some() {
                    self.edit(table, |table| table.defer(dialect, constraint, *timing));
                }
            }
            Act::Attach { table, partition, bounds } => {
                self.attach(table, *bounds);
                let parent = Parent::Partition(table.clone(), *bounds);
                self.edit(partition, |partition| partition.parent = parent);
            }
        }
    }

    /// Changes what is known of a table, or begins to know something.
    pub(super) fn edit(&mut self, table: &Name, edit: impl FnOnce(&mut Table)) {
        let key = table.key(self.dialect);
        let known = self.tables.take(self.base.map(|base| &base.tables), &key);
        let before = known.as_ref().map_or(0, |known| known.names().count());
        let mut known = known.unwrap_or_else(|| Table::partly_known(table));
        edit(&mut known);
        if known.names().count() > before {
            self.put(key, known);
        } else {
            self.tables.set(key, Slot::There(known));
        }
    }

    /// With names that were not in it before.
    pub(super) fn put(&mut self, key: Key, table: Table) {
        for word in table.names().flat_map(words::split) {
            let word = words::lower_case(word);
            let is_in = |schema: &Schema<'_, '_>| {
                schema.homes.get(&*word).is_some_and(|homes| homes.contains(&key))
            };
            if !is_in(self) && !self.base.is_some_and(is_in) {
                self.homes.entry(word.into_owned()).or_default().push(key.clone());
            }
        }
        self.tables.set(key, Slot::There(table));
    }

    fn make_table(&mut self, table: &Name, how: How, shape: Option<&Shape>) {
        match (how, self.existence(table)) {
            (How::IfAbsent, Existence::There) => return,
            (How::IfAbsent, Existence::Unknown) => {
                return self.tables.set(table.key(self.dialect), Slot::Unknown);
            }
            (How::IfAbsent, Existence::Absent) | (How::New | How::Replace, _) => {}
        }
        let made = match shape {
            Some(shape) => Table::new(self.dialect, table, shape),
            None => Table::partly_known(table),
        };
        if let Parent::Partition(parent, bounds) = &made.parent {
            self.attach(parent, *bounds);
        }
        self.put(table.key(self.dialect), made);
    }

    fn attach(&mut self, parent: &Name, bounds: Bounds) {
        self.edit(parent, |parent| match bounds {
            Bounds::Default => parent.default_partition = Existence::There,
            Bounds::Values => {}
        });
    }

    fn drop_table(&mut self, table: &Name) {
        let key = table.key(self.dialect);
        if let Some(Parent::Partition(parent, Bounds::Default)) =
            self.table_of(&key).map(|table| table.parent.clone())
        {
            self.edit(&parent, |parent| parent.default_partition = Existence::Absent);
        }
        self.drop_bodies_of(&key);
        self.tables.set(key, Slot::Gone);
    }

    fn rename_table(&mut self, from: &Name, to: &Name) {
        let (old, new) = (from.key(self.dialect), to.key(self.dialect));
        let known = self.table_of(&old).cloned();
        self.tables.set(old.clone(), Slot::Gone);
        match known {
            Some(mut table) => {
                table.name = to.clone();
                self.put(new, table);
            }
            None => self.tables.set(new, Slot::Unknown),
        }
        self.follow(&old, to);
    }

    /// What refers to a table goes with it to its new name.
    fn follow(&mut self, old: &Key, to: &Name) {
        let dialect = self.dialect;
        let refers = |_: &Key, table: &Table| {
            table.foreign_keys.iter().any(|(_, key)| key.target.key(dialect) == *old)
        };
        let keys = self.tables.keys_where(self.base.map(|base| &base.tables), refers);
        for key in keys {
            let Some(mut table) = self.table_of(&key).cloned() else { continue };
            let own = table.foreign_keys.iter_mut().map(|(_, key)| key);
            own.filter(|key| key.target.key(dialect) == *old)
                .for_each(|key| key.target = to.clone());
            self.tables.set(key, Slot::There(table));
        }
        self.move_bodies(old, to);
    }

    fn add_value(&mut self, enumeration: &Name, value: &str) {
        let key = enumeration.key(self.dialect);
        // Where nobody knows how it began, its later values are known all the same.
        let known = self.enumeration(enumeration).cloned();
        let mut known =
            known.unwrap_or_else(|| Enumeration { values: Vec::new(), added: Vec::new() });
        if !known.values.iter().any(|one| one == value) {
            known.added.push(value.to_owned());
        }
        self.enumerations.set(key, Slot::There(known));
    }

    fn drop(
        &mut self,
        kind: Kind,
        name: &Name,
        table: Option<&Name>,
        (cascade, absence): (Cascade, Absence),
    ) {
        let dialect = self.dialect;
        match kind {
            Kind::Index => self.drop_index(name, table),
            Kind::Constraint | Kind::ForeignKey => {
                let Some(table) = table else { return };
                self.edit(table, |table| table.drop_constraint(dialect, name.last(), absence));
            }
            Kind::PrimaryKey => {
                let Some(table) = table else { return };
                self.edit(table, |table| table.primary_key = None);
            }
            Kind::View => self.drop_body(BodyKind::View, name, None),
            Kind::MaterializedView => self.drop_body(BodyKind::MaterializedView, name, None),
            Kind::Function | Kind::Procedure | Kind::Aggregate => {
                self.drop_body(BodyKind::Routine, name, None);
            }
            Kind::Trigger => self.drop_body(BodyKind::Trigger, name, table),
            Kind::Rule => self.drop_body(BodyKind::Rule, name, table),
            Kind::Type | Kind::Domain => {
                self.enumerations.set(name.key(dialect), Slot::Gone);
                if cascade == Cascade::Yes {
                    self.drop_columns_of_type(name);
                }
            }
            Kind::Schema | Kind::Database => self.drop_schema(name),
            Kind::Policy
            | Kind::Sequence
            | Kind::Extension
            | Kind::Role
            | Kind::Collation
            | Kind::Operator
            | Kind::TextSearch
            | Kind::Statistics
            | Kind::Publication
            | Kind::Subscription
            | Kind::Event
            | Kind::Other => {}
        }
        self.objects.set((kind, name.key(dialect)), Slot::Gone);
    }
}
