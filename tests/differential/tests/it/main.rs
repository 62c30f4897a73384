//! The splitter and the verdicts against the databases' own parsers, which are linked once.

mod postgres;
mod sqlite;
mod verdicts;
