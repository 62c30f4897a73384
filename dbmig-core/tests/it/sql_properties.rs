//! Laws of the splitter and the checksum on generated and on arbitrary text.

use std::time::{Duration, Instant};

use dbmig_core::sql::{Position, Statement, Statements, split};
use dbmig_core::{Checksum, Dialect};
use proptest::prelude::*;

/// Tokens that stay apart whatever is put between them; no `;` and no body among them.
fn token(dialect: Dialect) -> impl Strategy<Value = String> {
    let common = vec![
        "SELECT", "case", "end_", "x1", "t", "été", "42", "1.5e-3", "'a;b'", "'it''s'", "'--'",
        "'/*'", "''", "'ä\nö'", ",", "(a)", "[1]", "=", "<>", "||", "*",
    ];
    let own = match dialect {
        Dialect::Postgres => vec![
            "\"q;\"",
            "$$;'$$",
            "$a$ $$; $a$",
            "E'\\';'",
            "U&'\\0041;'",
            "b'1'",
            "X'f;'",
            "->>",
            "@>",
            "::",
            "$1",
            "a$b$",
        ],
        Dialect::Mysql => vec![
            "`q;`",
            "\"s;\"",
            "'\\';'",
            "\"\\\";\"",
            "@a",
            "@@b",
            ":=",
            "<=>",
            "/*!50003 y */",
            "/*+ z; */",
            "x'00'",
            "_utf8mb4'x'",
        ],
        Dialect::Sqlite => vec!["`q;`", "\"s;\"", "[b;c]", "'\\'", ":a", "?1", "->>", "x'00'"],
    };
    prop::sample::select([common, own].concat()).prop_map(str::to_owned)
}

fn gap(dialect: Dialect) -> impl Strategy<Value = String> {
    let common = vec![" ", "\n", "\r\n", "\t", "/* c; ' */", "-- c; '\n", "-- $$ \"\r\n", "/**/"];
    let own = match dialect {
        Dialect::Postgres => vec!["/* /* ; */ ' */"],
        Dialect::Mysql => vec!["# c; '\n", "/* /* ; */"],
        Dialect::Sqlite => vec!["/* /* ; */", "\u{feff}"],
    };
    let pieces = prop::sample::select([common, own].concat());
    prop::collection::vec(pieces, 1..4).prop_map(|pieces| format!(" {} ", pieces.concat()))
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(Dialect::ALL.to_vec())
}

/// A statement as its tokens; the first is a keyword, so nothing opens a body by chance.
fn tokens(dialect: Dialect) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(token(dialect), 0..8)
        .prop_map(|rest| std::iter::once("SELECT".to_owned()).chain(rest).collect())
}

/// Statements with something to write between all their tokens.
fn script() -> impl Strategy<Value = (Dialect, Vec<Vec<(String, String)>>)> {
    dialect().prop_flat_map(|dialect| {
        let statement = tokens(dialect).prop_flat_map(move |tokens| {
            let count = tokens.len();
            prop::collection::vec(gap(dialect), count)
                .prop_map(move |gaps| apart(tokens.iter().cloned().zip(gaps).collect()))
        });
        (Just(dialect), prop::collection::vec(statement, 0..6))
    })
}

/// In a new line PostgreSQL goes on with `X'..'`, and does not take a quote that is doubled for one.
fn apart(mut tokens: Vec<(String, String)>) -> Vec<(String, String)> {
    for at in 1..tokens.len() {
        if tokens[at - 1].0.starts_with(['b', 'X']) && tokens[at].0.starts_with('\'') {
            tokens[at].1 = " ".to_owned();
        }
    }
    tokens
}

/// With gaps, and with the least that keeps the tokens apart.
fn written(script: &[Vec<(String, String)>]) -> (String, String) {
    let mut loose = String::new();
    let mut tight = String::new();
    for statement in script {
        for (token, gap) in statement {
            loose.extend([gap.as_str(), token.as_str()]);
            tight.extend([" ", token.as_str()]);
        }
        loose.push_str("/* behind */;");
        tight.push(';');
    }
    (loose, tight)
}

/// A checksum must notice each of these, and each comes from a token that is in use.
fn changed(token: &str) -> String {
    match token.chars().next() {
        Some('\'') => format!("'x{}", &token[1..]),
        Some(first) if first.is_alphanumeric() => format!("q{token}"),
        _ => format!("{token} zz"),
    }
}

/// Pieces from which arbitrary text soon becomes interesting text.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = vec![
        "'",
        "\"",
        "`",
        "[",
        "]",
        "(",
        ")",
        ";",
        ";;",
        "--",
        "-- ",
        "#",
        "/*",
        "*/",
        "/*!",
        "/*M!",
        "/*+",
        "/",
        "*",
        "-",
        "\\",
        "$",
        "$$",
        "$a$",
        "$ä$",
        "E'",
        "e'",
        "U&'",
        "U&\"",
        "x'",
        "\n",
        "\r\n",
        " ",
        "\t",
        "BEGIN",
        "begin",
        "ATOMIC",
        "END",
        "CASE",
        "IF",
        "THEN",
        "ELSE",
        "LOOP",
        "WHILE",
        "DO",
        "REPEAT",
        "UNTIL",
        "FOR",
        "DECLARE",
        "HANDLER",
        "CREATE",
        "OR",
        "REPLACE",
        "TEMP",
        "TRIGGER",
        "PROCEDURE",
        "FUNCTION",
        "PACKAGE",
        "BODY",
        "EVENT",
        "DEFINER",
        "=",
        "EACH",
        "ROW",
        "RETURN",
        "RETURNS",
        "AS",
        "IS",
        "DELIMITER ",
        "DELIMITER //\n",
        "DELIMITER ä\n",
        "//",
        "ä",
        "日本",
        "😀",
        "\u{feff}",
        "\0",
        "COPY",
        "FROM",
        "STDIN",
        "TO",
        "\\.\n",
        "\\restrict x\n",
        "SET",
        "sql_mode",
        "standard_conforming_strings",
        "'ANSI,NO_BACKSLASH_ESCAPES'",
        "off",
        "STATEMENT",
        "1",
        "1.",
        "0x",
        "1e-",
        ".",
        ",",
        ":",
        "::",
        "@",
        "+-",
        "<<",
        "a",
        "b",
    ];
    let piece =
        prop_oneof![8 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => ".{0,3}"];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_script_splits_into_the_statements_it_was_made_of((dialect, script) in script()) {
        let (loose, _) = written(&script);
        let found = split(dialect, &loose).unwrap();
        prop_assert_eq!(found.len(), script.len(), "{}", loose);
        for (statement, tokens) in found.iter().zip(&script) {
            let whole: String = tokens.iter().skip(1).map(|(t, gap)| format!("{gap}{t}")).collect();
            prop_assert_eq!(statement.text, format!("SELECT{whole}"));
        }
    }

    #[test]
    fn the_checksum_ignores_looks((dialect, script) in script()) {
        let (loose, tight) = written(&script);
        let sum = Checksum::of(dialect, &tight);
        prop_assert_eq!(sum, Checksum::of(dialect, &loose), "{}", loose);
        prop_assert_eq!(sum, Checksum::of(dialect, &format!("\u{feff};; {loose} -- end")));
        prop_assert_eq!(sum, Checksum::of(dialect, tight.trim_end_matches(';')));
        let windows = loose.replace("\r\n", "\n").replace('\n', "\r\n");
        prop_assert_eq!(sum, Checksum::of(dialect, &windows));
    }

    #[test]
    fn the_checksum_sees_every_token(
        (dialect, script) in script(),
        statement in any::<prop::sample::Index>(),
        token in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!script.is_empty());
        let sum = Checksum::of(dialect, &written(&script).0);
        let (statement, script) = (statement.index(script.len()), &script);
        let token = token.index(script[statement].len());
        let mut other = script.clone();
        other[statement][token].0 = changed(&script[statement][token].0);
        prop_assert_ne!(sum, Checksum::of(dialect, &written(&other).0));
        let mut fewer = script.clone();
        fewer[statement].remove(token);
        prop_assert_ne!(sum, Checksum::of(dialect, &written(&fewer).0));
    }

    #[test]
    fn any_text_is_split_or_refused(dialect in dialect(), text in prop_oneof![fragments(), any::<String>()]) {
        let _ = Checksum::of(dialect, &text);
        let mut end = 0;
        match split(dialect, &text) {
            Ok(statements) => for statement in statements {
                let Position { line, column } = Position::at(&text, statement.offset);
                prop_assert_eq!(statement.position, Position { line, column });
                prop_assert!(end <= statement.offset && !statement.text.is_empty());
                end = statement.offset + statement.text.len();
                prop_assert_eq!(&text[statement.offset..end], statement.text);
                let _ = statement.keywords().count();
            },
            Err(error) => {
                let Position { line, column } = error.position;
                let lines: Vec<_> = text.split('\n').collect();
                let found = lines.get(line as usize - 1).map(|line| line.chars().count());
                prop_assert!(found.is_some_and(|n| column as usize - 1 <= n), "{}", error);
            }
        }
    }

    /// What is left between the statements is nothing but comments, space and terminators.
    #[test]
    fn gaps_hold_no_statement(dialect in dialect(), text in fragments()) {
        let text = text.replace("DELIMITER", "");
        let Ok(statements) = split(dialect, &text) else { return Ok(()) };
        let mut end = 0;
        for statement in &statements {
            prop_assert_eq!(split(dialect, &text[end..statement.offset]), Ok(Statements::default()));
            end = statement.offset + statement.text.len();
        }
        prop_assert_eq!(split(dialect, &text[end..]), Ok(Statements::default()));
    }

    /// A statement taken out of its script is still that one statement, where nothing before it says
    /// how it is read.
    #[test]
    fn a_statement_stands_alone(dialect in dialect(), text in fragments()) {
        // A byte order mark is white space at the start of a text and a letter elsewhere.
        let text = text.replace("DELIMITER", "").replace('\u{feff}', "");
        let Ok(statements) = split(dialect, &text) else { return Ok(()) };
        // MySQL: `--` is two signs before `;` and a comment at the end.
        let usual = |s: &&Statement<'_>| s.is_read_as_usual() && !s.text.ends_with("--");
        for statement in statements.iter().filter(usual) {
            let again = split(dialect, statement.text);
            let again = again.map_err(|error| TestCaseError::fail(format!("{error} in {statement:?}")))?;
            prop_assert_eq!(again.iter().map(|s| s.text).collect::<Vec<_>>(), vec![statement.text]);
        }
    }
}

#[test]
fn splitting_takes_linear_time() {
    // Of 100 kB anything quadratic would take minutes, not a second.
    for unit in ["(", "a;", "$a", "$1", "+", "CASE ", "/*", "'", "BEGIN x;", "E'' ", "\u{feff}"] {
        for dialect in Dialect::ALL {
            let text = format!("CREATE PROCEDURE p() BEGIN {}", unit.repeat(100_000 / unit.len()));
            let start = Instant::now();
            let _ = split(dialect, &text);
            let _ = split(dialect, &text[27..]);
            let _ = Checksum::of(dialect, &text);
            assert!(start.elapsed() < Duration::from_secs(20), "{unit} in {dialect}");
        }
    }
}
