//! What a step plays.

use dbmig_core::migration::{Down, Script, Settings};
use dbmig_core::plan::{Action, Blocked, DownScript, Step, Stuck, StuckReason, same_so_far};
use dbmig_core::{Checksum, Dialect, sql};

use crate::backend::Database;
use crate::backend::tables::Tables;
use crate::error::Error;
use crate::history;

/// What a step plays.
pub(super) struct Playing {
    pub(super) script: Script,
    /// The way back, which an apply stores.
    pub(super) down: Option<String>,
    pub(super) settings: Settings,
    pub(super) checksum: Checksum,
}

pub(super) fn playing(
    db: &mut dyn Database,
    tables: &Tables,
    step: &Step<'_>,
) -> Result<Playing, Error> {
    match &step.action {
        Action::Apply(migration) => Ok(Playing {
            script: migration.up().clone(),
            down: storable_down(migration.down(), tables.dialect),
            settings: migration.settings.clone(),
            checksum: migration.checksum,
        }),
        Action::Revert { script: DownScript::InSet(migration), name, .. } => match migration.down()
        {
            Down::Script(script) => Ok(Playing {
                script: script.clone(),
                down: None,
                settings: migration.settings.clone(),
                checksum: migration.checksum,
            }),
            Down::Missing => Err(Error::StoredScriptGone { name: name.clone() }),
        },
        Action::Revert { script: DownScript::Stored, version, name } => {
            let stored = history::stored_down(db, tables, version)?
                .ok_or_else(|| Error::StoredScriptGone { name: name.clone() })?;
            let path = format!("stored down.sql of {name}").into();
            let script = Script { path, text: stored.text.into() };
            if let Some(played) = step.played.as_ref().filter(|_| step.is_begun()) {
                same_so_far(tables.dialect, played, &script, step.done_before)
                    .map_err(|reason| stuck(step, reason))?;
            }
            Ok(Playing {
                script,
                down: None,
                settings: Settings { execution: stored.execution, ..Settings::DEFAULT },
                checksum: stored.checksum,
            })
        }
    }
}

fn stuck(step: &Step<'_>, reason: StuckReason) -> Error {
    Error::Blocked(Blocked::Interrupted(Box::new(Stuck {
        version: step.version().clone(),
        name: step.name().to_owned(),
        direction: step.direction(),
        reason,
    })))
}

/// A script without a statement is no way back; storing it would promise one.
pub(crate) fn storable_down(down: &Down, dialect: Dialect) -> Option<String> {
    let Down::Script(script) = down else { return None };
    let statements = sql::split(dialect, &script.text).ok()?;
    (!statements.is_empty()).then(|| script.text.to_string())
}
