//! The releases of the example app, each as a program.

use std::process::{Command, Stdio};

use dbmig_tests::project::{Output, run};
use dbmig_tests::{Backend, TestDatabase};
use serde_json::Value;

use crate::library::Library;
use crate::serving::Serving;

/// A release: each has all the migrations of those before it, and some more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Release {
    /// The example as it is.
    V1_0,
    /// Two compatible migrations more: a column that may be null, a table.
    V1_1,
    /// Two compatible migrations more: a column with a default, an index.
    V1_2,
    /// A breaking one more: a column that all earlier releases read has another name.
    V2_0,
}

impl Release {
    pub(crate) const ALL: [Self; 4] = [Self::V1_0, Self::V1_1, Self::V1_2, Self::V2_0];

    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0.0",
            Self::V1_1 => "1.1.0",
            Self::V1_2 => "1.2.0",
            Self::V2_0 => "2.0.0",
        }
    }

    const fn program(self) -> &'static str {
        match self {
            Self::V1_0 => env!("CARGO_BIN_EXE_shop-under-test"),
            Self::V1_1 => env!("CARGO_BIN_EXE_shop-1-1-under-test"),
            Self::V1_2 => env!("CARGO_BIN_EXE_shop-1-2-under-test"),
            Self::V2_0 => env!("CARGO_BIN_EXE_shop-2-0-under-test"),
        }
    }

    /// The names of all its migrations, oldest first; the same on each database.
    pub(crate) fn migrations(self) -> Vec<String> {
        macro_rules! names {
            ($release:ident) => {
                $release::migrations::postgres::ALL.set().iter().map(|m| m.name.to_string())
            };
        }
        match self {
            Self::V1_0 => names!(dbmig_example_shop).collect(),
            Self::V1_1 => names!(dbmig_shop_1_1).collect(),
            Self::V1_2 => names!(dbmig_shop_1_2).collect(),
            Self::V2_0 => names!(dbmig_shop_2_0).collect(),
        }
    }

    /// What the library answers to its migrations on `database`.
    pub(crate) fn library(self, database: &TestDatabase) -> Library {
        macro_rules! set {
            ($release:ident) => {
                match database.backend() {
                    Backend::Postgres => $release::migrations::postgres::ALL.set().clone(),
                    Backend::MariaDb => $release::migrations::mysql::ALL.set().clone(),
                    Backend::Sqlite => panic!("not on SQLite"),
                }
            };
        }
        let set = match self {
            Self::V1_0 => set!(dbmig_example_shop),
            Self::V1_1 => set!(dbmig_shop_1_1),
            Self::V1_2 => set!(dbmig_shop_1_2),
            Self::V2_0 => set!(dbmig_shop_2_0),
        };
        Library::with(set, database.url())
    }

    /// The names of those that `older` lacks, oldest first.
    pub(crate) fn since(self, older: Self) -> Vec<String> {
        self.migrations().split_off(older.migrations().len())
    }

    /// The program, with nothing but its database in its environment: to set variables, or to kill.
    pub(crate) fn command(self, database: &TestDatabase) -> Command {
        let mut command = Command::new(self.program());
        command.env_clear().env("DATABASE_URL", database.url()).env("PORT", "0");
        command.stdin(Stdio::null());
        command
    }

    /// A replica that listens, and begins to migrate.
    pub(crate) fn serve(self, database: &TestDatabase) -> Serving {
        Serving::start(&mut self.command(database))
    }

    /// `shop migrate ARGS`, to its end.
    pub(crate) fn migrate(self, database: &TestDatabase, args: &[&str]) -> Output {
        run(self.command(database).arg("migrate").args(args))
    }

    /// `shop migrate ARGS --json`: its exit code, and what it printed.
    pub(crate) fn migrate_json(self, database: &TestDatabase, args: &[&str]) -> (i32, Value) {
        let output = self.migrate(database, &[args, &["--json"]].concat());
        let printed = serde_json::from_str(&output.stdout);
        let printed = printed.unwrap_or_else(|error| panic!("{error}: {}", output.text()));
        (output.code.expect("no signal"), printed)
    }
}
