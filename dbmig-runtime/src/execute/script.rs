//! What a step plays.

use dbmig_core::migration::{Down, Migration, Script, Settings};
use dbmig_core::outlook::Outlook;
use dbmig_core::plan::{
    Action, Blocked, DownScript, Irreversible, IrreversibleReason, Step, Stuck, StuckReason,
    same_so_far,
};
use dbmig_core::{Checksum, Dialect};

use super::Place;
use crate::backend::Database;
use crate::error::Error;
use crate::history;

/// What a step plays.
pub(super) struct Playing {
    pub(super) script: Script,
    /// The way back, which an apply stores.
    pub(super) down: Option<String>,
    pub(super) settings: Settings,
    pub(super) outlook: Outlook,
    pub(super) checksum: Checksum,
}

pub(super) fn playing(
    db: &mut dyn Database,
    place: &Place<'_>,
    step: &Step<'_>,
) -> Result<Playing, Error> {
    let of = |migration: &Migration, script: &Script, down| Playing {
        script: script.clone(),
        down,
        settings: migration.settings.clone(),
        outlook: migration.consequences(),
        checksum: migration.checksum,
    };
    match &step.action {
        Action::Apply(migration) => {
            let down = storable_down(migration, place.tables.dialect);
            Ok(of(migration, migration.up(), down))
        }
        Action::Revert { script: DownScript::InSet(migration), name, .. } => match migration.down()
        {
            Down::Script(script) => Ok(of(migration, script, None)),
            Down::Missing => Err(Error::StoredScriptGone { name: name.clone() }),
        },
        Action::Revert { script: DownScript::Stored, .. } => stored(db, place, step),
    }
}

/// Judged again, because it was read again.
fn stored(db: &mut dyn Database, place: &Place<'_>, step: &Step<'_>) -> Result<Playing, Error> {
    let (version, name) = (step.version().clone(), step.name().to_owned());
    let stored = history::stored_down(db, place.tables, &version)?
        .ok_or_else(|| Error::StoredScriptGone { name: name.clone() })?;
    stored.trust(place.options.history_key.as_ref()).map_err(|why| {
        let reason = IrreversibleReason::Untrusted(why);
        let name = name.clone();
        Error::Blocked(Blocked::Irreversible(vec![Irreversible { version, name, reason }]))
    })?;
    let path = format!("stored down.sql of {name}").into();
    let script = Script { path, text: stored.text.into() };
    if let Some(played) = step.played.as_ref().filter(|_| step.is_begun()) {
        same_so_far(place.tables.dialect, played, &script, step.done_before)
            .map_err(|reason| stuck(step, reason))?;
    }
    let execution = stored.execution;
    Ok(Playing {
        script,
        down: None,
        settings: Settings { execution, ..Settings::from_history(&stored.settings) },
        outlook: stored.outlook,
        checksum: stored.applied,
    })
}

fn stuck(step: &Step<'_>, reason: StuckReason) -> Error {
    Error::Blocked(Blocked::Interrupted(Box::new(Stuck {
        version: step.version().clone(),
        name: step.name().to_owned(),
        direction: step.direction(),
        reason,
    })))
}

/// What is no way back is not stored: that would promise one.
pub(crate) fn storable_down(migration: &Migration, dialect: Dialect) -> Option<String> {
    migration.way_back(dialect).ok().map(|script| script.text.to_string())
}
