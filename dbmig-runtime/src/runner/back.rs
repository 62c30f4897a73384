//! What has to be known before anything goes back: whether the stored scripts can be trusted, and
//! what would be lost.

use dbmig_core::MigrationSet;
use dbmig_core::plan::{
    Beyond, Blocked, Comparison, DataLossReport, History, Plan, Record, StoredDown, Target,
    allow_loss, moves,
};

use super::decide;
use crate::database::Database;
use crate::error::Error;
use crate::execute::resolve;
use crate::history::StoredScripts;
use crate::lock::Held;
use crate::options::Options;
use crate::snapshot::{Seek, Snapshot, read, read_with_catalog};

/// How the database stands to a set, and what would be done about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preview<'s> {
    /// What each side has and the other lacks.
    pub comparison: Comparison<'s>,
    /// What would be done, or what forbids it.
    pub plan: Result<Plan<'s>, Blocked>,
    /// What would be lost, counted.
    pub losses: Vec<DataLossReport>,
}

pub(super) fn preview<'s>(
    db: &mut dyn Database,
    set: &'s MigrationSet,
    options: &Options,
    target: &Target,
) -> Result<Preview<'s>, Error> {
    let mut snapshot = read_with_catalog(db, &Seek::of(set, options))?;
    trust_stored(db, &mut snapshot, set, options, target)?;
    let history = &snapshot.history;
    let comparison = Comparison::of(set, history);
    let plan = decide(set, history, target, options);
    let losses = match &plan {
        Ok(plan) => losses(db, plan, history, &snapshot.stored)?,
        Err(_) => Vec::new(),
    };
    let writes = plan.as_ref().is_ok_and(|plan| !plan.is_empty());
    if let (Some(found), true) = (history.newer_format, writes) {
        return Err(Error::NewerHistory { found });
    }
    let plan = plan.and_then(|plan| allow_loss(&losses, options.policy.data_loss).map(|()| plan));
    Ok(Preview { comparison, plan, losses })
}

/// What has to be read for `target`.
pub(super) fn read_for(
    db: &mut dyn Database,
    set: &MigrationSet,
    options: &Options,
    target: &Target,
) -> Result<Snapshot, Error> {
    let mut snapshot = read(db, &Seek::of(set, options))?;
    trust_stored(db, &mut snapshot, set, options, target)?;
    Ok(snapshot)
}

/// Reads the stored scripts again, under the lock.
pub(super) fn trust(
    held: &mut Held<'_>,
    set: &MigrationSet,
    options: &Options,
    target: &Target,
) -> Result<(), Error> {
    let (db, snapshot) = held.parts();
    trust_stored(db, snapshot, set, options, target)
}

/// Reads each stored script that may be needed, and says whether it can be trusted.
pub(super) fn trust_stored(
    db: &mut dyn Database,
    snapshot: &mut Snapshot,
    set: &MigrationSet,
    options: &Options,
    target: &Target,
) -> Result<(), Error> {
    match target {
        Target::Latest | Target::Through(_) | Target::MatchSet(Beyond::Keep) => return Ok(()),
        Target::MatchSet(Beyond::Revert)
        | Target::Revert(_)
        | Target::RevertTo(_)
        | Target::Redo(_) => {}
    }
    let key = options.history_key.as_ref();
    for applied in &mut snapshot.history.applied {
        // The set's own script serves.
        if set.get(&applied.version).is_some_and(|here| !applied.differs_from(here)) {
            continue;
        }
        let Record::Recorded { down: down @ StoredDown::Present, .. } = &mut applied.record else {
            continue;
        };
        *down = snapshot.stored.read(db, &snapshot.tables, &applied.version, key)?;
    }
    Ok(())
}

/// Only where a machine decides what goes back: who says `revert` has chosen it himself.
pub(super) fn refuse_loss(
    held: &mut Held<'_>,
    options: &Options,
    target: &Target,
    plan: &Plan<'_>,
) -> Result<(), Error> {
    match target {
        Target::MatchSet(_) => {}
        Target::Latest
        | Target::Through(_)
        | Target::Revert(_)
        | Target::RevertTo(_)
        | Target::Redo(_) => return Ok(()),
    }
    let (db, snapshot) = held.parts();
    let losses = losses(db, plan, &snapshot.history, &snapshot.stored)?;
    Ok(allow_loss(&losses, options.policy.data_loss)?)
}

/// What `plan` would lose, counted. Reads only.
pub(super) fn losses(
    db: &mut dyn Database,
    plan: &Plan<'_>,
    history: &History,
    stored: &StoredScripts,
) -> Result<Vec<DataLossReport>, Error> {
    let dialect = db.engine().dialect();
    let mut lossy = plan.lossy(history).into_iter().peekable();
    let (mut before, mut losses) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        // Nothing more to count, so it does not matter what else is executed.
        if lossy.peek().is_none() {
            break;
        }
        if let Some(one) = lossy.next_if(|one| one.name == step.name()) {
            losses.extend(one.count(|loss| {
                if before.iter().any(|script: &String| moves(dialect, script, loss)) {
                    return Err("a newer migration changes what this name means".to_owned());
                }
                // Of what is counted as none, nothing is said before it goes.
                let fresh = db.engine().fresh();
                let count =
                    format!("SELECT ({}) FROM (SELECT 1) one WHERE {fresh}", loss.count(dialect));
                let rows = db.query(&count).map_err(|error| error.to_string())?;
                let text = rows.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
                text.parse().map_err(|_| text)
            }));
        }
        before.push(resolve(dialect, stored, step)?.script.text.to_string());
    }
    Ok(losses)
}
