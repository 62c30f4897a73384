//! What a statement leaves in the catalogue: how a later run finds out whether it took effect.
//!
//! Only for statements that run outside of any transaction of ours; the others are committed
//! together with the note that they are done.

mod mysql;
mod postgres;

use super::Statement;
use super::object::{Object, ObjectKind};
use super::reader::Reader;
use crate::Dialect;

/// What a statement whose runner has vanished leaves to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementEffect {
    /// Running it once more does no harm, whether it took effect or not.
    Repeatable,
    /// If it took effect the catalogue has changed in each of these objects, else in none.
    Visible(Vec<Object>),
    /// Only a person can tell.
    Opaque,
}

impl StatementEffect {
    /// What `statement` leaves to be seen.
    pub fn of(dialect: Dialect, statement: &Statement<'_>) -> Self {
        let mut reader = Reader::new(statement);
        let effect = match dialect {
            Dialect::Postgres => postgres::effect(&mut reader),
            Dialect::Mysql => mysql::effect(&mut reader),
            Dialect::Sqlite => sqlite(&mut reader),
        };
        effect.unwrap_or(Self::Opaque)
    }

    /// The objects to look at.
    pub fn objects(&self) -> &[Object] {
        match self {
            Self::Visible(objects) => objects,
            Self::Repeatable | Self::Opaque => &[],
        }
    }

    /// `Visible`, if there is something to see.
    fn visible(objects: Vec<Object>) -> Option<Self> {
        (!objects.is_empty()).then_some(Self::Visible(objects))
    }
}

/// The name of the index that PostgreSQL's `CREATE INDEX CONCURRENTLY` makes, where it has one.
pub fn index_name(statement: &Statement<'_>) -> Option<String> {
    let reader = &mut Reader::new(statement);
    reader.word("CREATE");
    reader.word("UNIQUE");
    if !reader.phrase(&["INDEX", "CONCURRENTLY"]) {
        return None;
    }
    reader.phrase(&["IF", "NOT", "EXISTS"]);
    if reader.word("ON") { None } else { reader.object(ObjectKind::Index).map(|index| index.name) }
}

/// The name of the schema that PostgreSQL's `CREATE SCHEMA` makes, where the statement says it.
pub fn schema_name(statement: &Statement<'_>) -> Option<String> {
    const SOMEBODY: [&str; 3] = ["CURRENT_USER", "CURRENT_ROLE", "SESSION_USER"];
    let reader = &mut Reader::new(statement);
    if !reader.phrase(&["CREATE", "SCHEMA"]) {
        return None;
    }
    reader.phrase(&["IF", "NOT", "EXISTS"]);
    // Without a name of its own it is called as the role is.
    if reader.word("AUTHORIZATION") && reader.any(&SOMEBODY) {
        return None;
    }
    reader.object(ObjectKind::Database).filter(|made| made.schema.is_none()).map(|made| made.name)
}

/// What SQLite runs outside of transactions only sets something up or tidies.
fn sqlite(reader: &mut Reader<'_>) -> Option<StatementEffect> {
    let repeatable = ["VACUUM", "PRAGMA", "ATTACH", "DETACH", "ANALYZE", "REINDEX", "BEGIN"];
    reader.any(&repeatable).then_some(StatementEffect::Repeatable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split;

    /// The effect in a few words: `repeatable`, `opaque`, or `kind schema.name, ..`.
    fn words(dialect: Dialect, text: &str) -> String {
        let statements = split(dialect, text).unwrap();
        assert_eq!(statements.len(), 1, "{text}");
        let word = |o: &Object| {
            let schema = o.schema.as_ref().map(|s| format!("{s}.")).unwrap_or_default();
            format!("{:?} {schema}{}", o.kind, o.name)
        };
        match StatementEffect::of(dialect, &statements[0]) {
            StatementEffect::Repeatable => "repeatable".to_owned(),
            StatementEffect::Opaque => "opaque".to_owned(),
            StatementEffect::Visible(all) => all.iter().map(word).collect::<Vec<_>>().join(", "),
        }
    }

    #[test]
    fn the_schema_that_a_statement_makes() {
        for (text, expected) in [
            ("CREATE SCHEMA shop", Some("shop")),
            ("create schema if not exists Shop authorization joe", Some("shop")),
            ("CREATE SCHEMA \"Shop\" CREATE TABLE t (id INT)", Some("Shop")),
            ("/* a */ CREATE SCHEMA IF NOT EXISTS AUTHORIZATION joe", Some("joe")),
            ("CREATE SCHEMA AUTHORIZATION CURRENT_USER", None),
            ("CREATE SCHEMA U&\"sh\\006fp\"", None),
            ("CREATE SCHEMA", None),
            ("CREATE TABLE shop (id INT)", None),
            ("DROP SCHEMA shop", None),
            ("COMMENT ON SCHEMA shop IS 'CREATE SCHEMA shop'", None),
        ] {
            let statements = split(Dialect::Postgres, text).unwrap();
            assert_eq!(schema_name(&statements[0]).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_postgres_runs_outside_of_transactions() {
        for (text, expected) in [
            ("CREATE INDEX CONCURRENTLY i ON Orders (a)", "Indexes orders"),
            (
                "create unique index concurrently if not exists i on only \"S\".\"O\"\"r\" (a)",
                "Indexes S.O\"r",
            ),
            ("CREATE INDEX CONCURRENTLY ON t USING gin (a)", "Indexes t"),
            ("CREATE INDEX CONCURRENTLY", "opaque"),
            ("DROP INDEX CONCURRENTLY a, s.b CASCADE", "Index a, Index s.b"),
            ("DROP INDEX CONCURRENTLY IF EXISTS a", "repeatable"),
            ("REINDEX TABLE CONCURRENTLY t", "repeatable"),
            ("VACUUM t", "repeatable"),
            ("ALTER SYSTEM SET work_mem = '1MB'", "repeatable"),
            ("CREATE DATABASE d", "Database d"),
            ("DROP DATABASE d", "Database d"),
            ("DROP DATABASE IF EXISTS d", "repeatable"),
            ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "opaque"),
            ("CALL fill()", "opaque"),
            ("DO $$ BEGIN COMMIT; END $$", "opaque"),
            ("BEGIN", "repeatable"),
            ("COMMIT", "repeatable"),
            ("SELECT 1", "opaque"),
        ] {
            assert_eq!(words(Dialect::Postgres, text), expected, "{text}");
        }
    }

    #[test]
    fn what_mysql_commits_by_itself() {
        for (text, expected) in [
            ("CREATE TABLE t (a INT)", "Table t"),
            ("create table if not exists `d`.`t``x` like u", "Table d.t`x"),
            ("CREATE OR REPLACE TABLE t (a INT)", "repeatable"),
            ("CREATE TEMPORARY TABLE t (a INT)", "opaque"),
            ("ALTER ONLINE TABLE t ADD COLUMN b INT, RENAME TO u", "Definition t"),
            ("ALTER TABLE t ADD PARTITION (PARTITION p VALUES LESS THAN (9))", "Partitions t"),
            ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", "opaque"),
            ("DROP TABLE a, d.b CASCADE", "Table a, Table d.b"),
            ("DROP TABLE IF EXISTS a", "repeatable"),
            ("RENAME TABLE a TO b, d.c TO d.e", "Table a, Table d.c"),
            ("RENAME TABLE a TO x, b TO a", "opaque"),
            ("TRUNCATE TABLE t", "repeatable"),
            ("CREATE UNIQUE INDEX i USING BTREE ON t (a)", "Definition t"),
            ("DROP INDEX i ON d.t", "Definition d.t"),
            (
                "CREATE ALGORITHM = MERGE DEFINER = 'a'@'%' SQL SECURITY DEFINER VIEW v AS SELECT 1",
                "Table v",
            ),
            ("CREATE OR REPLACE VIEW v AS SELECT 1", "repeatable"),
            ("ALTER VIEW v AS SELECT 1", "repeatable"),
            (
                "CREATE DEFINER = CURRENT_USER() TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
                "Trigger g",
            ),
            ("DROP TRIGGER d.g", "Trigger d.g"),
            ("CREATE PROCEDURE p() SELECT 1", "Routine p"),
            ("DROP FUNCTION f", "Routine f"),
            ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", "Event e"),
            ("CREATE SEQUENCE s", "Table s"),
            ("CREATE DATABASE d", "Database d"),
            ("GRANT SELECT ON t TO u", "repeatable"),
            ("REVOKE SELECT ON t FROM u", "opaque"),
            ("CREATE USER IF NOT EXISTS u", "repeatable"),
            ("CREATE USER u", "opaque"),
            (
                "/*!50003 CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1 */",
                "Trigger g",
            ),
            ("SET STATEMENT max_statement_time = 9 FOR ALTER TABLE t ADD b INT", "Definition t"),
            ("OPTIMIZE TABLE t", "repeatable"),
            ("LOAD DATA INFILE 'x' INTO TABLE t", "opaque"),
            ("CALL p()", "opaque"),
        ] {
            assert_eq!(words(Dialect::Mysql, text), expected, "{text}");
        }
    }

    #[test]
    fn what_sqlite_runs_outside_of_transactions() {
        for (text, expected) in [
            ("PRAGMA journal_mode = wal", "repeatable"),
            ("VACUUM", "repeatable"),
            ("INSERT INTO t VALUES (1)", "opaque"),
        ] {
            assert_eq!(words(Dialect::Sqlite, text), expected, "{text}");
        }
    }
}
