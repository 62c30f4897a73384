//! What the SQL of each migration means for others, and whether its `metadata.toml` says otherwise.

use super::entry::Candidate;
use super::metadata::Declared;
use super::warning::{Contradiction, Warning, WarningKind};
use crate::impact::{Reason, ReversalVerdict};
use crate::infer::{Inferred, Scripts, infer_split};
use crate::migration::{DeclaredCompatibility, DeclaredReversibility, Down};
use crate::sql::Position;
use crate::{Dialect, Migration};

/// Gives the migrations their verdicts; they are in the order of their versions.
pub(super) fn add(dialect: Dialect, judged: Vec<Candidate<'_>>) -> (Vec<Migration>, Vec<Warning>) {
    let inferred = infer_split(dialect, &judged.iter().map(scripts).collect::<Vec<_>>());
    let mut warnings = Vec::new();
    let all = judged.into_iter().zip(&inferred);
    let migrations = all.map(|(Candidate { mut migration, declared, .. }, inferred)| {
        warnings.extend(compatibility(&migration, &declared, inferred));
        warnings.extend(reversibility(&migration, &declared, inferred));
        migration.impact = inferred.impact();
        migration
    });
    (migrations.collect(), warnings)
}

fn scripts<'j>(judged: &'j Candidate<'_>) -> Scripts<'j> {
    let migration = &judged.migration;
    Scripts {
        text: &migration.up().text,
        up: Ok(judged.up.clone()),
        down: judged.down.clone(),
        settings: &migration.settings,
    }
}

fn compatibility(
    migration: &Migration,
    declared: &Declared,
    inferred: &Inferred,
) -> Option<Warning> {
    let place = declared.compatible?;
    let reason = inferred.breaks.as_ref()?;
    let declared_as = match migration.settings.compatibility {
        DeclaredCompatibility::Compatible => "true",
        DeclaredCompatibility::AfterRestart => "\"after_restart\"",
        DeclaredCompatibility::Breaking | DeclaredCompatibility::Undeclared => return None,
    };
    let contradiction = Contradiction::Compatible { declared: declared_as };
    Some(against(&migration.up().path, reason, declared, place, contradiction))
}

fn reversibility(
    migration: &Migration,
    declared: &Declared,
    inferred: &Inferred,
) -> Option<Warning> {
    let place = declared.reversible?;
    let script = match migration.down() {
        Down::Script(script) => script,
        Down::Missing => return no_way_back(migration, declared, "there is no down.sql"),
    };
    if inferred.reversibility.reversal == ReversalVerdict::Impossible {
        return no_way_back(migration, declared, &inferred.reversibility.reason.text);
    }
    if migration.settings.reversible != DeclaredReversibility::Yes {
        return None;
    }
    let reason = inferred.loses.as_ref()?;
    Some(against(&script.path, reason, declared, place, Contradiction::DeclaredReversibility))
}

/// The statement in the script at `path` is against what is declared at `place`.
fn against(
    path: &str,
    reason: &Reason,
    declared: &Declared,
    place: Position,
    contradiction: Contradiction,
) -> Warning {
    let declaration = format!("{}:{place}", declared.path.display());
    let found = reason.text.clone();
    Warning {
        path: path.into(),
        position: reason.position,
        kind: WarningKind::WrongDeclaration { contradiction, declaration, found },
    }
}

fn no_way_back(migration: &Migration, declared: &Declared, found: &str) -> Option<Warning> {
    let contradiction = match migration.settings.reversible {
        DeclaredReversibility::Yes => Contradiction::NoWayBack { declared: "yes" },
        DeclaredReversibility::Lossy => Contradiction::NoWayBack { declared: "lossy" },
        DeclaredReversibility::No | DeclaredReversibility::Undeclared => return None,
    };
    let place = declared.reversible?;
    let declaration = format!("{}:{place}", declared.path.display());
    let found = found.to_owned();
    Some(Warning {
        path: declared.path.clone(),
        position: Some(place),
        kind: WarningKind::WrongDeclaration { contradiction, declaration, found },
    })
}
