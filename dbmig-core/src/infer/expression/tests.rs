use super::*;
use crate::infer::parse;

const POSTGRES: [(&str, &str); 13] = [
    ("a", "text"),
    ("v", "varchar(10)"),
    ("c", "text collate \"x\""),
    ("n", "integer"),
    ("big", "bigint"),
    ("flag", "boolean"),
    ("j", "jsonb"),
    ("js", "json"),
    ("at", "timestamp"),
    ("atz", "timestamp with time zone"),
    ("mood", "mood"),
    ("id", "uuid"),
    ("w", "numeric(8,2)"),
];
const MYSQL: [(&str, &str); 6] = [
    ("a", "text"),
    ("v", "varchar(10)"),
    ("n", "integer"),
    ("flag", "tinyint(1)"),
    ("at", "datetime"),
    ("mood", "enum('sad','happy')"),
];

fn shape(dialect: Dialect, clock: Clock, text: &str) -> Result<Shape, Doubt> {
    let kinds: &[_] = match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Mysql => &MYSQL,
        Dialect::Sqlite => &[],
    };
    let kind = |column: &str| {
        let own = kinds.iter().find(|(name, _)| *name == column);
        own.map(|(_, kind)| (*kind).to_owned())
    };
    let row = Row { dialect, kind: &kind, names: Names::Any, clock, own: Own::NONE };
    row.shape(&parse::expression(dialect, text).unwrap_or_else(|| panic!("{text}")))
}

fn check(dialect: Dialect, safe: &[&str], other: &[&str]) {
    for text in safe {
        assert!(shape(dialect, Clock::Refused, text).is_ok(), "{dialect}: {text}");
    }
    for text in other {
        assert!(shape(dialect, Clock::Refused, text).is_err(), "{dialect}: {text}");
    }
}

#[test]
fn what_cannot_fail_on_postgres() {
    let safe = [
        "j->>'k'",
        "j->'a'->>'b'",
        "j #>> '{a,b}'",
        "j @> '{\"a\": 1}'",
        "unknown IS NULL",
        "lower(unknown)",
        "n = 7 AND (a IS NOT NULL OR NOT flag)",
        "mood = 'sad'",
        "mood IN ('sad', 'happy')",
        "id = id",
        "unknown > 3",
        "a || '-' || v",
        "coalesce(a, v, 'x')",
        "nullif(trim(a), '')",
        "v LIKE 'a%'",
        "CASE WHEN flag THEN a ELSE 'x' END",
        "date_trunc('day', at)",
        "at::date",
        "n::bigint",
        "n::text",
        "'7'::int",
        "left(a, 3)",
        "to_tsvector('english', coalesce(a, ''))",
        "setweight(to_tsvector('simple', a), 'B') || to_tsvector('simple', j)",
        "greatest(n, 3)",
    ];
    let other = [
        "(j->>'n')::int",
        "js->>'k'",
        "unknown->>'k'",
        "10 / n",
        "n + 1",
        "-n",
        "big::int",
        "a::date",
        "twice(n)",
        "substring(a, n)",
        "left(a, n)",
        "a LIKE v",
        "a LIKE 'x\\'",
        "c LIKE 'a%'",
        "unknown LIKE 'a%'",
        "date_trunc(a, at)",
        "date_trunc('day', a)",
        "to_tsvector(a)",
        "to_tsvector('english', unknown)",
        "mood = unknown",
        "a ~ 'x('",
        "abs(n)",
        "at AT TIME ZONE 'utc'",
        "(SELECT 1)",
        "now()",
        "lower(a) OVER ()",
    ];
    check(Dialect::Postgres, &safe, &other);
}

#[test]
fn what_cannot_fail_on_mysql() {
    let safe = [
        "v = 'x' OR n > 7",
        "mood = 'sad'",
        "concat(v, '-', upper(v))",
        "if(n = 1, v, 'x')",
        "char_length(a)",
        "year(at)",
        "coalesce(v, 'x')",
    ];
    let other = [
        "v = 1",
        "n = 'x'",
        "v = at",
        "n * 2",
        "concat(v, n)",
        "v || v",
        "cast(v AS SIGNED)",
        "date(v)",
        "json_extract(a, '$.k')",
    ];
    check(Dialect::Mysql, &safe, &other);
}

#[test]
fn what_cannot_fail_on_sqlite() {
    let safe = ["n / 0 + n * 2", "a || n", "CAST(a AS INTEGER)", "substr(a, 1, 3)", "a = 1"];
    let other = ["json_extract(a, '$.k')", "a ->> '$.k'", "date(a)", "abs(n)", "a LIKE n"];
    check(Dialect::Sqlite, &safe, &other);
    // A trigger may ask for the time, which changes.
    assert!(shape(Dialect::Sqlite, Clock::Asked, "CURRENT_TIMESTAMP").is_ok());
    assert!(shape(Dialect::Sqlite, Clock::Refused, "CURRENT_TIMESTAMP").is_err());
}

#[test]
fn what_a_column_holds() {
    let fits_in =
        |dialect, text, kind| fits(dialect, &shape(dialect, Clock::Refused, text).unwrap(), kind);
    for (text, kind) in [
        ("a", "text"),
        ("v", "varchar(10)"),
        ("v || 'x'", "character varying(11)"),
        ("lower(v)", "varchar(30)"),
        ("left(a, 5)", "varchar(5)"),
        ("n", "bigint"),
        ("a IS NULL", "boolean"),
        ("j->'k'", "jsonb"),
        ("at", "timestamp"),
        ("NULL", "uuid"),
    ] {
        assert!(fits_in(Dialect::Postgres, text, kind), "{text}: {kind}");
    }
    for (text, kind) in [
        ("a", "varchar(10)"),
        ("v || 'x'", "varchar(10)"),
        ("upper(v)", "varchar(10)"),
        ("big", "integer"),
        ("n", "text"),
        ("at", "timestamp with time zone"),
        ("unknown", "text"),
        ("n", "numeric(3,1)"),
        ("w", "numeric(8,2)"),
    ] {
        assert!(!fits_in(Dialect::Postgres, text, kind), "{text}: {kind}");
    }
    assert!(fits_in(Dialect::Mysql, "upper(v)", "varchar(10)"));
    assert!(fits_in(Dialect::Mysql, "v = 'x'", "tinyint(1)"));
    assert!(!fits_in(Dialect::Mysql, "concat(v, v)", "varchar(19)"));
    assert!(!fits_in(Dialect::Mysql, "v", "varchar(10) character set latin1"));
}
