//! What was there before, and what is there now.

use crate::client::Outcome;
use crate::statement::{Expect, Statement};

/// What differs, if anything does. `before` is what it gave twice: what differs there is no fault of
/// a migration.
pub fn difference(statement: &Statement, before: &[Outcome; 2], after: &Outcome) -> Option<String> {
    let last = statement.then.as_deref().unwrap_or(statement);
    if last.expect == Expect::Works {
        return None;
    }
    match (before, after) {
        ([Outcome::Count(one), Outcome::Count(two)], Outcome::Count(now)) => {
            (one == two && now != one).then(|| format!("{one} rows before, {now} now"))
        }
        ([Outcome::Rows(one), Outcome::Rows(two)], Outcome::Rows(now)) => rows(last, one, two, now),
        _ => Some("another kind of result".to_owned()),
    }
}

type Values = Vec<Option<String>>;

fn rows(last: &Statement, one: &[Values], two: &[Values], now: &[Values]) -> Option<String> {
    if one.len() != two.len() {
        return None;
    }
    let stable: Vec<_> = (0..last.reads.len())
        .filter(|at| last.reads[*at].compared && one.iter().zip(two).all(|(a, b)| a[*at] == b[*at]))
        .collect();
    let shown = |row: &Values| stable.iter().map(|at| row[*at].clone()).collect::<Values>();
    let mut left: Vec<_> = now.iter().map(shown).collect();
    for row in one.iter().map(shown) {
        match left.iter().position(|other| *other == row) {
            Some(at) => drop(left.swap_remove(at)),
            None => return Some(format!("before {}, now {}", text(&row), near(&row, &left))),
        }
    }
    let more = last.expect == Expect::Same && !left.is_empty();
    more.then(|| format!("more rows: {}", text(&left[0])))
}

/// The row that it has become, as far as one can tell.
fn near(row: &Values, left: &[Values]) -> String {
    let same = |other: &&Values| row.iter().zip(*other).filter(|(a, b)| a == b).count();
    left.iter().max_by_key(same).map_or_else(|| "nothing".to_owned(), text)
}

fn text(row: &Values) -> String {
    let values = row.iter().map(|value| value.as_deref().unwrap_or("NULL"));
    format!("({})", values.collect::<Vec<_>>().join(", "))
}
