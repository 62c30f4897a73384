//! New functions and procedures beside others of their name.

use super::{Judge, Verdict, unclear};
use crate::Dialect;
use crate::infer::change::Kind;
use crate::infer::name::Name;

const BUILT_IN: &str = include_str!("postgres_functions.txt");

impl Judge<'_, '_> {
    /// PostgreSQL has several routines of one name: which of them a call means may change.
    pub(super) fn overloads(&self, kind: Kind, name: &Name) -> Option<Verdict> {
        let is_routine = matches!(kind, Kind::Function | Kind::Procedure | Kind::Aggregate);
        if !is_routine || self.scope.dialect != Dialect::Postgres {
            return None;
        }
        let word = kind.word();
        if self.past.has_routine(name) {
            return Some(unclear(format!(
                "another {word} {name}: calls of the previous version may mean it, or be ambiguous"
            )));
        }
        let mut built_in = BUILT_IN.lines().filter(|line| !line.starts_with('#'));
        built_in.any(|one| one == name.last()).then(|| {
            unclear(format!(
                "a {word} {name} beside PostgreSQL's own: calls of the previous version may mean \
                 it, or be ambiguous"
            ))
        })
    }
}
