//! A database with the earlier migrations, its rows and its old app: what every judgement starts
//! from.

use dbmig_tests::TestDatabase;

use crate::catalogue::{self, Access, Catalogue};
use crate::fill::{ROWS, Sample, fill, samples};

/// A filled database that copies are made of.
#[derive(Debug)]
pub struct Stage {
    database: TestDatabase,
    /// What it holds.
    pub catalogue: Catalogue,
    /// What is known of the rows of each table.
    pub samples: Vec<Sample>,
}

/// Whether rows are put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Some for each table.
    Filled,
    /// One for each table: what some migrations cannot be executed on is several.
    One,
    /// Those that the migrations have made.
    AsTheyAre,
}

impl Rows {
    /// The order to try.
    pub const ALL: [Self; 3] = [Self::Filled, Self::One, Self::AsTheyAre];
}

impl Stage {
    /// Reads and fills a database that has the earlier migrations.
    ///
    /// # Errors
    /// What the database says of queries on its catalogue.
    pub fn new(database: TestDatabase, rows: Rows) -> Result<Self, String> {
        let mut session = database.session();
        let catalogue = catalogue::read(database.backend(), &mut session)?;
        let samples = match rows {
            Rows::Filled => fill(database.backend(), &mut session, &catalogue, ROWS),
            Rows::One => fill(database.backend(), &mut session, &catalogue, 1),
            Rows::AsTheyAre => samples(database.backend(), &mut session, &catalogue),
        };
        drop(session);
        Ok(Self { database, catalogue, samples })
    }

    /// The database itself.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The database, when it is no longer copied.
    pub fn into_database(self) -> TestDatabase {
        self.database
    }

    /// The tables that could not be filled, each with why.
    pub fn unfilled(&self) -> Vec<String> {
        let both = self.catalogue.tables.iter().zip(&self.samples);
        both.filter(|(table, _)| table.access == Access::Table)
            .filter_map(|(table, sample)| {
                let refusal = sample.refusal.as_ref()?;
                Some(format!("{}: {refusal}", table.name))
            })
            .collect()
    }
}
