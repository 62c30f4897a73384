//! Which functions a query calls.

use super::Statement;
use super::token::{Token, TokenKind};

/// What may stand before a parenthesis and changes nothing: keywords, types, and the commonest
/// functions.
const HARMLESS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "array_agg",
    "as",
    "avg",
    "between",
    "by",
    "case",
    "cast",
    "char",
    "coalesce",
    "concat",
    "count",
    "current_date",
    "current_timestamp",
    "date",
    "decimal",
    "distinct",
    "else",
    "except",
    "exists",
    "extract",
    "filter",
    "from",
    "greatest",
    "having",
    "if",
    "ifnull",
    "in",
    "intersect",
    "is",
    "join",
    "lateral",
    "least",
    "left",
    "length",
    "like",
    "limit",
    "lower",
    "materialized",
    "max",
    "min",
    "not",
    "now",
    "nullif",
    "numeric",
    "on",
    "or",
    "over",
    "pg_get_serial_sequence",
    "replace",
    "right",
    "round",
    "row",
    "row_number",
    "select",
    "some",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "then",
    "timestamp",
    "trim",
    "union",
    "upper",
    "using",
    "values",
    "varchar",
    "version",
    "when",
    "where",
    "with",
    "within",
];

/// The first function that is called and may do anything, and the first text among its arguments.
pub(crate) fn unknown(statement: &Statement<'_>) -> Option<(String, Option<String>)> {
    let tokens: Vec<Token<'_>> = statement.tokens().collect();
    let called = |pair: &[Token<'_>]| {
        let name = pair[0].kind == TokenKind::Name
            || pair[0].word().is_some_and(|word| {
                HARMLESS.binary_search(&word.to_ascii_lowercase().as_str()).is_err()
            });
        name && pair[1].is("(")
    };
    let is_call = |(at, pair): (usize, &[Token<'_>])| called(pair) && !is_filled(&tokens, at);
    let at = tokens.windows(2).enumerate().position(is_call)?;
    let text = tokens[at..].iter().find(|token| token.kind == TokenKind::String);
    let text = text.map(|token| token.text.trim_matches('\'').to_owned());
    Some((tokens[at].text.to_owned(), text))
}

/// `INTO schema.table (`: what stands there is a table, and its columns follow.
fn is_filled(tokens: &[Token<'_>], mut at: usize) -> bool {
    let before = |at: usize, is: &dyn Fn(&Token<'_>) -> bool| {
        at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(is)
    };
    while before(at, &|token| token.is(".")) {
        at = at.saturating_sub(2);
    }
    before(at, &|token| token.word().is_some_and(|word| word.eq_ignore_ascii_case("into")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::split;

    #[test]
    fn the_first_function_that_nobody_knows() {
        assert!(HARMLESS.is_sorted());
        let found = |text| unknown(&split(Dialect::Postgres, text).unwrap()[0]);
        assert_eq!(found("SELECT COUNT(*), now() FROM t WHERE a IN (1)"), None);
        let call = found("SELECT 1, f(2, 'x''y', 'z')").unwrap();
        assert_eq!(call, ("f".to_owned(), Some("x''y".to_owned())));
        assert_eq!(found("SELECT \"max\"(1)").unwrap().1, None);
        assert_eq!(found("WITH a AS (SELECT 1) INSERT INTO s.t (a) SELECT 1 FROM a"), None);
        assert_eq!(found("WITH a AS (SELECT 1) INSERT INTO t (a) SELECT f(1)").unwrap().0, "f");
    }
}
