//! What became of a statement that began and whose end nobody has noted: its runner vanished, or
//! it failed in a way that may leave a part of it.

use super::Interrupted;
use crate::Dialect;
use crate::sql::effect::{self, StatementEffect};
use crate::sql::object::ObjectKind;
use crate::sql::{self, Statement, kind};

/// Stands between the objects in a sighting.
pub const SEPARATOR: char = '\u{1e}';

/// The word of an index that PostgreSQL does not use, before its name in a sighting.
pub const INVALID: &str = "invalid ";

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum InFlightOutcome {
    /// It took effect.
    Done,
    /// It did not, or it does no harm to run it again.
    NotDone,
    /// It did not, but has left these, which must go before it is run again.
    HalfDone(Vec<String>),
    /// Only a person can tell.
    Unknown,
}

impl Interrupted {
    /// The effect of the statement that was in flight when its runner vanished: what to look for
    /// in the catalogue. Nothing, where none was.
    pub fn in_flight(&self, dialect: Dialect) -> Option<StatementEffect> {
        let statements = sql::split(dialect, &self.script).unwrap_or_default();
        in_flight(dialect, self, &statements).map(|(_, effect)| effect)
    }
}

/// The statement in flight and what became of it, by comparing what the catalogue said before it
/// with what it says now.
pub(super) fn outcome<'t>(
    dialect: Dialect,
    run: &Interrupted,
    statements: &'t [Statement<'_>],
) -> Option<(&'t Statement<'t>, InFlightOutcome)> {
    let (statement, effect) = in_flight(dialect, run, statements)?;
    let outcome = match (effect, &run.catalog_before, &run.catalog_now) {
        (StatementEffect::Repeatable, ..) => InFlightOutcome::NotDone,
        (StatementEffect::Visible(objects), Some(before), Some(now)) => {
            let before: Vec<_> = before.split(SEPARATOR).collect();
            let now: Vec<_> = now.split(SEPARATOR).collect();
            match objects.as_slice() {
                [one] if one.kind == ObjectKind::Indexes => {
                    indexes(before[0], now[0], effect::index_name(statement).as_deref())
                }
                all if before.len() == all.len() && now.len() == all.len() => {
                    changed(&before, &now)
                }
                _ => InFlightOutcome::Unknown,
            }
        }
        _ => InFlightOutcome::Unknown,
    };
    Some((statement, outcome))
}

fn in_flight<'t>(
    dialect: Dialect,
    run: &Interrupted,
    statements: &'t [Statement<'_>],
) -> Option<(&'t Statement<'t>, StatementEffect)> {
    let statement = statements.get(run.done).filter(|_| run.in_doubt())?;
    let effect = StatementEffect::of(dialect, statement);
    // After `USE` or `SET search_path` a bare name means something that we cannot look up now.
    let moved = statements.iter().take(run.done).any(|s| kind::moves_names(dialect, s));
    let bare = effect.objects().iter().any(|object| object.schema.is_none());
    Some((statement, if moved && bare { StatementEffect::Opaque } else { effect }))
}

fn changed(before: &[&str], now: &[&str]) -> InFlightOutcome {
    let count = before.iter().zip(now).filter(|(before, now)| before != now).count();
    match count {
        0 => InFlightOutcome::NotDone,
        all if all == before.len() => InFlightOutcome::Done,
        _ => InFlightOutcome::Unknown,
    }
}

/// An index of that name, if it has one, that was not there before; while it is invalid it is not
/// finished.
fn indexes(before: &str, now: &str, name: Option<&str>) -> InFlightOutcome {
    let bare = |line: &'_ str| line.strip_prefix(INVALID).unwrap_or(line).to_owned();
    let known: Vec<_> = before.lines().map(bare).collect();
    let new = now.lines().filter(|line| !known.contains(&bare(line)));
    let new: Vec<_> = new.filter(|line| name.is_none_or(|name| is_called(line, name))).collect();
    match new.as_slice() {
        [] => InFlightOutcome::NotDone,
        [one] if one.starts_with(INVALID) => InFlightOutcome::HalfDone(vec![bare(one)]),
        [_] => InFlightOutcome::Done,
        // Without a name, nobody knows which of them is the one.
        _ => InFlightOutcome::Unknown,
    }
}

/// Whether a line `schema.index`, with quotes only where PostgreSQL needs them, is about `name`.
fn is_called(line: &str, name: &str) -> bool {
    let quoted = format!(".\"{}\"", name.replace('"', "\"\""));
    line.ends_with(&quoted) || line.ends_with(&format!(".{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;
    use crate::plan::{Cause, Direction};

    fn after(
        dialect: Dialect,
        script: &str,
        done: usize,
        states: Option<[&str; 2]>,
    ) -> InFlightOutcome {
        let run = Interrupted {
            run: 1,
            version: Version::from_ledger("1"),
            name: "1_a".to_owned(),
            direction: Direction::Up,
            started: done + 1,
            done,
            cause: Cause::Lost,
            script: script.to_owned(),
            session: None,
            catalog_before: states.map(|[before, _]| before.to_owned()),
            impact: crate::impact::Impact::unread(),
            app: String::new(),
            catalog_now: states.map(|[_, now]| now.to_owned()),
        };
        let statements = sql::split(dialect, script).unwrap();
        outcome(dialect, &run, &statements).unwrap().1
    }

    #[test]
    fn a_change_of_the_object_means_done() {
        let mysql = |script, states| after(Dialect::Mysql, script, 0, Some(states));
        assert_eq!(mysql("CREATE TABLE t (a INT)", ["", "a1"]), InFlightOutcome::Done);
        assert_eq!(mysql("CREATE TABLE t (a INT)", ["", ""]), InFlightOutcome::NotDone);
        assert_eq!(mysql("DROP TABLE a, b", ["a1\u{1e}b1", "\u{1e}"]), InFlightOutcome::Done);
        assert_eq!(
            mysql("DROP TABLE a, b", ["a1\u{1e}b1", "a1\u{1e}b1"]),
            InFlightOutcome::NotDone
        );
        assert_eq!(mysql("DROP TABLE a, b", ["a1\u{1e}b1", "\u{1e}b1"]), InFlightOutcome::Unknown);
        assert_eq!(mysql("CALL p()", ["", ""]), InFlightOutcome::Unknown);
        assert_eq!(after(Dialect::Mysql, "TRUNCATE t", 0, None), InFlightOutcome::NotDone);
        assert_eq!(
            after(Dialect::Mysql, "CREATE TABLE t (a INT)", 0, None),
            InFlightOutcome::Unknown
        );
    }

    #[test]
    fn an_invalid_index_of_ours_is_to_be_dropped_and_no_other() {
        let sql = "CREATE INDEX CONCURRENTLY ON t (a)";
        let old = "s.\"other\"\ninvalid s.\"broken_before\"";
        let seen = |now: &str| after(Dialect::Postgres, sql, 0, Some([old, now]));
        assert_eq!(seen(old), InFlightOutcome::NotDone);
        assert_eq!(seen(&format!("{old}\ns.\"t_a_idx\"")), InFlightOutcome::Done);
        assert_eq!(
            seen(&format!("{old}\ninvalid s.\"t_a_idx\"")),
            InFlightOutcome::HalfDone(vec!["s.\"t_a_idx\"".to_owned()])
        );
        assert_eq!(seen(&format!("{old}\ns.a\ns.b")), InFlightOutcome::Unknown);
        let named = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"Its\" ON t (a)";
        let seen = |now: &str| after(Dialect::Postgres, named, 0, Some([old, now]));
        assert_eq!(seen(&format!("{old}\ns.other")), InFlightOutcome::NotDone);
        assert_eq!(seen(&format!("{old}\ns.other\ns.\"Its\"")), InFlightOutcome::Done);
    }

    #[test]
    fn a_bare_name_means_nothing_after_use() {
        let changed = Some(["", "a1"]);
        let done = |script| after(Dialect::Mysql, script, 1, changed);
        assert_eq!(done("USE other; CREATE TABLE t (a INT)"), InFlightOutcome::Unknown);
        assert_eq!(done("USE other; CREATE TABLE d.t (a INT)"), InFlightOutcome::Done);
    }
}
