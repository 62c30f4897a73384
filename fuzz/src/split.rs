//! The splitter and the checksum, on any text.

use dbmig_core::sql::effect::StatementEffect;
use dbmig_core::sql::{self, Position, SplitError, Statement, Statements, Unfit, kind};
use dbmig_core::{Checksum, Dialect};

use crate::dialect;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The first byte chooses the dialect, the rest is the script.
pub fn split(data: &[u8]) {
    let (dialect, script) = dialect::chosen(data);
    let text = String::from_utf8_lossy(script);
    match sql::split(dialect, &text) {
        Ok(statements) => {
            lie_in_the_text(&text, &statements);
            statements.iter().for_each(|statement| are_judged(dialect, statement));
            if !depends_on_its_place(dialect, &text) {
                stand_alone(dialect, &statements);
                leave_nothing_out(dialect, &text, &statements);
                are_all_that_is_summed(dialect, &text, &statements);
                are_the_same_without_secrets(dialect, &text, &statements);
            }
        }
        Err(error) => names_its_place(&text, &error),
    }
    ignore_line_ends(dialect, &text);
}

/// In their order, apart from each other, where they say.
fn lie_in_the_text(text: &str, statements: &[Statement<'_>]) {
    let mut places = places(text);
    let mut end = 0;
    for statement in statements {
        assert!(end <= statement.offset, "{statement:?} begins before byte {end}");
        end = statement.offset + statement.text.len();
        assert_eq!(&text[statement.offset..end], statement.text);
        assert_eq!(statement.text, statement.text.trim_ascii(), "{statement:?} has a margin");
        assert!(!statement.text.is_empty(), "{statement:?} is empty");
        let place = places.find(|&(offset, _)| offset == statement.offset).unwrap();
        assert_eq!(statement.position, place.1, "{statement:?}");
    }
    if let Some(last) = statements.last() {
        assert_eq!(last.position, Position::at(text, last.offset));
    }
}

/// The place of each character and of the end, counted one by one.
fn places(text: &str) -> impl Iterator<Item = (usize, Position)> {
    let mut next = Position { line: 1, column: 1 };
    let ends = text.char_indices().map(|(at, char)| (at, Some(char)));
    ends.chain([(text.len(), None)]).map(move |(at, char)| {
        let place = next;
        match char {
            Some('\n') => next = Position { line: place.line + 1, column: 1 },
            Some(BYTE_ORDER_MARK) if (place.line, place.column) == (1, 1) => {}
            _ => next.column += 1,
        }
        (at, place)
    })
}

/// Every question about a statement has an answer.
fn are_judged(dialect: Dialect, statement: &Statement<'_>) {
    let words = statement.keywords().collect::<Vec<_>>();
    assert!(statement.begins_with(&words));
    let shares = kind::shares_transaction(dialect, statement);
    assert!(!shares || kind::is_rollbackable(dialect, statement), "{statement:?}");
    assert!(!shares || !kind::refuses_transaction(dialect, statement), "{statement:?}");
    let sets = kind::sets_session(dialect, statement);
    assert!(sets || !kind::moves_names(dialect, statement), "{statement:?}");
    let _ = kind::makes_temporary(statement);
    if let StatementEffect::Visible(objects) = StatementEffect::of(dialect, statement) {
        assert!(!objects.is_empty(), "{statement:?}");
    }
}

/// A byte order mark is white space at the start and a letter elsewhere; `DELIMITER` is no part of
/// the statements that it changes, nor is what sets how quotes are read; to SQLite `/*` at the very
/// end is two operators.
fn depends_on_its_place(dialect: Dialect, text: &str) -> bool {
    let mentions = |word: &str| text.to_ascii_lowercase().contains(word);
    text.contains(BYTE_ORDER_MARK)
        || match dialect {
            Dialect::Postgres => mentions("standard_conforming_strings"),
            Dialect::Mysql => mentions("delimiter") || mentions("sql_mode"),
            Dialect::Sqlite => text.ends_with("/*"),
        }
}

/// Each is that one statement without its script too.
fn stand_alone(dialect: Dialect, statements: &[Statement<'_>]) {
    for statement in statements {
        // In MySQL `--` is two signs before a `;` and a comment at the end.
        if dialect == Dialect::Mysql && statement.text.ends_with("--") {
            continue;
        }
        assert_eq!(texts(&sql::split(dialect, statement.text).unwrap()), [statement.text]);
    }
}

/// Between them is no other.
fn leave_nothing_out(dialect: Dialect, text: &str, statements: &[Statement<'_>]) {
    let mut end = 0;
    for statement in statements {
        assert_eq!(sql::split(dialect, &text[end..statement.offset]), Ok(Statements::default()));
        end = statement.offset + statement.text.len();
    }
    assert_eq!(sql::split(dialect, &text[end..]), Ok(Statements::default()));
}

/// The checksum sees them and nothing else.
fn are_all_that_is_summed(dialect: Dialect, text: &str, statements: &[Statement<'_>]) {
    let bare: String =
        statements.iter().map(|statement| format!("{};\n", statement.text)).collect();
    assert_eq!(texts(&sql::split(dialect, &bare).unwrap()), texts(statements));
    assert_eq!(Checksum::of(dialect, &bare), Checksum::of(dialect, text), "of {bare:?}");
}

/// The history keeps a script without its secrets; a later run compares statement by statement.
fn are_the_same_without_secrets(dialect: Dialect, text: &str, statements: &[Statement<'_>]) {
    let stored = sql::hide_secrets(dialect, text);
    let before = sql::split(dialect, &stored).unwrap();
    assert_eq!(before.len(), statements.len(), "of {stored:?}");
    for (before, now) in before.iter().zip(statements) {
        let shown = |statement: &Statement<'_>| {
            let shown = sql::hide_secrets(dialect, statement.text);
            Checksum::of(dialect, &shown)
        };
        assert_eq!(shown(before), shown(now), "of {:?} and {:?}", before.text, now.text);
    }
}

fn texts<'t>(statements: &[Statement<'t>]) -> Vec<&'t str> {
    statements.iter().map(|statement| statement.text).collect()
}

fn names_its_place(text: &str, error: &SplitError) {
    let (what, said) = (&error.what, error.to_string());
    assert_eq!(matches!(what, Unfit::Unterminated(_)), said.contains("is never closed"), "{said}");
    assert!(places(text).any(|(_, place)| place == error.position), "{error}");
}

/// LF and CRLF are the same to the splitter and to the checksum.
fn ignore_line_ends(dialect: Dialect, text: &str) {
    let unix = text.replace("\r\n", "\n");
    // A carriage return of its own is no line end to all of the databases.
    if unix.contains('\r') {
        return;
    }
    let windows = unix.replace('\n', "\r\n");
    for other in [&unix, &windows] {
        assert_eq!(Checksum::of(dialect, text), Checksum::of(dialect, other), "of {other:?}");
    }
    let outline = |text: &str| {
        let outline = |s: &Statement<'_>| (s.position, s.text.replace("\r\n", "\n"));
        sql::split(dialect, text).map(|all| all.iter().map(outline).collect::<Vec<_>>())
    };
    assert_eq!(outline(&unix), outline(&windows));
}
