use super::*;

fn table(path: &[&str]) -> Loss {
    Loss::Table(path.iter().map(|&part| part.to_owned()).collect())
}

fn column(table: &str, column: &str) -> Loss {
    Loss::Column { table: vec![table.to_owned()], column: column.to_owned() }
}

fn check(dialect: Dialect, loss: &Loss, moved: &[&str], kept: &[&str]) {
    for script in moved {
        assert!(moves(dialect, script, loss), "{dialect}, {loss}: {script}");
    }
    for script in kept {
        assert!(!moves(dialect, script, loss), "{dialect}, {loss}: {script}");
    }
}

#[test]
fn what_moves_a_table() {
    let moved = [
        "ALTER TABLE users RENAME TO people",
        "alter table if exists only Users rename to people",
        "ALTER TABLE people RENAME TO users",
        "ALTER TABLE \"users\" SET SCHEMA away",
        "DROP TABLE IF EXISTS posts, users",
        "DROP TABLE posts CASCADE",
        "CREATE TABLE users (id INTEGER)",
        "CREATE OR REPLACE VIEW users AS SELECT 1 AS id",
        "CREATE TEMP TABLE users AS SELECT 1 AS id",
        "SELECT 1 AS id INTO users",
        "SET search_path = away",
        "SELECT set_config('search_path', 'away', false)",
        "DROP SCHEMA away",
        "ALTER SCHEMA away RENAME TO public",
        "DO 'BEGIN END'",
        "SELECT tidy()",
        "FROBNICATE",
        "ALTER TABLE events ATTACH PARTITION users DEFAULT",
        "SELECT 'open",
    ];
    let kept = [
        "-- DROP TABLE users; ALTER TABLE users RENAME TO people",
        "INSERT INTO log (line) VALUES ('DROP TABLE users')",
        "COMMENT ON TABLE users IS 'rename users set schema'",
        "ALTER TABLE posts RENAME TO articles",
        "DROP TABLE posts, \"rename users\"",
        "CREATE TABLE users_archive (LIKE users)",
        "CREATE INDEX users_idx ON users (name)",
        "DROP INDEX users_idx",
        "DROP VIEW names",
        "CREATE TRIGGER t AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE PUBLICATION p FOR TABLE users",
        "ALTER TABLE users ADD COLUMN rename TEXT, DROP COLUMN nick",
        "ALTER TABLE users RENAME COLUMN nick TO handle",
        "ALTER TABLE users RENAME CONSTRAINT a TO users",
        "SET work_mem = '8MB'",
        "SELECT setval('users_id_seq', 7)",
        "DROP TABLE away.users",
        "ALTER FUNCTION users() RENAME TO people",
    ];
    let loss = table(&["public", "users"]);
    let unqualified: Vec<_> = kept.into_iter().filter(|one| !one.contains("away.")).collect();
    check(Dialect::Postgres, &table(&["users"]), &moved, &unqualified);
    let settings = ["SET search_path = away", "SELECT set_config('search_path', 'a', false)"];
    let known: Vec<_> = moved.into_iter().filter(|one| !one.contains("search_path")).collect();
    check(Dialect::Postgres, &loss, &known, &kept);
    check(Dialect::Postgres, &loss, &[], &settings[..1]);
}

#[test]
fn what_moves_a_column() {
    let moved = [
        "ALTER TABLE users DROP COLUMN nick",
        "ALTER TABLE users DROP nick, ADD bio TEXT",
        "ALTER TABLE users ADD COLUMN age INTEGER, ADD COLUMN \"nick\" TEXT",
        "ALTER TABLE users RENAME nick TO handle",
        "ALTER TABLE users RENAME COLUMN handle TO nick",
        "DROP TABLE users",
    ];
    let kept = [
        "ALTER TABLE users ADD COLUMN bio TEXT DEFAULT 'drop nick'",
        "ALTER TABLE users ADD CONSTRAINT c CHECK (nick <> '')",
        "ALTER TABLE users DROP CONSTRAINT nick",
        "ALTER TABLE users ALTER COLUMN nick DROP DEFAULT",
        "ALTER TABLE posts DROP COLUMN nick",
        "ALTER TABLE posts RENAME TO articles",
    ];
    check(Dialect::Postgres, &column("users", "nick"), &moved, &kept);
}

#[test]
fn what_moves_names_elsewhere() {
    let moved = [
        "RENAME TABLE users TO people",
        "ALTER TABLE `users` RENAME people",
        "SET STATEMENT max_statement_time = 1 FOR DROP TABLE users",
        "CREATE OR REPLACE TABLE users (id INT)",
        "ALTER TABLE events EXCHANGE PARTITION p WITH TABLE users",
        "CALL tidy()",
    ];
    let kept = [
        "RENAME TABLE posts TO articles",
        "DROP INDEX i ON users",
        "ALTER TABLE users RENAME INDEX a TO b, ENGINE = InnoDB",
        "CREATE DEFINER = root@localhost TRIGGER t AFTER INSERT ON users FOR EACH ROW SET @a = 1",
    ];
    check(Dialect::Mysql, &table(&["users"]), &moved, &kept);
    let moved = ["ALTER TABLE users CHANGE nick handle TEXT", "ALTER TABLE users ADD (nick INT)"];
    check(
        Dialect::Mysql,
        &column("users", "nick"),
        &moved,
        &["ALTER TABLE users MODIFY nick TEXT"],
    );
    let moved = [
        "ALTER TABLE 'users' RENAME TO people",
        "ALTER TABLE [users] RENAME TO people",
        "DROP TABLE 'users'",
        "CREATE VIRTUAL TABLE users USING fts5(name)",
    ];
    let kept = ["PRAGMA foreign_keys = OFF", "CREATE TABLE n (name TEXT DEFAULT 'users')"];
    check(Dialect::Sqlite, &table(&["users"]), &moved, &kept);
}
