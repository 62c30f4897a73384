//! What was there before, and what is there now.

use crate::client::Outcome;
use crate::statement::{Expect, Statement};

/// What differs, if anything does. Both are what it gave twice: what differs in between, the time
/// say, is no fault of a migration.
pub fn difference(
    statement: &Statement,
    before: &[Outcome; 2],
    after: &[Outcome; 2],
) -> Option<String> {
    let last = statement.then.as_deref().unwrap_or(statement);
    if last.expect == Expect::Works {
        return None;
    }
    match (before, after) {
        ([Outcome::Count(one), Outcome::Count(two)], [_, Outcome::Count(now)]) => {
            (one == two && now != one).then(|| format!("{one} rows before, {now} now"))
        }
        ([Outcome::Rows(one), Outcome::Rows(two)], [Outcome::Rows(first), Outcome::Rows(now)]) => {
            let at: Vec<_> = (0..last.reads.len())
                .filter(|at| last.reads[*at].compared && is_stable(*at, one, two))
                .filter(|at| is_stable(*at, first, now))
                .collect();
            (one.len() == two.len()).then(|| rows(last, &at, one, now))?
        }
        _ => Some("another kind of result".to_owned()),
    }
}

type Values = Vec<Option<String>>;

fn is_stable(at: usize, one: &[Values], two: &[Values]) -> bool {
    one.iter().zip(two).all(|(one, two)| one[at] == two[at])
}

fn rows(last: &Statement, at: &[usize], before: &[Values], now: &[Values]) -> Option<String> {
    let shown = |row: &Values| at.iter().map(|at| row[*at].clone()).collect::<Values>();
    let mut left: Vec<_> = now.iter().map(shown).collect();
    for row in before.iter().map(shown) {
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
