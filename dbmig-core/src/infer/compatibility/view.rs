//! Views and functions that a script makes again.

use super::Judge;
use crate::Dialect;
use crate::infer::body::routine;
use crate::infer::body::view::{self, Renewal};
use crate::infer::change::Kind;
use crate::infer::expression::{Clock, Names, Own, Row};
use crate::infer::name::Name;
use crate::infer::parse;
use crate::infer::schema::{Body, BodyKind};
use crate::infer::words::Words;
use crate::sql::Statement;
use sqlparser::ast;

impl Judge<'_, '_> {
    /// What a `CREATE OR REPLACE` makes of what an earlier migration has made, where that is
    /// harmless.
    pub(super) fn renewed(&self, kind: Kind, name: &Name) -> Option<Renewal> {
        let new = self.steps.get(self.step)?.statement.as_ref()?;
        match kind {
            Kind::View => self.renewed_view(name, new),
            Kind::Function | Kind::Procedure => {
                let mut known = self.past.routines(name);
                let is_same = |old: &Body<'_>| {
                    view::is_same(&old.statement, new) || routine::is_same(&old.statement, new)
                };
                known.any(is_same).then_some(Renewal::Same)
            }
            _ => None,
        }
    }

    fn renewed_view(&self, name: &Name, new: &Statement<'_>) -> Option<Renewal> {
        let old = self.past.view(name)?;
        let renewal = view::renewal(&old.statement, new)?;
        let kind = |_: &str| None;
        let dialect = self.scope.dialect;
        // Of the columns that the view takes from its tables, the types are not looked up.
        let row =
            Row { dialect, kind: &kind, names: Names::Any, clock: Clock::Asked, own: Own::NONE };
        match &renewal {
            Renewal::Columns(added) if added.iter().any(|expr| row.shape(expr).is_err()) => None,
            Renewal::Columns(_) | Renewal::Same => Some(renewal),
        }
    }

    /// Whether a table that is renamed leaves a view of all its columns under its old name.
    ///
    /// SQLite cannot write to it, and in MySQL there is none until the next statement.
    pub(super) fn gets_view(&self, from: &Name, to: &Name) -> bool {
        let dialect = self.scope.dialect;
        let old = self.past.table(from).filter(|old| old.is_complete());
        let Some(old) = old.filter(|_| dialect == Dialect::Postgres) else { return false };
        let later = self.steps.get(self.step + 1..).unwrap_or_default();
        let trees = later.iter().filter_map(|step| parse::parse(step.statement.as_ref()?).ok());
        let mut views = trees.filter_map(|tree| match tree {
            ast::Statement::CreateView(view) if view.columns.is_empty() => Some(view),
            _ => None,
        });
        views.any(|view| {
            let is_it = Name::of(dialect, &view.name)
                .is_some_and(|name| name.key(dialect) == from.key(dialect));
            let values = self.values(&view.query, to, old).filter(|_| is_it && !view.materialized);
            let mut given: Vec<_> = values.unwrap_or_default().into_iter().flatten().collect();
            let mut wanted: Vec<_> =
                old.columns.iter().map(|(name, _)| name.as_ref().to_owned()).collect();
            given.sort();
            wanted.sort();
            given == wanted
        })
    }

    /// Whether a view that is dropped comes again, with no more than columns behind the others.
    ///
    /// With it go its privileges, and what runs when it is written to.
    pub(super) fn is_renewed_later(&self, name: &Name) -> bool {
        let same = |of: &Name| of.key(self.scope.dialect) == name.key(self.scope.dialect);
        let statement = self.steps.get(self.step).and_then(|step| step.statement.as_ref());
        let cascades = statement.is_none_or(|it| Words::of(it).is_anywhere("cascade"));
        let of_view = |body: &Body<'_>| body.table.as_ref().is_some_and(same);
        // Between the two, MySQL has none.
        if self.scope.dialect == Dialect::Mysql
            || cascades
            || self.past.mentions("grant")
            || self.past.bodies().any(of_view)
        {
            return false;
        }
        let later = self.steps.get(self.step + 1..).unwrap_or_default();
        let mut made = later.iter().filter_map(|step| Body::of(step.statement.as_ref()?));
        let new = made.find(|body| body.kind == BodyKind::View && same(&body.name));
        new.is_some_and(|new| self.renewed_view(name, &new.statement).is_some())
    }
}
