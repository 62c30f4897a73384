//! Schemas and migrations by chance.

use dbmig_core::Dialect;

/// The same numbers for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.below(2);
        dice
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(0x14057b7ef767814f);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// Each with even odds.
    fn some<'a>(&mut self, of: &[&'a str]) -> Vec<&'a str> {
        of.iter().copied().filter(|_| self.below(2) == 0).collect()
    }
}

/// What every schema has: the statements below name it.
const TABLES: &str = "
CREATE TABLE owners (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, note TEXT);
CREATE TABLE items (id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL, label VARCHAR(40) NOT NULL,
  size INTEGER NOT NULL DEFAULT 1, price NUMERIC(8, 2), state VARCHAR(10) NOT NULL DEFAULT 'new',
  FOREIGN KEY (owner_id) REFERENCES owners (id));
CREATE TABLE log (id INTEGER, word VARCHAR(40));
";

const ANYWHERE: [&str; 4] = [
    "CREATE VIEW item_names AS SELECT id, label FROM items;",
    "CREATE UNIQUE INDEX owners_name ON owners (name);",
    "CREATE INDEX items_label ON items (label);",
    "CREATE VIEW all_items AS SELECT * FROM items;",
];

const POSTGRES: [&str; 8] = [
    "CREATE TYPE mood AS ENUM ('sad', 'happy'); ALTER TABLE owners ADD COLUMN mood mood;",
    "CREATE TABLE owners_history AS SELECT * FROM owners WITH NO DATA;
     CREATE FUNCTION keep() RETURNS TRIGGER LANGUAGE plpgsql AS
     'BEGIN INSERT INTO owners_history SELECT OLD.*; RETURN NEW; END';
     CREATE TRIGGER kept BEFORE UPDATE ON owners FOR EACH ROW EXECUTE FUNCTION keep();",
    "CREATE FUNCTION note_it() RETURNS TRIGGER LANGUAGE plpgsql AS
     'BEGIN INSERT INTO log VALUES (NEW.id, NEW.label); RETURN NEW; END';
     CREATE TRIGGER noted AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note_it();",
    "CREATE FUNCTION big(x INTEGER) RETURNS BOOLEAN LANGUAGE sql AS 'SELECT x > 10';",
    "CREATE TABLE days (id INTEGER NOT NULL, at DATE NOT NULL) PARTITION BY RANGE (at);
     CREATE TABLE days_rest PARTITION OF days DEFAULT;",
    "ALTER TABLE items ADD CONSTRAINT items_size CHECK (size >= 0);",
    "CREATE SEQUENCE numbers;",
    "CREATE RULE logged AS ON DELETE TO items DO ALSO INSERT INTO log VALUES (OLD.id, OLD.label);",
];

const MYSQL: [&str; 3] = [
    "ALTER TABLE owners ADD COLUMN mood ENUM('sad', 'happy');",
    "CREATE TRIGGER noted AFTER INSERT ON items FOR EACH ROW INSERT INTO log VALUES (NEW.id, NEW.label);",
    "CREATE FUNCTION big(x INTEGER) RETURNS INTEGER DETERMINISTIC RETURN x > 10;",
];

const SQLITE: [&str; 3] = [
    "CREATE TRIGGER noted AFTER INSERT ON items BEGIN INSERT INTO log VALUES (NEW.id, NEW.label); END;",
    "CREATE TABLE owners_history (id INTEGER, name TEXT, note TEXT);
     CREATE TRIGGER kept AFTER UPDATE ON owners BEGIN INSERT INTO owners_history SELECT OLD.id, OLD.name, OLD.note; END;",
    "CREATE VIEW both_items AS SELECT * FROM items UNION ALL SELECT * FROM items;",
];

/// What the previous version of the app has made.
pub(crate) fn schema(dialect: Dialect, dice: &mut Dice) -> String {
    let own: &[&str] = match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Mysql => &MYSQL,
        Dialect::Sqlite => &SQLITE,
    };
    let mut parts = vec![TABLES];
    parts.extend(dice.some(&ANYWHERE));
    parts.extend(dice.some(own));
    parts.join("\n")
}

/// Up to three statements.
pub(crate) fn migration(dialect: Dialect, dice: &mut Dice) -> String {
    let count = 1 + dice.below(3);
    let statements: Vec<_> = (0..count).map(|_| statement(dialect, dice) + ";\n").collect();
    statements.concat()
}

fn statement(dialect: Dialect, dice: &mut Dice) -> String {
    let table = dice.one(&["owners", "items", "log"]);
    let column = match table {
        "owners" => dice.one(&["id", "name", "note"]),
        "items" => dice.one(&["owner_id", "label", "size", "price", "state"]),
        _ => dice.one(&["id", "word"]),
    };
    let ty = dice.one(&["INTEGER", "BIGINT", "TEXT", "VARCHAR(80)", "NUMERIC(12, 2)", "DATE"]);
    let value = dice.one(&["0", "1", "'x'", "'new'", "NULL", "CURRENT_TIMESTAMP"]);
    let more = dice.one(&["", "", " NOT NULL", " UNIQUE", " CHECK (added > 'a')"]);
    let anywhere = [
        format!("ALTER TABLE {table} ADD COLUMN added {ty}"),
        format!("ALTER TABLE {table} ADD COLUMN added {ty}{more} DEFAULT {value}"),
        format!("CREATE INDEX new_index ON {table} ({column})"),
        format!("CREATE UNIQUE INDEX new_unique ON {table} ({column})"),
        format!(
            "CREATE TABLE fresh (id INTEGER PRIMARY KEY, other INTEGER REFERENCES {table} (id))"
        ),
        format!("INSERT INTO log (id, word) VALUES (77, {value})"),
        format!("UPDATE {table} SET {column} = {value}"),
        format!("ALTER TABLE {table} RENAME COLUMN {column} TO renamed"),
        format!("ALTER TABLE {table} DROP COLUMN {column}"),
        format!("CREATE VIEW new_view AS SELECT * FROM {table}"),
        "DROP VIEW IF EXISTS item_names".to_owned(),
        "CREATE TRIGGER new_trigger AFTER UPDATE ON items BEGIN SELECT 1; END".to_owned(),
    ];
    let own = match dialect {
        Dialect::Postgres => postgres(dice, table, column, ty, value),
        Dialect::Mysql => mysql(table, column, ty, value),
        Dialect::Sqlite => Vec::new(),
    };
    let at = dice.below(anywhere.len() + own.len());
    anywhere.into_iter().chain(own).nth(at).unwrap_or_default()
}

fn postgres(dice: &mut Dice, table: &str, column: &str, ty: &str, value: &str) -> Vec<String> {
    let body = dice.one(&["RETURN NEW;", "RETURN NULL;", "NEW.id := NEW.id; RETURN NEW;"]);
    vec![
        format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {ty} USING NULL::{ty}"),
        format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {ty}"),
        format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {value}"),
        format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
        format!("ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL"),
        format!("ALTER TABLE {table} ADD CONSTRAINT new_check CHECK ({column} IS NOT NULL) NOT VALID"),
        format!("ALTER TABLE {table} REPLICA IDENTITY NOTHING"),
        format!("CREATE PUBLICATION new_publication FOR TABLE {table}"),
        format!("ALTER TABLE {table} SET UNLOGGED"),
        format!("ALTER TABLE {table} ADD COLUMN twice TEXT GENERATED ALWAYS AS ({column}::text) STORED"),
        format!("COMMENT ON TABLE {table} IS 'x'"),
        "ALTER TYPE mood ADD VALUE 'calm'".to_owned(),
        "CREATE FUNCTION big(x BIGINT) RETURNS TEXT LANGUAGE sql AS 'SELECT x::text'".to_owned(),
        "CREATE TABLE days_2020 PARTITION OF days (CHECK (id > 5)) FOR VALUES FROM ('2020-01-01') TO ('2020-01-05')".to_owned(),
        "ALTER TABLE items DROP CONSTRAINT IF EXISTS items_size".to_owned(),
        "ALTER TABLE items DROP CONSTRAINT items_owner_id_fkey".to_owned(),
        "DROP SEQUENCE IF EXISTS numbers".to_owned(),
        format!("CREATE FUNCTION new_function() RETURNS TRIGGER LANGUAGE plpgsql AS 'BEGIN {body} END'; CREATE TRIGGER new_trigger BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION new_function()"),
    ]
}

fn mysql(table: &str, column: &str, ty: &str, value: &str) -> Vec<String> {
    vec![
        format!("ALTER TABLE {table} MODIFY {column} {ty}"),
        format!("ALTER TABLE {table} MODIFY {column} {ty} NOT NULL"),
        format!("ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {value}"),
        format!("ALTER TABLE {table} ENGINE = MyISAM"),
        format!("ALTER TABLE {table} ADD COLUMN first_one INTEGER FIRST"),
        "ALTER TABLE owners MODIFY mood ENUM('sad', 'happy', 'calm')".to_owned(),
        "ALTER TABLE owners MODIFY mood ENUM('sad', 'happy', 'calm') DEFAULT 'calm'".to_owned(),
    ]
}
