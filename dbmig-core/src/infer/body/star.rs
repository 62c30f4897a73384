//! Bodies that count the columns of a table: `SELECT *`, an `INSERT` without columns, a row type.
//!
//! With another column, they no longer fit. PostgreSQL resolves the `*` of views, rules and
//! `BEGIN ATOMIC` when these are made, MySQL that of views; SQLite and the bodies of routines
//! and triggers are read anew. PostgreSQL fills what an `INSERT` without columns leaves out, and
//! its records take as many columns as there are.

use crate::Dialect;
use crate::infer::schema::{Body, BodyKind};
use crate::infer::words::{Words, same};

/// How a body counts the columns of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Counting {
    /// `SELECT *`, `NEW.*`
    Star,
    /// `INSERT INTO t VALUES ..`
    Insert,
    /// `RETURNS SETOF t`
    RowType,
}

impl Counting {
    pub(in crate::infer) const fn words(self) -> &'static str {
        match self {
            Self::Star => "copies all columns with *",
            Self::Insert => "inserts without naming the columns",
            Self::RowType => "returns whole rows of the table",
        }
    }
}

/// Whether a body breaks, or may, when `table` gets another column. `called` is the text of the
/// function that a trigger calls.
pub(in crate::infer) fn counts(
    dialect: Dialect,
    body: &Body<'_>,
    called: Option<&Body<'_>>,
    table: &str,
) -> Option<Counting> {
    match (body.kind, dialect) {
        (BodyKind::Trigger, _) => {
            let of_table = body.table.as_ref().is_some_and(|of| same(of.last(), table));
            let texts = [Some(body), called];
            texts.into_iter().flatten().find_map(|body| {
                let is_named = of_table || body.mentions(table);
                is_named.then(|| code(dialect, body.opened(), table, of_table)).flatten()
            })
        }
        (BodyKind::Routine, _) if body.mentions(table) => routine(dialect, body.opened(), table),
        (BodyKind::View, Dialect::Sqlite) if body.mentions(table) => view(body.words(), table),
        (BodyKind::Routine | BodyKind::View | BodyKind::MaterializedView | BodyKind::Rule, _) => {
            None
        }
    }
}

fn routine(dialect: Dialect, words: &Words, table: &str) -> Option<Counting> {
    let is_frozen = (0..words.len()).any(|at| words.phrase(at, &["begin", "atomic"]));
    let returns = dialect == Dialect::Postgres && returns(words, table);
    if is_frozen {
        return returns.then_some(Counting::RowType);
    }
    if returns && gives_all(words, table) {
        return None;
    }
    code(dialect, words, table, false).or_else(|| returns.then_some(Counting::RowType))
}

fn code(dialect: Dialect, words: &Words, table: &str, of_table: bool) -> Option<Counting> {
    if !of_table && !words.mentions(table) {
        return None;
    }
    let inserts = |at: usize| dialect != Dialect::Postgres && inserts(words, at, table);
    if (0..words.len()).any(inserts) {
        return Some(Counting::Insert);
    }
    let counts = |at: usize| {
        let is_other_row = !of_table && is_row(words, at);
        let is_record = dialect == Dialect::Postgres && fills_record(words, at);
        is_star(words, at) && !is_other_row && !is_record && is_maybe_of(dialect, words, at, table)
    };
    (0..words.len()).any(counts).then_some(Counting::Star)
}

/// `OLD.*`, which is the row of the trigger's table.
fn is_row(words: &Words, star: usize) -> bool {
    star > 1 && words.symbol(star - 1, ".") && words.any(star - 2, &["old", "new"])
}

/// Whether a `*` may stand for columns of the table: in `SELECT * FROM u` it does not, nor where a
/// query in parentheses has its own.
fn is_maybe_of(dialect: Dialect, words: &Words, star: usize, table: &str) -> bool {
    if words.symbol(star - 1, ".") {
        return true;
    }
    let Some(from) = words.level(star + 1).find(|at| words.is(*at, "from")) else { return true };
    let (is_other, behind) = match words.object(from + 1) {
        // Of SQLite, it may be a view, whose `*` is read anew as well.
        Some((name, behind)) => (!same(name, table) && dialect != Dialect::Sqlite, behind),
        None => (words.symbol(from + 1, "("), words.closed(from + 1).unwrap_or(words.len())),
    };
    let ends = ["where", "group", "order", "limit", "union", "intersect", "except", "window"];
    let rest = words.level(behind).take_while(|at| !words.any(*at, &ends));
    let joins = rest.into_iter().any(|at| words.is(at, "join") || words.symbol(at, ","));
    joins || !is_other
}

/// PL/pgSQL's `SELECT * INTO r`, `FOR r IN SELECT * FROM t LOOP`
fn fills_record(words: &Words, star: usize) -> bool {
    star > 1
        && words.is(star - 1, "select")
        && (words.is(star + 1, "into") || words.is(star - 2, "in"))
}

/// `INSERT INTO t` without its columns.
fn inserts(words: &Words, at: usize, table: &str) -> bool {
    if !words.any(at, &["into", "insert", "replace"]) {
        return false;
    }
    let Some((name, mut next)) = words.object(at + 1) else { return false };
    if !same(name, table) {
        return false;
    }
    if words.is(next, "as") {
        next += 2;
    }
    words.any(next, &["values", "value", "select", "with", "table", "overriding"])
        || words.symbol(next, "(") && words.any(next + 1, &["select", "with", "values"])
}

/// A `*` that stands for columns and whose number matters.
fn is_star(words: &Words, at: usize) -> bool {
    if !words.symbol(at, "*") {
        return false;
    }
    let Some(before) = at.checked_sub(1) else { return false };
    if words.symbol(before, ".") {
        return !is_whole_row(words, at);
    }
    let selects = words.any(before, &["select", "distinct", "all", "returning"]);
    let exists = before > 1 && words.symbol(before - 1, "(") && words.is(before - 2, "exists");
    (selects && !exists) || words.symbol(before, ",")
}

/// `to_jsonb(NEW.*)`, `NEW.* IS DISTINCT FROM OLD.*`: as many columns as there are.
fn is_whole_row(words: &Words, star: usize) -> bool {
    let Some(name) = star.checked_sub(2) else { return false };
    let Some(before) = name.checked_sub(1) else { return false };
    let takes = ["to_json", "to_jsonb", "row_to_json", "hstore"];
    let is_argument = words.symbol(before, "(")
        && before > 0
        && words.any(before - 1, &takes)
        && words.symbol(star + 1, ")");
    let is_compared = words.phrase(star + 1, &["is", "distinct", "from"])
        || words.phrase(star + 1, &["is", "not", "distinct", "from"])
        || before > 0 && words.phrase(before - 1, &["distinct", "from"]);
    is_argument || is_compared
}

/// `RETURNS t`, `RETURNS SETOF t`
fn returns(words: &Words, table: &str) -> bool {
    (0..words.len()).any(|at| {
        let next = at + if words.is(at + 1, "setof") { 2 } else { 1 };
        words.is(at, "returns") && words.object(next).is_some_and(|(name, _)| same(name, table))
    })
}

/// `RETURNS SETOF t`, and all it does is to select all of `t`.
fn gives_all(words: &Words, table: &str) -> bool {
    let others = ["insert", "union", "intersect", "except", "join", "execute", "update", "delete"];
    let stars: Vec<_> = (0..words.len()).filter(|at| is_star(words, *at)).collect();
    let selects = (0..words.len()).filter(|at| words.is(*at, "select")).count();
    let [star] = stars[..] else { return false };
    let of_table = words.is(star + 1, "from")
        && words
            .object(star + 2)
            .is_some_and(|(name, next)| same(name, table) && !words.symbol(next, ","));
    selects == 1 && of_table && !others.iter().any(|word| words.is_anywhere(word))
}

/// SQLite's, which is read anew by whoever uses it.
fn view(words: &Words, table: &str) -> Option<Counting> {
    let counts = |at| is_star(words, at) && is_maybe_of(Dialect::Sqlite, words, at, table);
    let has_star = (0..words.len()).any(counts);
    if !has_star || !words.mentions(table) {
        return None;
    }
    let selects = (0..words.len()).filter(|at| words.is(*at, "select")).count();
    let joins = words.is_anywhere("join") || words.is_anywhere("values");
    let from = (0..words.len()).find(|at| words.is(*at, "from"))?;
    let lists = words.object(from + 1).is_none_or(|(_, next)| {
        words.symbol(next, ",") || words.name(next).is_some() && words.symbol(next + 1, ",")
    });
    let view = (0..words.len()).find(|at| words.is(*at, "view"))?;
    let as_ = (view..words.len()).find(|at| words.is(*at, "as"))?;
    let names = (view..as_).any(|at| words.symbol(at, "("));
    (selects != 1 || joins || lists || names).then_some(Counting::Star)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::split;

    fn counts_t(dialect: Dialect, text: &str) -> Option<Counting> {
        let statements = split(dialect, text).unwrap();
        let bodies: Vec<_> = statements.iter().filter_map(Body::of).collect();
        counts(dialect, &bodies[0], bodies.get(1), "t")
    }

    #[test]
    fn bodies_of_postgres() {
        let count = |text: &str| counts_t(Dialect::Postgres, text);
        let routine = |text: &str| {
            let create = "CREATE FUNCTION f() RETURNS TABLE (a INT) LANGUAGE plpgsql AS";
            counts_t(Dialect::Postgres, &format!("{create} $$ {text} $$"))
        };
        for text in [
            "INSERT INTO t2 SELECT * FROM t;",
            "RETURN QUERY SELECT x.* FROM t x;",
            "EXECUTE 'INSERT INTO t2 SELECT * FROM t';",
            "RETURN QUERY SELECT 1, * FROM t;",
            "INSERT INTO h SELECT * FROM u JOIN t ON a = b;",
            "INSERT INTO h SELECT *, 1 FROM u, t WHERE a = b;",
            "INSERT INTO h SELECT * FROM (SELECT * FROM t) x;",
            "INSERT INTO t2 (a) SELECT 1 WHERE 1 IN (SELECT * FROM t);",
        ] {
            assert_eq!(routine(text), Some(Counting::Star), "{text}");
        }
        for text in [
            "SELECT count(*) FROM t;",
            "INSERT INTO t2 SELECT * FROM t3;",
            "INSERT INTO t (a) SELECT 2 * a FROM t;",
            "INSERT INTO t VALUES (1);",
            "SELECT * INTO r FROM t;",
            "FOR r IN SELECT * FROM t LOOP END LOOP;",
            "INSERT INTO h SELECT *, 1 FROM t_view WHERE id IN (SELECT id FROM t);",
            "INSERT INTO h SELECT * FROM (SELECT a FROM t) x WHERE 1 = 1;",
            "IF EXISTS (SELECT * FROM t) THEN END IF;",
            "PERFORM to_jsonb(x.*) FROM t x; IF OLD.* IS DISTINCT FROM NEW.* THEN END IF;",
        ] {
            assert_eq!(routine(text), None, "{text}");
        }
        let trigger = "CREATE TRIGGER x AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f();";
        let function =
            "CREATE FUNCTION f() RETURNS trigger AS 'BEGIN INSERT INTO h SELECT OLD.*; END'";
        assert_eq!(count(&format!("{trigger} {function}")), Some(Counting::Star));
        assert_eq!(count(&format!("{} {function}", trigger.replace("ON t", "ON u"))), None);
        let returns = "CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql";
        assert_eq!(count(&format!("{returns} AS 'SELECT a FROM t'")), Some(Counting::RowType));
        assert_eq!(count(&format!("{returns} AS 'SELECT * FROM t WHERE a'")), None);
        let atomic = format!("{returns} BEGIN ATOMIC SELECT * FROM t; END");
        assert_eq!(count(&atomic), Some(Counting::RowType));
        assert_eq!(count("CREATE VIEW v AS SELECT * FROM t UNION SELECT * FROM u"), None);
        assert_eq!(
            count("CREATE RULE r AS ON UPDATE TO t DO ALSO INSERT INTO h SELECT OLD.*"),
            None
        );
    }

    #[test]
    fn bodies_of_others() {
        let trigger = |dialect, text: &str| {
            let row = "CREATE TRIGGER x AFTER INSERT ON u FOR EACH ROW BEGIN";
            counts_t(dialect, &format!("{row} {text}; END"))
        };
        for dialect in [Dialect::Mysql, Dialect::Sqlite] {
            let insert = |text| trigger(dialect, text);
            assert_eq!(insert("INSERT INTO t VALUES (NEW.a)"), Some(Counting::Insert));
            assert_eq!(insert("REPLACE INTO t SELECT NEW.a"), Some(Counting::Insert));
            assert_eq!(insert("INSERT INTO t (a) VALUES (NEW.a)"), None);
            assert_eq!(insert("INSERT INTO h SELECT * FROM t"), Some(Counting::Star));
        }
        let view = |text: &str| counts_t(Dialect::Sqlite, text);
        assert_eq!(view("CREATE VIEW v AS SELECT * FROM t WHERE a"), None);
        let inner = "CREATE VIEW v AS SELECT a FROM (SELECT 1, * FROM (SELECT a FROM t) x) y";
        assert_eq!(view(inner), None);
        for text in [
            "CREATE VIEW v (a) AS SELECT * FROM t",
            "CREATE VIEW v AS SELECT * FROM t UNION ALL SELECT * FROM u",
            "CREATE VIEW v AS SELECT * FROM t JOIN u ON t.a = u.a",
            "CREATE VIEW v AS SELECT u.* FROM t, u",
            "CREATE VIEW v AS SELECT * FROM (SELECT * FROM t)",
        ] {
            assert_eq!(view(text), Some(Counting::Star), "{text}");
        }
    }
}
