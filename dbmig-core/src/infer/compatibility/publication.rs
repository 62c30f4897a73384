//! Replication: rows of a published table that has no identity can be added, and nothing else.

use super::{Finding, Judge, unclear};
use crate::infer::name::Name;
use crate::infer::schema::Table;
use crate::infer::shape::{Identity, Parent, Published, Shown};

/// Whether replication can tell the rows of a table apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    Apart,
    Not,
    Unknown,
}

impl Judge<'_, '_> {
    pub(super) fn publish(&self, publication: &Name, tables: &Published) -> Finding {
        let all: Vec<(String, Telling)> = match tables {
            Published::Tables(tables) => {
                let old = tables.iter().filter(|one| !self.scope.is_new_table(&one.table));
                old.map(|one| {
                    let telling = match one.part {
                        Shown::All => self.telling(&one.table),
                        // The filter or the list would have to hold the identity.
                        Shown::Part => Telling::Unknown,
                    };
                    (one.table.to_string(), telling)
                })
                .collect()
            }
            Published::AllTables | Published::Schemas(_) => self.every_table(),
        };
        match all.iter().find(|(_, telling)| *telling != Telling::Apart) {
            None => Finding::Adds(format!("new publication {publication}, or new tables in it")),
            Some((table, Telling::Not)) => unclear(format!(
                "publishes the table {table}, which has no key: its UPDATE and DELETE fail"
            )),
            Some((table, _)) => unclear(format!(
                "publishes the table {table}, and whether its key is enough for UPDATE and DELETE \
                 is not known"
            )),
        }
    }

    fn every_table(&self) -> Vec<(String, Telling)> {
        let old = self.now.tables().filter(|table| !self.scope.is_new_table(&table.name));
        let mut all: Vec<_> =
            old.map(|table| (table.name.to_string(), self.of_table(table))).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        let doubtful = self.now.doubtful_tables();
        all.extend(doubtful.into_iter().map(|name| (name, Telling::Unknown)));
        all
    }

    fn telling(&self, table: &Name) -> Telling {
        self.now.table(table).map_or(Telling::Unknown, |table| self.of_table(table))
    }

    fn of_table(&self, table: &Table) -> Telling {
        match &table.identity {
            Identity::Full | Identity::Index(_) => Telling::Apart,
            Identity::Nothing => Telling::Not,
            Identity::Default if table.primary_key.is_some() => Telling::Apart,
            Identity::Default => match &table.parent {
                // The key of the table is that of its partitions.
                Parent::Partition(parent, _) => self.telling(parent),
                Parent::None | Parent::Inherits(_) if table.is_complete() => Telling::Not,
                Parent::None | Parent::Inherits(_) => Telling::Unknown,
            },
        }
    }

    pub(super) fn replica_identity(&self, table: &Name, identity: &Identity) -> Finding {
        if self.scope.is_new_table(table) {
            return Finding::Silent;
        }
        let has_key = self.now.table(table).is_some_and(|table| table.primary_key.is_some());
        match identity {
            Identity::Full | Identity::Index(_) => Finding::Silent,
            Identity::Default if has_key => Finding::Silent,
            Identity::Default => unclear(format!(
                "removes the replica identity of {table}, of which no key is known: where it \
                 is published, UPDATE and DELETE fail"
            )),
            Identity::Nothing => unclear(format!(
                "removes the replica identity of {table}: where it is published, UPDATE and \
                 DELETE fail"
            )),
        }
    }
}
