//! The splitter against PostgreSQL's own scanner and parser (libpg_query).

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use dbmig_core::sql::{SplitError, Statements, Unfit, split};
use dbmig_core::{Checksum, Dialect};
use pg_query::protobuf::{ScanToken, Token};
use proptest::prelude::*;

/// Our statements must be theirs, apart from comments and white space around them.
fn compare(text: &str, theirs: &[&str]) -> Result<(), String> {
    let ours = split(Dialect::Postgres, text).map_err(|error| format!("{error} in\n{text}"))?;
    let full = |part: &&&str| !split(Dialect::Postgres, part).is_ok_and(|inner| inner.is_empty());
    let theirs: Vec<&str> = theirs.iter().filter(full).copied().collect();
    if ours.len() != theirs.len() {
        let ours: Vec<_> = ours.iter().map(|statement| statement.text).collect();
        return Err(format!("ours {ours:#?}\ntheirs {theirs:#?}\nof\n{text}"));
    }
    for (our, their) in ours.iter().zip(theirs) {
        let start = their.as_ptr() as usize - text.as_ptr() as usize;
        let (before, after) = match our.offset.checked_sub(start) {
            Some(before) if before + our.text.len() <= their.len() => {
                (&their[..before], &their[before + our.text.len()..])
            }
            _ => return Err(format!("ours {our:?}\ntheirs {their:?}")),
        };
        for gap in [before, after] {
            if split(Dialect::Postgres, gap) != Ok(Statements::default()) {
                return Err(format!("{gap:?} is no gap around {our:?}"));
            }
        }
    }
    Ok(())
}

fn sql_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    files
}

#[test]
fn golden_inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = sql_files(&folder.join("../../dbmig-core/tests/split/postgres"));
    let mut refused = 0;
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        // Clients take a byte order mark away.
        let text = text.trim_start_matches('\u{feff}');
        // What is for psql, and what a server reads after it has executed what stands before, no
        // parser knows.
        if text.contains("standard_conforming_strings") {
            continue;
        }
        let text = &text.replace("\\restrict", "--estrict").replace("\\unrestrict", "--nrestrict");
        match (split(Dialect::Postgres, text), pg_query::split_with_parser(text)) {
            (Err(SplitError { what: Unfit::CopyFromStdin | Unfit::CopyToStdout, .. }), _) => {}
            (Ok(_), Ok(theirs)) => compare(text, &theirs).unwrap(),
            (Err(_), Err(_)) => refused += 1,
            (ours, theirs) => panic!("{}: ours {ours:?}, theirs {theirs:?}", file.display()),
        }
    }
    assert!(files.len() >= 12 && refused >= 4, "{} files, {refused} refused", files.len());
}

/// What PostgreSQL installs: its own catalogue scripts and those of its extensions, if it is here.
#[test]
fn installed_scripts() {
    let versions = fs::read_dir("/usr/share/postgresql").into_iter().flatten();
    for version in versions.map(|entry| entry.unwrap().path()) {
        for file in [sql_files(&version), sql_files(&version.join("extension"))].concat() {
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.split_inclusive('\n').filter(|line| !line.starts_with('\\'));
            let text: String = lines.collect();
            // Some hold macros that only their build or initdb fills in.
            if let Ok(theirs) = pg_query::split_with_parser(&text) {
                compare(&text, &theirs).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            }
        }
    }
}

/// Lexical pieces; whatever they make together, the scanner can judge it.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = vec![
        "'", "\"", "(", ")", ";", ";", "--", "/*", "*/", "/", "*", "-", "+", "@", "\\", "$", "$$",
        "$a$", "$ä$", "E'", "e'", "U&'", "U&\"", "x'", "B'1'", "''", "'a'", "\n", "\r\n", "\r",
        " ", "\t", "SELECT", "CASE", "END", "1", "1.", ".5", "1e5", "0x1f", "1_000", ".", ",", ":",
        "::", ":=", "=>", "<>", "a", "b$", "$1 ", "ä", "日本", "[", "]", "-- c\n", "/* c */",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..30).prop_map(|pieces| pieces.concat())
}

/// Statements that the parser takes, written with what could lead a splitter astray.
fn statement() -> impl Strategy<Value = String> {
    let literal = prop::sample::select(vec![
        "'a;b'",
        "'it''s;'",
        "E'\\';'",
        "$$;'$$",
        "$x$ $$; $x$",
        "U&'\\0041;'",
        "'--'",
        "'/*'",
        "'ä;'\n'b;'",
        "E'a'\n'\\';'",
        "B'1'",
        "1.5",
        "\"q;\"",
        "a.\"end\"",
        "case when a then b end",
    ]);
    let gap = prop::sample::select(vec![" ", "\n", "\r\n", " -- c;'\n", "/* ;/*;*/' */", "\t"]);
    let template = prop::sample::select(vec![
        "SELECT {} , {} ;",
        "INSERT INTO t VALUES ( {} , {} ) ;",
        "CREATE TABLE \"t;\" ( a int , b text DEFAULT ( {} ) ) ;",
        "CREATE FUNCTION f ( a int ) RETURNS int BEGIN ATOMIC SELECT {} ; SELECT CASE a WHEN {} \
         THEN 1 END ; END ;",
        "CREATE OR REPLACE PROCEDURE p ( ) LANGUAGE sql BEGIN ATOMIC INSERT INTO t SELECT {} ; END ;",
        "CREATE FUNCTION f ( ) RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN {} ; END ; $f$ ;",
        "CREATE RULE r AS ON UPDATE TO t DO ALSO ( SELECT {} ; SELECT 2 ) ;",
        "BEGIN ; SELECT 1 AS end , {} AS case ; END ;",
        "CREATE INDEX CONCURRENTLY i ON t ( ( {} ) ) ;",
        "DO $do$ BEGIN PERFORM {} ; END $do$ ;",
        ";",
    ]);
    (template, prop::collection::vec(literal, 2), prop::collection::vec(gap, 1..40)).prop_map(
        |(template, literals, gaps)| {
            let (mut literals, mut gaps) = (literals.iter().cycle(), gaps.iter().cycle());
            let words = template.split_ascii_whitespace().map(|word| match word {
                "{}" => literals.next().unwrap(),
                word => word,
            });
            words.flat_map(|word| [gaps.next().unwrap(), word]).collect()
        },
    )
}

/// `X'..'` goes on in the next line as it began: there a quote that is doubled ends it twice.
#[test]
fn digits_go_on_without_escapes() {
    let text = "x'E'\n''''";
    let scan = pg_query::scan(text).unwrap();
    let part = |token: &ScanToken| &text[token.start as usize..token.end as usize];
    let tokens: Vec<_> = scan.tokens.iter().map(part).collect();
    assert_eq!(tokens, ["x'E'\n''", "''"]);
    let sum = |text: &str| Checksum::of(Dialect::Postgres, text);
    assert_eq!(sum(text), sum(&tokens.join(" ")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn generated_scripts(statements in prop::collection::vec(statement(), 0..6)) {
        let text = statements.concat();
        let theirs = pg_query::split_with_parser(&text);
        let theirs = theirs.map_err(|error| TestCaseError::fail(format!("{error} in {text}")))?;
        compare(&text, &theirs).map_err(TestCaseError::fail)?;
    }

    /// The scanner's tokens, written with a space between them, mean the same to us; and we split
    /// at its semicolons.
    #[test]
    fn any_lexical_mess(text in fragments()) {
        let Ok(scan) = pg_query::scan(&text) else {
            // It also refuses what is closed but wrong: `U&'\x'`, `1a`.
            return Ok(());
        };
        let part = |token: &ScanToken| &text[token.start as usize..token.end as usize];
        let comments = [Token::SqlComment as i32, Token::CComment as i32];
        let tokens = scan.tokens.iter().filter(|token| !comments.contains(&token.token)).map(part);
        let tokens: Vec<&str> = tokens.collect();
        // The rest of the line is for psql.
        if tokens.contains(&"\\") {
            return Ok(());
        }
        let sum = Checksum::of(Dialect::Postgres, &text);
        prop_assert_eq!(sum, Checksum::of(Dialect::Postgres, &tokens.join(" ")), "{:?} of {:?}", tokens, text);

        let depth = tokens.iter().try_fold(0_usize, |depth, token| match *token {
            "(" => Some(depth + 1),
            ")" => depth.checked_sub(1),
            _ => Some(depth),
        });
        if depth != Some(0) {
            return Ok(());
        }
        let mut depth = 0;
        let theirs: Vec<Vec<&str>> = tokens
            .split(|token| {
                depth += i32::from(*token == "(") - i32::from(*token == ")");
                *token == ";" && depth == 0
            })
            .filter(|statement| !statement.is_empty())
            .map(<[&str]>::to_vec)
            .collect();
        let ours = split(Dialect::Postgres, &text);
        let ours = ours.map_err(|error| TestCaseError::fail(format!("{error} of {text:?}")))?;
        let ends = |part: &str| part.as_ptr() as usize + part.len() - text.as_ptr() as usize;
        let ours: Vec<_> = ours.iter().map(|s| (s.offset, ends(s.text))).collect();
        let theirs: Vec<_> = theirs
            .iter()
            .map(|tokens| (ends(tokens[0]) - tokens[0].len(), ends(tokens[tokens.len() - 1])))
            .collect();
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}
