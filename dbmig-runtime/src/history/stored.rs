//! The texts that are stored of applied migrations.

use std::collections::BTreeMap;
#[cfg(feature = "cli")]
use std::collections::HashMap;

use dbmig_core::impact::ImpactText;
use dbmig_core::migration::{Execution, Script};
use dbmig_core::plan::{
    Action, Blocked, DownScript, Irreversible, IrreversibleReason, Step, StoredDown,
};
use dbmig_core::{Checksum, Version};

use super::asked::Selection;
use crate::database::Database;
use crate::error::Error;
use crate::signature::{HistoryKey, StoredScript};
use crate::tables::columns::Column;
use crate::tables::{Presence, Tables};

/// What is stored of an applied migration.
#[cfg(feature = "cli")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredTexts {
    /// Without its passwords.
    pub(crate) up: String,
    pub(crate) down: Option<String>,
    pub(crate) settings: String,
}

/// What is stored of each version whose last completed run went up.
#[cfg(feature = "cli")]
pub(crate) fn stored_texts(
    db: &mut dyn Database,
    tables: &Tables,
) -> Result<HashMap<Version, StoredTexts>, Error> {
    const TEXTS: Selection = Selection {
        before: 0,
        columns: &[Column::Version, Column::Script, Column::DownScript, Column::Settings],
    };
    if tables.history == Presence::Absent {
        return Ok(HashMap::new());
    }
    let history = tables.history_name();
    let sql = format!(
        "SELECT {} FROM {history} WHERE direction = 'up' AND id IN \
         (SELECT MAX(id) FROM {history} WHERE state IN ('done', 'baselined') GROUP BY version)",
        TEXTS.list(|column| column.name().to_owned()),
    );
    let rows = db.query(&sql).map_err(Error::database("read the stored scripts"))?;
    let stored = rows.iter().map(|row| {
        let text = |column| TEXTS.text(row, column).to_owned();
        let down = TEXTS.optional(row, Column::DownScript).map(str::to_owned);
        let (up, settings) = (text(Column::Script), text(Column::Settings));
        (Version::from_ledger(text(Column::Version)), StoredTexts { up, down, settings })
    });
    Ok(stored.collect())
}

/// The ways back that the history holds, as they were read once, by version: each can be trusted.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredScripts(BTreeMap<Version, StoredScript>);

impl StoredScripts {
    /// Reads the way back of `version`, and keeps it if it can be trusted.
    pub(crate) fn read(
        &mut self,
        db: &mut dyn Database,
        tables: &Tables,
        version: &Version,
        key: Option<&HistoryKey>,
    ) -> Result<StoredDown, Error> {
        let Some(stored) = stored_down(db, tables, version)? else { return Ok(StoredDown::Absent) };
        match stored.trust(key) {
            Err(why) => Ok(StoredDown::Untrusted(why)),
            Ok(()) => {
                self.0.insert(version.clone(), stored);
                Ok(StoredDown::Present)
            }
        }
    }

    /// Reads what `step` executes, where that is a stored script which was not read before.
    pub(crate) fn read_for(
        &mut self,
        db: &mut dyn Database,
        tables: &Tables,
        step: &Step<'_>,
        key: Option<&HistoryKey>,
    ) -> Result<(), Error> {
        match &step.action {
            Action::Revert { script: DownScript::Stored, version, name }
                if !self.0.contains_key(version) =>
            {
                match self.read(db, tables, version, key)? {
                    StoredDown::Present => Ok(()),
                    StoredDown::Absent => Err(Error::StoredScriptGone { name: name.clone() }),
                    StoredDown::Untrusted(why) => {
                        let reason = IrreversibleReason::Untrusted(why);
                        let (version, name) = (version.clone(), name.clone());
                        let irreversible = Irreversible { version, name, reason };
                        Err(Error::Blocked(Blocked::Irreversible(vec![irreversible])))
                    }
                }
            }
            Action::Revert { .. } | Action::Apply(_) => Ok(()),
        }
    }

    /// The way back of `version`, where it was read and can be trusted.
    pub(crate) fn get(&self, version: &Version) -> Option<&StoredScript> {
        self.0.get(version)
    }
}

/// Reads the way back of `version`, whether or not it can be trusted.
pub(crate) fn stored_down(
    db: &mut dyn Database,
    tables: &Tables,
    version: &Version,
) -> Result<Option<StoredScript>, Error> {
    const DOWN: Selection = Selection {
        before: 0,
        columns: &[
            Column::Name,
            Column::DownScript,
            Column::Execution,
            Column::Checksum,
            Column::Settings,
            Column::Impact,
            Column::DownChecksum,
            Column::Signature,
        ],
    };
    let history = tables.history_name();
    let condition = db.engine().is_version(version);
    let sql = format!(
        "SELECT {} FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE {condition} AND state IN ('done', 'baselined') AND direction = 'up') \
         AND down_script IS NOT NULL AND {}",
        DOWN.list(|column| column.name().to_owned()),
        db.engine().fresh(),
    );
    let rows = db.query(&sql).map_err(Error::database("read a stored script"))?;
    Ok(rows.first().map(|row| {
        let text = |column| DOWN.text(row, column).to_owned();
        let optional = |column| DOWN.optional(row, column).map(str::to_owned);
        let applied = Checksum::from_hex(DOWN.text(row, Column::Checksum));
        StoredScript {
            version: version.clone(),
            script: Script {
                path: format!("stored down.sql of {}", DOWN.text(row, Column::Name)).into(),
                text: text(Column::DownScript).into(),
            },
            // A word that is not known means no promise of its own.
            execution: Execution::of(DOWN.text(row, Column::Execution)).unwrap_or_default(),
            applied: applied.unwrap_or(Checksum::from_bytes([0; 32])),
            settings: text(Column::Settings),
            impact: ImpactText::from_history(text(Column::Impact)),
            checksum: optional(Column::DownChecksum),
            signature: optional(Column::Signature),
        }
    }))
}

/// The text that was applied under `version`, where the history has it.
pub(crate) fn stored_up(
    db: &mut dyn Database,
    tables: &Tables,
    version: &Version,
) -> Result<Option<String>, Error> {
    if tables.history == Presence::Absent {
        return Ok(None);
    }
    let history = tables.history_name();
    let version = db.engine().is_version(version);
    let sql = format!(
        "SELECT script FROM {history} WHERE id = (SELECT MAX(id) FROM {history} \
         WHERE {version} AND state IN ('done', 'baselined') AND direction = 'up')"
    );
    let rows = db.query(&sql).map_err(Error::database("read a stored script"))?;
    Ok(rows.first().map(|row| row.text(0).to_owned()))
}
