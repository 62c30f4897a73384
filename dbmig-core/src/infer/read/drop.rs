//! `DROP`.

use sqlparser::ast::{self, DropBehavior, FunctionDesc, ObjectName, ObjectType, ReferentialAction};

use super::Reader;
use super::alter::position_of;
use crate::infer::change::{Act, Cascade, Kind};
use crate::infer::name::{Name, folded};

impl Reader<'_, '_> {
    pub(super) fn drop(&mut self, tree: &ast::Statement) {
        use ast::Statement as S;
        match tree {
            S::Drop { object_type, names, cascade, table, .. } => {
                let cascade = if *cascade { Cascade::Yes } else { Cascade::No };
                let table = table.as_ref().and_then(|table| self.name(table));
                for name in names {
                    self.drop_object(*object_type, name, table.clone(), cascade);
                }
            }
            S::DropFunction(drop) => {
                self.routines(Kind::Function, &drop.func_desc, drop.drop_behavior);
            }
            S::DropProcedure { proc_desc, drop_behavior, .. } => {
                self.routines(Kind::Procedure, proc_desc, *drop_behavior);
            }
            S::DropDomain(drop) => {
                self.dropped(Kind::Domain, &drop.name, None, behavior(drop.drop_behavior));
            }
            S::DropExtension(drop) => {
                let cascade = action(drop.cascade_or_restrict);
                for name in &drop.names {
                    let name = Name::single(folded(self.dialect(), name));
                    self.add(Act::Drop { kind: Kind::Extension, name, table: None, cascade });
                }
            }
            S::DropTrigger(drop) => {
                let table = drop.table_name.as_ref().and_then(|table| self.name(table));
                self.dropped(Kind::Trigger, &drop.trigger_name, table, action(drop.option));
            }
            S::DropPolicy(drop) => {
                let table = self.name(&drop.table_name);
                let name = Name::single(folded(self.dialect(), &drop.name));
                let cascade = behavior(drop.drop_behavior);
                self.add(Act::Drop { kind: Kind::Policy, name, table, cascade });
            }
            S::DropRule(drop) => {
                let table = self.name(&drop.table_name);
                let name = Name::single(folded(self.dialect(), &drop.name));
                let cascade = behavior(drop.drop_behavior);
                self.add(Act::Drop { kind: Kind::Rule, name, table, cascade });
            }
            _ => self.not_understood(),
        }
    }

    fn drop_object(
        &mut self,
        kind: ObjectType,
        name: &ObjectName,
        table: Option<Name>,
        cascade: Cascade,
    ) {
        let kind = match kind {
            ObjectType::Table | ObjectType::ForeignTable => {
                let position = position_of(self, name);
                return match self.name(name) {
                    Some(table) => self.add_at(position, Act::DropTable(table)),
                    None => self.not_understood(),
                };
            }
            ObjectType::View => Kind::View,
            ObjectType::MaterializedView => Kind::MaterializedView,
            ObjectType::Index => Kind::Index,
            ObjectType::Schema => Kind::Schema,
            ObjectType::Database => Kind::Database,
            ObjectType::Role | ObjectType::User | ObjectType::Group => Kind::Role,
            ObjectType::Sequence => Kind::Sequence,
            ObjectType::Type => Kind::Type,
            ObjectType::Collation => Kind::Collation,
            ObjectType::Stage | ObjectType::Stream | ObjectType::Warehouse => {
                return self.not_understood();
            }
        };
        self.dropped(kind, name, table, cascade);
    }

    fn routines(&mut self, kind: Kind, routines: &[FunctionDesc], cascade: Option<DropBehavior>) {
        for routine in routines {
            self.dropped(kind, &routine.name, None, behavior(cascade));
        }
    }

    fn dropped(&mut self, kind: Kind, name: &ObjectName, table: Option<Name>, cascade: Cascade) {
        let position = position_of(self, name);
        match self.name(name) {
            Some(name) => self.add_at(position, Act::Drop { kind, name, table, cascade }),
            None => self.not_understood(),
        }
    }
}

fn behavior(behavior: Option<DropBehavior>) -> Cascade {
    match behavior {
        Some(DropBehavior::Cascade) => Cascade::Yes,
        Some(DropBehavior::Restrict) | None => Cascade::No,
    }
}

fn action(action: Option<ReferentialAction>) -> Cascade {
    match action {
        Some(ReferentialAction::Cascade) => Cascade::Yes,
        _ => Cascade::No,
    }
}
