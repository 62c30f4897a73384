//! Rows that may be there already.

use dbmig_tests::Backend;

use super::{App, Compared};
use crate::catalogue::{Key, Rank};
use crate::fill::Written;
use crate::statement::Statement;

impl App<'_> {
    pub(super) fn upserts(&self) -> Vec<Statement> {
        let Some(spare) = &self.sample.spare else { return Vec::new() };
        let mut all = Vec::new();
        let key = self.table.key();
        for unique in self.table.keys.iter().filter(|key| key.rank != Rank::Deferrable) {
            // Once with what is there already, once with something new.
            let there = self.sample.existing.first().and_then(|row| self.like(spare, unique, row));
            for row in there.iter().chain([spare]) {
                all.extend(self.upsert(row, unique, key));
            }
        }
        all
    }

    /// The row with another one's values in these columns.
    fn like(&self, row: &Written, key: &Key, other: &[Option<String>]) -> Option<Written> {
        let mut row = row.clone();
        for name in &key.columns {
            let at = self.table.columns.iter().position(|column| column.name == *name)?;
            let value = other.get(at)?.clone()?;
            row.iter_mut().find(|(column, _)| *column == at)?.1 = Some(value);
        }
        Some(row)
    }

    fn upsert(&self, row: &Written, unique: &Key, key: Option<&Key>) -> Vec<Statement> {
        let names: Vec<_> = unique.columns.iter().map(|name| self.quote(name)).collect();
        let target = names.join(", ");
        let mut set = Vec::new();
        for (at, _) in row {
            let column = self.column(*at);
            let in_key = unique.columns.contains(&column.name)
                || key.is_some_and(|key| key.columns.contains(&column.name));
            let name = self.quote(&column.name);
            match (in_key, self.backend) {
                (true, _) => {}
                (false, Backend::MariaDb) => set.push(format!("{name} = VALUES({name})")),
                (false, _) => set.push(format!("{name} = excluded.{name}")),
            }
        }
        let mut all = Vec::new();
        match self.backend {
            Backend::MariaDb => {
                if !set.is_empty() {
                    let update = format!(" ON DUPLICATE KEY UPDATE {}", set.join(", "));
                    all.push(self.insert_into("INSERT", row).sql(update));
                }
                all.push(self.insert_into("REPLACE", row));
                all.push(self.insert_into("INSERT IGNORE", row));
            }
            Backend::Postgres | Backend::Sqlite => {
                if !set.is_empty() {
                    let update =
                        format!(" ON CONFLICT ({target}) DO UPDATE SET {}", set.join(", "));
                    let upsert = self.insert_into("INSERT", row).sql(update);
                    all.push(self.returning(upsert, Compared::Only(&[])));
                }
                let nothing = format!(" ON CONFLICT ({target}) DO NOTHING");
                all.push(self.insert_into("INSERT", row).sql(nothing));
                all.push(self.insert_into("INSERT", row).sql(" ON CONFLICT DO NOTHING"));
                if self.backend == Backend::Sqlite {
                    all.push(self.insert_into("INSERT OR REPLACE", row));
                }
            }
        }
        all
    }
}
