//! Values by type.

use dbmig_tests::Backend;

use crate::catalogue::Column;
use crate::kind::{Kind, Sign};

/// Values that may fit a column, the likeliest first; the number makes them different.
pub fn usual(backend: Backend, column: &Column, number: usize) -> Vec<String> {
    let mut values = of_kind(backend, &column.ty.kind, number);
    if let Kind::Text(limit) = column.ty.kind {
        let name = column.name.to_lowercase();
        let special = match name.as_str() {
            n if n.contains("mail") => Some(format!("a{number}@example.com")),
            n if n.contains("url") || n.contains("uri") => {
                Some(format!("https://example.com/{number}"))
            }
            _ => None,
        };
        values.splice(0..0, special);
        if let Some(limit) = limit {
            values
                .iter_mut()
                .for_each(|value| *value = value.chars().take(limit as usize).collect());
        }
    }
    values
}

fn of_kind(backend: Backend, kind: &Kind, n: usize) -> Vec<String> {
    let day = n % 27 + 1;
    let one = |text: String| vec![text];
    match kind {
        Kind::Bool if backend == Backend::Postgres => vec!["true".into(), "false".into()],
        Kind::Bool => vec!["1".into(), "0".into()],
        Kind::Tiny(_) | Kind::Small(_) | Kind::Int(_) | Kind::Big(_) => {
            [n + 1, n % 3, 0, 10 * n + 10, n + 100].map(|n| n.to_string()).into()
        }
        Kind::Float | Kind::Double => vec![format!("{}.5", n + 1), "0.5".into(), "0".into()],
        Kind::Numeric(digits) if *digits == 0 => vec!["0.1".into(), "0".into()],
        Kind::Numeric(_) => vec![(n % 9 + 1).to_string(), "0".into()],
        Kind::Text(_) => vec![
            format!("a{n}"),
            char::from(b'a' + (n % 26) as u8).to_string(),
            format!("#{n:06}"),
            format!("{n:032x}"),
            format!("https://example.com/{n}"),
            format!("00000000-0000-4000-8000-{n:012}"),
            "{}".into(),
        ],
        Kind::Bytes(limit) => {
            let full = usize::try_from(limit.unwrap_or(4).min(64)).unwrap_or(4);
            let bytes =
                |len: usize| format!("{}{:02x}", "00".repeat(len.saturating_sub(1)), n % 256);
            let lead = if backend == Backend::Postgres { "\\x" } else { "" };
            [full, 1, 32, 20, 33].map(|len| format!("{lead}{}", bytes(len))).into()
        }
        Kind::Date => one(format!("2020-01-{day:02}")),
        Kind::Time => one(format!("01:02:{day:02}")),
        Kind::Timestamp => one(format!("2020-01-{day:02} 03:04:05")),
        Kind::Timestamptz if backend == Backend::Postgres => {
            one(format!("2020-01-{day:02} 03:04:05+00"))
        }
        Kind::Timestamptz => one(format!("2020-01-{day:02} 03:04:05")),
        Kind::Interval => one(format!("{day} days")),
        Kind::Uuid => one(format!("00000000-0000-4000-8000-{n:012}")),
        Kind::Json | Kind::Jsonb => vec![format!("{{\"a\": {n}}}"), "[]".into(), "\"a\"".into()],
        Kind::Enum(labels) => {
            let start = n.checked_rem(labels.len()).unwrap_or(0);
            labels[start..].iter().chain(&labels[..start]).cloned().collect()
        }
        Kind::Array(element) => {
            let elements = of_kind(backend, element, n);
            let quoted = elements.first().map(|value| {
                format!("{{\"{}\"}}", value.replace('\\', "\\\\").replace('"', "\\\""))
            });
            quoted.into_iter().chain(["{}".into()]).collect()
        }
        Kind::Other(name) => other(name, n),
    }
}

fn other(name: &str, n: usize) -> Vec<String> {
    let texts = match name {
        "inet" | "cidr" => vec![format!("10.0.0.{}", n % 250)],
        "macaddr" => vec![format!("08:00:2b:01:02:{:02x}", n % 256)],
        "point" => vec![format!("({n},1)")],
        "box" => vec![format!("({n},1),(0,0)")],
        "int4range" | "int8range" | "numrange" => vec![format!("[{n},{})", n + 1)],
        "tsrange" | "tstzrange" | "daterange" => vec!["[2020-01-01,2020-01-02)".into()],
        "tsvector" | "ltree" | "hstore" | "name" => vec![format!("a{n}"), format!("a=>{n}")],
        "year" => vec!["2020".into()],
        "timetz" => vec!["01:02:03+00".into()],
        _ => vec![format!("{n}"), format!("a{n}"), "{}".into(), "()".into()],
    };
    let more = ["1", "(,)", "(,,)"].map(String::from);
    texts.into_iter().chain(more).collect()
}

/// What else an app may write into a column: the ends of its type.
pub fn extreme(column: &Column) -> Vec<String> {
    let text = |text: &str| text.to_owned();
    match &column.ty.kind {
        Kind::Tiny(Sign::Signed) => vec![text("100"), text("-5")],
        Kind::Tiny(Sign::Unsigned) => vec![text("200")],
        Kind::Small(Sign::Signed) => vec![text("30000"), text("-5")],
        Kind::Int(Sign::Signed) => vec![text("2000000000"), text("-5"), text("0")],
        Kind::Big(Sign::Signed) => vec![text("9000000000000000"), text("-5"), text("0")],
        Kind::Small(Sign::Unsigned) => vec![text("60000"), text("0")],
        Kind::Int(Sign::Unsigned) => vec![text("4000000000"), text("0")],
        Kind::Big(Sign::Unsigned) => vec![text("18000000000000000000"), text("0")],
        Kind::Float | Kind::Double => vec![text("-1.25"), text("100000")],
        Kind::Numeric(digits) => {
            let large = "9".repeat((*digits).clamp(1, 18) as usize);
            vec![large, text("-1"), text("0")]
        }
        Kind::Text(limit) => {
            let long = limit.unwrap_or(300).min(300) as usize;
            vec![String::new(), "x".repeat(long), text("Some words; and ' more")]
        }
        Kind::Bytes(_) => vec![String::new()],
        Kind::Bool => vec![text("0"), text("1")],
        Kind::Date => vec![text("1990-12-31"), text("2030-06-15")],
        Kind::Timestamp | Kind::Timestamptz => {
            vec![text("1990-12-31 00:00:00"), text("2030-06-15 12:00:00")]
        }
        Kind::Enum(labels) => labels.iter().take(8).cloned().collect(),
        Kind::Array(_) => vec![text("{}")],
        Kind::Json | Kind::Jsonb => vec![text("{}"), text("[1]"), text("null")],
        Kind::Time | Kind::Interval | Kind::Uuid | Kind::Other(_) => Vec::new(),
    }
}

/// The values that stand in a text, a CHECK say, if they could be for this column.
pub fn wanted(text: &str, column: &Column) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    match &column.ty.kind {
        Kind::Text(_) | Kind::Date | Kind::Timestamp | Kind::Timestamptz | Kind::Other(_) => {
            let quoted = text.split('\'').skip(1).step_by(2);
            found.extend(quoted.filter(|value| value.len() < 60).map(str::to_owned));
        }
        Kind::Tiny(_) | Kind::Small(_) | Kind::Int(_) | Kind::Big(_) | Kind::Numeric(_) => {
            let words = text.split(|c: char| !c.is_ascii_digit());
            found.extend(words.filter(|word| (1..9).contains(&word.len())).map(str::to_owned));
        }
        _ => {}
    }
    found.sort();
    found.dedup();
    found.truncate(12);
    found
}
