//! What older rules have found of migrations that are not here, judged by today's, where their text is
//! stored.
//!
//! Only for who has the rules at hand: an app does not link them, and trusts what is stored. What is
//! looked at once more under the lock is not judged again: there it decides nothing.

use std::collections::HashMap;

use dbmig_core::history::inference::is_outdated;
use dbmig_core::impact::{Basis, Compatibility, Impact, ImpactText};
use dbmig_core::migration::{Body, Down, Script, Settings, SqlBody};
use dbmig_core::plan::{Applied, History, Record};
use dbmig_core::{Checksum, Migration, MigrationSet};

use crate::database::Database;
use crate::error::Error;
use crate::history::{self, StoredTexts};
use crate::options::Judge;
use crate::tables::Tables;

/// Gives what is outdated in `history` today's verdicts. Reads only.
pub(super) fn judge_anew(
    db: &mut dyn Database,
    (tables, history): (&Tables, &mut History),
    set: &MigrationSet,
    judge: Judge,
) -> Result<(), Error> {
    let is_foreign = |applied: &Applied| set.get(&applied.version).is_none();
    let mut applied = history.applied.iter();
    if !applied.any(|applied| is_foreign(applied) && is_inferred(&applied.impact)) {
        return Ok(());
    }
    let stored = history::stored_texts(db, tables)?;
    let outdated = |applied: &Applied| {
        let texts = stored.get(&applied.version)?;
        let judged = is_foreign(applied) && is_inferred(&applied.impact);
        (judged && is_outdated(&texts.settings) && !texts.up.is_empty()).then_some(())
    };
    if !history.applied.iter().any(|applied| outdated(applied).is_some()) {
        return Ok(());
    }
    // With all that came before: that tells what there was.
    let migrations = history.applied.iter().map(|applied| match set.get(&applied.version) {
        Some(migration) => migration.clone(),
        None => migration(applied, stored.get(&applied.version)),
    });
    let migrations: Vec<_> = migrations.collect();
    let found: HashMap<_, _> = migrations
        .iter()
        .map(|migration| migration.version.clone())
        .zip(judge(set.dialect(), &migrations))
        .collect();
    for applied in &mut history.applied {
        if let (Some(()), Some(found)) = (outdated(applied), found.get(&applied.version)) {
            applied.impact = anew(&applied.impact, found);
        }
    }
    Ok(())
}

fn is_inferred(impact: &Impact) -> bool {
    impact.compatibility().reason.basis == Basis::Inferred
}

/// What somebody has declared stays.
fn anew(before: &Impact, found: &Impact) -> Impact {
    let (old, mut compatibility) = (before.compatibility(), found.compatibility().clone());
    let was = match old.verdict == compatibility.verdict {
        true => String::new(),
        false => format!(", before it was {}", old.verdict.name()),
    };
    let Compatibility { reason, .. } = &mut compatibility;
    reason.text = format!("{} (judged anew{was})", reason.text);
    let reversibility = before.reversibility();
    match reversibility.reason.basis {
        Basis::Inferred => Impact::new(&compatibility, found.reversibility()),
        Basis::Declared | Basis::Assumed => Impact::new(&compatibility, reversibility),
    }
}

/// As it would be if it were here.
fn migration(applied: &Applied, stored: Option<&StoredTexts>) -> Migration {
    let script = |file: &str, text: &str| Script {
        path: file.to_owned().into(),
        text: text.to_owned().into(),
    };
    let (up, down) = match stored {
        Some(StoredTexts { up, down, .. }) => (up.as_str(), down.as_deref()),
        None => ("", None),
    };
    let down = down.map_or(Down::Missing, |text| Down::Script(script("down.sql", text)));
    let name = match &applied.record {
        Record::Recorded { name, .. } => name.clone(),
        Record::Unverified => applied.version.to_string(),
    };
    Migration {
        version: applied.version.clone(),
        name: name.into(),
        body: Body::Sql(SqlBody { up: script("up.sql", up), down }),
        settings: Settings::DEFAULT,
        checksum: Checksum::from_bytes([0; 32]),
        impact: ImpactText::UNREAD,
    }
}
