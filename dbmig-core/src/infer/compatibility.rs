//! Whether the previous version of the app can live with what a script does.

mod again;
mod column;
mod constraint;
mod default;
mod filling;
mod numbering;
mod object;
mod other;
mod partition;
mod publication;
mod rebuild;
mod reference;
mod routine;
mod rows;
mod table;
mod trigger;
mod view;

use super::change::{Act, Certainty, How, Kind};
use super::schema::Schema;
use super::scope::Scope;
use super::step::{Absence, Step};
use crate::impact::{Compatibility, Reason, Verdict};
use crate::migration::Settings;
use crate::sql::Position;
use filling::Filling;
use rebuild::Rebuild;
use reference::Reference;
use rows::Collision;
use trigger::Written;

/// What one change means.
enum Finding {
    /// The previous version does not notice.
    Silent,
    /// It can live with it; in words, what there is from now on.
    Adds(String),
    /// It can live with it once it has been started anew; in words likewise.
    AfterRestart(String),
    /// It cannot, or may not.
    Breaks(Certainty, String),
}

/// How many additions a reason names.
const NAMED: usize = 3;

/// The judgement on a script.
pub(super) struct Judgement<'t> {
    pub(super) compatibility: Compatibility,
    /// The first change that the previous version certainly cannot live with.
    pub(super) breaks: Option<Reason>,
    /// What it makes of the schema before it.
    pub(super) after: Schema<'t, 't>,
}

/// Whether the previous version, which knows the schema `past`, can live with a script.
pub(super) fn judge<'s, 't>(
    steps: &'s [Step<'t>],
    settings: &'s Settings,
    past: &'s Schema<'s, 't>,
) -> Judgement<'t> {
    // What the script is about may not be what is known by that name.
    let (mut before, mut now) = (Schema::over(past), Schema::over(past));
    before.enter(steps);
    now.enter(steps);
    let changes = steps.iter().flat_map(|step| &step.changes);
    let mut judge = Judge {
        scope: Scope::new(past.dialect(), changes),
        past: &before,
        now,
        steps,
        number: 0,
        absence: Absence::Fails,
        position: Position { line: 1, column: 1 },
        references: Vec::new(),
        collisions: Vec::new(),
        fillings: Vec::new(),
        settings,
        rebuilds: Rebuild::all(past, steps),
        step: 0,
        written: Written::default(),
    };
    let mut judged = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        judge.step = number;
        judge.absence = step.absence;
        for change in &step.changes {
            judge.position = change.position;
            judged.push((judge.act(&change.act), change.position));
            judge.now.heed(step, change);
            judge.number += 1;
        }
        judge.now.keep_body(step);
    }
    let mut added = Vec::new();
    for (number, verdict, more) in judge.rebuilt() {
        let Some((own, position)) = judged.get_mut(number) else { continue };
        // Where it is compatible, DROP TABLE may be not.
        if matches!((&*own, &verdict), (Finding::Silent, _) | (_, Finding::Breaks(..))) {
            *own = verdict;
        }
        added.extend(more.into_iter().map(|what| (Finding::Adds(what), *position)));
    }
    judged.extend(added);
    judged.extend(judge.dangling());
    judged.extend(judge.colliding());
    judged.extend(judge.holding());
    let after = judge.now.detached();
    let (mut breaks, mut plain, mut adds) = (None, None, Vec::new());
    let mut after_restart = Vec::new();
    for (verdict, position) in judged {
        match verdict {
            Finding::Silent => {}
            Finding::Adds(what) => adds.push((what, position)),
            Finding::AfterRestart(what) => after_restart.push((what, position)),
            Finding::Breaks(certainty, reason) => {
                let reason = || Reason::inferred(reason.clone(), Some(position));
                breaks.get_or_insert_with(reason);
                if certainty == Certainty::Plain {
                    plain.get_or_insert_with(reason);
                }
            }
        }
    }
    // The worst that it does is what is told.
    let (verdict, told, sum): (_, _, fn(_) -> _) = match after_restart.is_empty() {
        false => (Verdict::CompatibleAfterRestart, after_restart, |what| named(&distinct(what))),
        true => (Verdict::Compatible, adds, summary),
    };
    let compatibility = match breaks {
        Some(reason) => Compatibility { verdict: Verdict::Breaking, reason },
        None => {
            let position = told.first().map(|(_, position)| *position);
            let what = told.into_iter().map(|(what, _)| what).collect();
            Compatibility { verdict, reason: Reason::inferred(sum(what), position) }
        }
    };
    Judgement { compatibility, breaks: plain, after }
}

/// `only adds: new table a, new column b.c`
fn summary(adds: Vec<String>) -> String {
    let distinct = distinct(adds);
    if distinct.is_empty() {
        return "changes nothing that the previous version sees".to_owned();
    }
    let is_new = distinct.iter().all(|what| what.starts_with("new "));
    let intro = if is_new { "only adds" } else { "harmless" };
    format!("{intro}: {}", named(&distinct))
}

/// The first ones by name.
fn named(all: &[String]) -> String {
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", all[..all.len().min(NAMED)].join(", "))
}

fn distinct(all: Vec<String>) -> Vec<String> {
    let mut distinct = Vec::new();
    for what in all {
        if !distinct.contains(&what) {
            distinct.push(what);
        }
    }
    distinct
}

struct Judge<'p, 't> {
    scope: Scope,
    /// The schema that the previous version knows.
    past: &'p Schema<'p, 't>,
    /// That schema, with what the script has done so far.
    now: Schema<'p, 't>,
    steps: &'p [Step<'t>],
    /// Of the change that is being judged.
    number: usize,
    /// Of its statement.
    absence: Absence,
    position: Position,
    references: Vec<Reference>,
    collisions: Vec<Collision>,
    fillings: Vec<Filling>,
    settings: &'p Settings,
    /// Tables that the script makes anew.
    rebuilds: Vec<Rebuild>,
    /// Of the step that is being judged.
    step: usize,
    /// What the triggers of the script write.
    written: Written,
}

impl Judge<'_, '_> {
    fn act(&mut self, act: &Act) -> Finding {
        match act {
            Act::Nothing => Finding::Silent,
            Act::Harmless(what) => Finding::Adds(what.clone()),
            Act::MoveNames => {
                self.scope.forget();
                Finding::Silent
            }
            Act::MakeTable { table, how, shape } => self.make_table(table, *how, shape.as_deref()),
            Act::DropTable(table) => self.drop_table(table),
            Act::RenameTable { from, to } => self.rename_table(from, to),
            Act::AddColumn { table, column, how, traits } => {
                self.add_column(table, column, *how, traits)
            }
            Act::DropColumn { table, column } => self.drop_column(table, column),
            Act::RenameColumn { table, from, to } => self.rename_column(table, from, to),
            Act::AlterColumn { table, column, alteration } => {
                self.alter_column(table, column, alteration)
            }
            Act::AddIndex { table, index, how, uniqueness } => {
                let index = index.as_ref();
                if let (Some(index), How::New) = (index, how) {
                    self.scope.make(Kind::Index, index);
                }
                self.add_index(table, index, uniqueness)
            }
            Act::Compute { table, expressions } => self.compute(table, expressions),
            Act::AddConstraint { table, name, constraint } => {
                self.add_constraint(table, name.as_deref(), constraint)
            }
            Act::Validate { .. } | Act::Values { .. } => Finding::Silent,
            Act::AddValue { enumeration, value } => {
                Finding::Adds(format!("new value '{value}' of the type {enumeration}"))
            }
            Act::Attach { table, partition, bounds } => self.attach(table, partition, *bounds),
            Act::ReplicaIdentity { table, identity } => self.replica_identity(table, identity),
            Act::Publish { publication, tables } => self.publish(publication, tables),
            Act::MakeTrigger { trigger, table } => self.make_trigger(trigger, table),
            Act::Make { kind, name, how } => self.make(*kind, name, *how),
            Act::Drop { kind, name, table, .. } => self.drop(*kind, name, table.as_ref()),
            Act::Write { table, write } => self.write(table, write),
            Act::Advance { table, column } => self.advance(table, column),
            Act::Call { function, text } => self.call(function, text.as_deref()),
            Act::Other { table, what, certainty, .. } => {
                if table.as_ref().is_some_and(|table| self.scope.is_new_table(table)) {
                    Finding::Silent
                } else {
                    Finding::Breaks(*certainty, what.clone())
                }
            }
            Act::RenameObject { kind, from, to, table } => {
                self.rename_object(*kind, (from, to), table.as_ref())
            }
            Act::Defer { table, constraint, timing } => self.defer(table, constraint, *timing),
            Act::Charset { table } => {
                Finding::Adds(format!("another character set for columns that {table} gets later"))
            }
            Act::Touch { subject, what, certainty, .. } => self.touch(subject, what, *certainty),
            Act::NotUnderstood(what) => unclear(format!("not understood: {what}")),
        }
    }

    /// What the script does behind the change that is being judged.
    fn later(&self) -> impl Iterator<Item = &Act> {
        let changes = self.steps.iter().flat_map(|step| &step.changes);
        changes.skip(self.number + 1).map(|change| &change.act)
    }
}

fn plain(reason: String) -> Finding {
    Finding::Breaks(Certainty::Plain, reason)
}

fn unclear(reason: String) -> Finding {
    Finding::Breaks(Certainty::Unclear, reason)
}
