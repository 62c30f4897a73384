//! New functions and procedures beside others of their name.

use super::{Finding, Judge, unclear};
use crate::Dialect;
use crate::infer::body::routine;
use crate::infer::change::Kind;
use crate::infer::name::Name;
use crate::infer::schema::BodyKind;
use crate::infer::words::Words;
use sqlparser::ast::Expr;

const BUILT_IN: &str = include_str!("postgres_functions.txt");

impl Judge<'_, '_> {
    /// Whether only triggers can call it, and the database drops it only if none does.
    pub(super) fn is_spare(&self, kind: Kind, name: &Name) -> bool {
        let statement = self.steps.get(self.step).and_then(|step| step.statement.as_ref());
        let cascades = statement.is_none_or(|it| Words::of(it).is_anywhere("cascade"));
        let mut known = self.past.routines(name).peekable();
        self.scope.dialect == Dialect::Postgres
            && kind == Kind::Function
            && !cascades
            && known.peek().is_some()
            && known.all(|body| routine::returns_trigger(body.words()))
    }

    /// What a function of PostgreSQL's that the script or an earlier one makes gives of these
    /// arguments, where it is the only one of its name.
    pub(super) fn inlined(&self, name: &str, given: &[&Expr]) -> Option<Expr> {
        if self.scope.dialect != Dialect::Postgres {
            return None;
        }
        let name = Name::single(name);
        let mut known = self.now.routines(&name);
        let body = known.next().filter(|_| known.next().is_none())?;
        routine::inlined(&body.statement, given)
    }

    /// Whether a function that is dropped is made again, and does the same. With it go its
    /// privileges.
    pub(super) fn is_routine_renewed_later(&self, kind: Kind, name: &Name) -> bool {
        let statement = self.steps.get(self.step).and_then(|step| step.statement.as_ref());
        let cascades = statement.is_none_or(|it| Words::of(it).is_anywhere("cascade"));
        let mut known = self.past.routines(name);
        let only = known.next().filter(|_| known.next().is_none());
        let Some(old) = only.filter(|_| kind == Kind::Function && !cascades) else { return false };
        let later = self.steps.get(self.step + 1..).unwrap_or_default();
        let mut made = later.iter().filter_map(|step| step.body.as_deref());
        !self.past.mentions("grant")
            && made.any(|new| {
                new.kind == BodyKind::Routine
                    && new.name == *name
                    && routine::is_same(&old.statement, &new.statement)
            })
    }

    /// PostgreSQL has several routines of one name: which of them a call means may change.
    pub(super) fn overloads(&self, kind: Kind, name: &Name) -> Option<Finding> {
        let is_routine = matches!(kind, Kind::Function | Kind::Procedure | Kind::Aggregate);
        if !is_routine || self.scope.dialect != Dialect::Postgres {
            return None;
        }
        let word = kind.word();
        if self.past.has_routine(name) && self.now.has_routine(name) {
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
