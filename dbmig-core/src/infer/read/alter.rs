//! `ALTER`.

use sqlparser::ast::{
    self, AlterColumnOperation, AlterTable, AlterTableOperation, AlterTypeOperation,
    AlterViewOperation, ColumnDef, ColumnOption, DataType, Ident, ObjectName, RenameTable,
    RenameTableNameKind, ReplicaIdentity,
};

use super::{Reader, column, shape};
use crate::infer::change::{
    Act, Alteration, Cascade, Certainty, Constraint, How, Kind, Rows, Uniqueness, Using,
};
use crate::infer::name::{Name, folded};
use crate::infer::shape::{Identity, Validity};
use crate::sql::Position;

impl Reader<'_, '_> {
    pub(super) fn alter_table(&mut self, alter: &mut AlterTable) {
        let Some(table) = self.name(&alter.name) else { return self.not_understood() };
        for operation in &mut alter.operations {
            self.operation(&table, operation);
        }
    }

    fn operation(&mut self, table: &Name, operation: &mut AlterTableOperation) {
        use AlterTableOperation as Op;
        match operation {
            Op::AddColumn { if_not_exists, column_def, .. } => {
                let how = if *if_not_exists { How::IfAbsent } else { How::New };
                self.add_column(table, how, column_def);
            }
            Op::AddConstraint { constraint, not_valid } => {
                let validity = if *not_valid { Validity::NotValid } else { Validity::Valid };
                self.add_constraint(table, constraint, validity);
            }
            Op::DropColumn { column_names, .. } => {
                for name in column_names {
                    let column = folded(self.dialect(), name);
                    let act = Act::DropColumn { table: table.clone(), column };
                    self.add_at(self.place(name.span.start), act);
                }
            }
            Op::RenameColumn { old_column_name, new_column_name } => {
                let from = folded(self.dialect(), old_column_name);
                let to = folded(self.dialect(), new_column_name);
                let act = Act::RenameColumn { table: table.clone(), from, to };
                self.add_at(self.place(old_column_name.span.start), act);
            }
            Op::RenameTable { table_name } => {
                let (RenameTableNameKind::As(to) | RenameTableNameKind::To(to)) = table_name;
                self.rename_table(table, to);
            }
            Op::AlterColumn { column_name, op } => self.alter_column(table, column_name, op),
            Op::ChangeColumn { old_name, new_name, data_type, options, .. } => {
                self.redefine(table, old_name, new_name, data_type, options);
            }
            Op::ModifyColumn { col_name, data_type, options, .. } => {
                self.redefine(table, col_name, col_name, data_type, options);
            }
            Op::DropConstraint { name, .. } => self.drop_of(table, Kind::Constraint, name),
            Op::DropForeignKey { name, .. } => self.drop_of(table, Kind::ForeignKey, name),
            Op::DropIndex { name } => self.drop_of(table, Kind::Index, name),
            Op::DropPrimaryKey { .. } => {
                let (kind, name) = (Kind::PrimaryKey, Name::single("PRIMARY"));
                let table = Some(table.clone());
                self.add(Act::Drop { kind, name, table, cascade: Cascade::No });
            }
            other => self.rare_operation(table, other),
        }
    }

    fn rare_operation(&mut self, table: &Name, operation: &AlterTableOperation) {
        use AlterTableOperation as Op;
        let own = || Some(table.clone());
        match operation {
            Op::RenameConstraint { old_name, .. } => {
                let what = format!(
                    "renames the constraint {old_name} of {table}, which the previous version may \
                     name (ON CONFLICT, errors)"
                );
                self.unclear(own(), what);
            }
            Op::DetachPartitionOf { partition, .. } => {
                let what = format!("takes the partition {partition} and its rows out of {table}");
                let (certainty, rows) = (Certainty::Plain, Rows::Kept);
                self.add(Act::Other { table: own(), what, certainty, rows });
            }
            Op::AttachPartitionOf { partition, for_values } => match self.name(partition) {
                Some(partition) => {
                    let bounds = shape::bounds(Some(for_values));
                    self.add(Act::Attach { table: table.clone(), partition, bounds });
                }
                None => self.not_understood(),
            },
            Op::DropPartitions { .. } => self.drop_partition(table),
            Op::AddPartitions { .. } => self.harmless(format!("new partition of {table}")),
            Op::EnableRowLevelSecurity
            | Op::DisableRowLevelSecurity
            | Op::ForceRowLevelSecurity
            | Op::NoForceRowLevelSecurity => {
                let what = format!("changes the row-level security of {table}");
                let (certainty, rows) = (Certainty::Plain, Rows::Kept);
                self.add(Act::Other { table: own(), what, certainty, rows });
            }
            Op::DisableTrigger { .. }
            | Op::EnableTrigger { .. }
            | Op::EnableAlwaysTrigger { .. }
            | Op::EnableReplicaTrigger { .. }
            | Op::DisableRule { .. }
            | Op::EnableRule { .. }
            | Op::EnableAlwaysRule { .. }
            | Op::EnableReplicaRule { .. } => {
                self.unclear(own(), format!("switches triggers or rules of {table}"));
            }
            Op::OwnerTo { .. } => {
                let what = format!("changes the owner of {table}, and with it who may use it");
                self.unclear(own(), what);
            }
            Op::ReplicaIdentity { identity } => {
                let identity = match identity {
                    ReplicaIdentity::Nothing => Identity::Nothing,
                    ReplicaIdentity::Full => Identity::Full,
                    ReplicaIdentity::Default => Identity::Default,
                    ReplicaIdentity::Index(index) => Identity::Index(folded(self.dialect(), index)),
                };
                self.add(Act::ReplicaIdentity { table: table.clone(), identity });
            }
            Op::ValidateConstraint { name } => {
                let constraint = folded(self.dialect(), name);
                self.add(Act::Validate { table: table.clone(), constraint });
            }
            Op::SetLogged
            | Op::SetUnlogged
            | Op::SetOptionsParens { .. }
            | Op::ResetOptions { .. }
            | Op::Algorithm { .. }
            | Op::Lock { .. }
            | Op::AutoIncrement { .. } => self.add(Act::Nothing),
            _ => self.not_understood(),
        }
    }

    pub(super) fn drop_partition(&mut self, table: &Name) {
        let what = format!("drops a partition of {table} with its rows");
        let (certainty, rows) = (Certainty::Plain, Rows::Uncountable);
        self.add(Act::Other { table: Some(table.clone()), what, certainty, rows });
    }

    fn add_column(&mut self, table: &Name, how: How, definition: &mut ColumnDef) {
        let column = folded(self.dialect(), &definition.name);
        let traits = column::traits(self.dialect(), definition);
        let act = Act::AddColumn { table: table.clone(), column, how, traits };
        self.add_at(self.place(definition.name.span.start), act);
    }

    fn add_constraint(
        &mut self,
        table: &Name,
        constraint: &mut ast::TableConstraint,
        validity: Validity,
    ) {
        if !column::is_enforced(constraint) {
            return self.harmless(format!("new constraint of {table} that is not enforced"));
        }
        let table = table.clone();
        match column::constraint(self.dialect(), constraint) {
            None => {
                let index = column::index_name(self.dialect(), constraint);
                let index = index.map(|name| table.sibling(&name));
                let (how, uniqueness) = (How::New, Uniqueness::None);
                let expressions = match constraint {
                    ast::TableConstraint::Index(index) => {
                        column::computed(self.dialect(), &mut index.columns)
                    }
                    _ => Vec::new(),
                };
                let indexed = table.clone();
                self.add(Act::AddIndex { table, index, how, uniqueness });
                self.compute(indexed, expressions);
            }
            Some((name, mut constraint)) => {
                if let (Constraint::Check(check), Validity::NotValid) = (&mut constraint, validity)
                {
                    check.validity = validity;
                }
                self.add(Act::AddConstraint { table, name, constraint });
            }
        }
    }

    fn alter_column(&mut self, table: &Name, name: &Ident, operation: &AlterColumnOperation) {
        let alteration = match operation {
            AlterColumnOperation::SetNotNull => Alteration::SetNotNull,
            AlterColumnOperation::DropNotNull => Alteration::DropNotNull,
            AlterColumnOperation::SetDefault { value } => {
                Alteration::SetDefault(column::default(value))
            }
            AlterColumnOperation::DropDefault => Alteration::DropDefault,
            AlterColumnOperation::SetDataType { data_type, using, .. } => Alteration::Type {
                kind: column::type_text(data_type),
                using: if using.is_some() { Using::Expression } else { Using::Cast },
            },
            AlterColumnOperation::AddGenerated { .. }
            | AlterColumnOperation::GenericOptions { .. } => return self.not_understood(),
        };
        let column = folded(self.dialect(), name);
        let act = Act::AlterColumn { table: table.clone(), column, alteration };
        self.add_at(self.place(name.span.start), act);
    }

    fn redefine(
        &mut self,
        table: &Name,
        old: &Ident,
        new: &Ident,
        kind: &DataType,
        options: &mut [ColumnOption],
    ) {
        let traits = Box::new(column::of(self.dialect(), new, kind, options));
        let name = folded(self.dialect(), new);
        let act = Act::AlterColumn {
            table: table.clone(),
            column: folded(self.dialect(), old),
            alteration: Alteration::Redefine { name, traits },
        };
        self.add_at(self.place(old.span.start), act);
    }

    fn drop_of(&mut self, table: &Name, kind: Kind, name: &Ident) {
        let position = self.place(name.span.start);
        let name = Name::single(folded(self.dialect(), name));
        let act = Act::Drop { kind, name, table: Some(table.clone()), cascade: Cascade::No };
        self.add_at(position, act);
    }

    fn rename_table(&mut self, from: &Name, to: &ObjectName) {
        let Some(to) = self.name(to) else { return self.not_understood() };
        // Within the schema that the table is in.
        let to = if to.0.len() == 1 { from.sibling(to.last()) } else { to };
        self.add(Act::RenameTable { from: from.clone(), to });
    }

    pub(super) fn rename_tables(&mut self, pairs: &[RenameTable]) {
        for pair in pairs {
            let (Some(from), Some(to)) = (self.name(&pair.old_name), self.name(&pair.new_name))
            else {
                return self.not_understood();
            };
            let position = position_of(self, &pair.old_name);
            self.add_at(position, Act::RenameTable { from, to });
        }
    }

    pub(super) fn alter_other(&mut self, tree: &ast::Statement) {
        match tree {
            ast::Statement::AlterType(alter) => {
                let Some(name) = self.name(&alter.name) else { return self.not_understood() };
                match &alter.operation {
                    AlterTypeOperation::AddValue(value) => {
                        let value = value.value.value.clone();
                        self.add(Act::AddValue { enumeration: name, value });
                    }
                    AlterTypeOperation::RenameValue(value) => {
                        self.breaks(format!("renames the value {} of the type {name}", value.from));
                    }
                    AlterTypeOperation::Rename(_) => {
                        self.breaks(format!("renames the type {name}"));
                    }
                }
            }
            ast::Statement::AlterIndex { name, .. } => self.unclear(
                None,
                format!(
                    "renames the index {name}, which the previous version may name (ON CONFLICT \
                     ON CONSTRAINT, hints, errors)"
                ),
            ),
            ast::Statement::AlterView(alter) => {
                let name = &alter.name;
                match &alter.operation {
                    AlterViewOperation::RenameTo { .. } => {
                        self.breaks(format!("renames the view {name}"));
                    }
                    AlterViewOperation::RenameColumn { old_column_name, .. } => {
                        self.breaks(format!("renames the column {name}.{old_column_name}"));
                    }
                    AlterViewOperation::SetSchema { .. } => {
                        self.breaks(format!("moves the view {name} to another schema"));
                    }
                    _ => self.unclear(None, format!("changes the view {name}")),
                }
            }
            ast::Statement::AlterDefaultPrivileges(alter) => {
                if alter.to_string().contains(" GRANT ") {
                    self.harmless("new privileges");
                } else {
                    self.unclear(None, "takes privileges away");
                }
            }
            _ => self.not_understood(),
        }
    }

    pub(super) fn breaks(&mut self, what: String) {
        let (certainty, rows) = (Certainty::Plain, Rows::Kept);
        self.add(Act::Other { table: None, what, certainty, rows });
    }
}

/// Where the first part of a name stands.
pub(super) fn position_of(reader: &Reader<'_, '_>, name: &ObjectName) -> Position {
    let ident = name.0.first().and_then(ast::ObjectNamePart::as_ident);
    ident.map_or(reader.statement.position, |ident| reader.place(ident.span.start))
}
