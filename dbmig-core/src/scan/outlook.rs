//! What the SQL of each migration means for others, and whether its `metadata.toml` says otherwise.

use super::entry::Judged;
use super::metadata::Declared;
use super::warning::{Contradiction, Smell, Warning};
use crate::infer::{Inferred, infer};
use crate::migration::{Compatibility, Down, Reversible};
use crate::outlook::{Ground, Reversal};
use crate::sql::Position;
use crate::{Dialect, Migration};

/// Gives the migrations their outlook; they are in the order of their versions.
pub(super) fn add(dialect: Dialect, judged: Vec<Judged>) -> (Vec<Migration>, Vec<Warning>) {
    let (mut migrations, declared): (Vec<_>, Vec<_>) =
        judged.into_iter().map(|judged| (judged.migration, judged.declared)).unzip();
    let inferred = infer(dialect, &migrations);
    let mut warnings = Vec::new();
    for ((migration, declared), inferred) in migrations.iter_mut().zip(&declared).zip(&inferred) {
        warnings.extend(forward(migration, declared, inferred));
        warnings.extend(backward(migration, declared, inferred));
        migration.outlook = inferred.outlook();
    }
    (migrations, warnings)
}

fn forward(migration: &Migration, declared: &Declared, inferred: &Inferred) -> Option<Warning> {
    let place = declared.compatible?;
    let ground = inferred.breaks.as_ref()?;
    let declared_as = match migration.settings.compatibility {
        Compatibility::Compatible => "true",
        Compatibility::AfterRestart => "\"after_restart\"",
        Compatibility::Breaking | Compatibility::Undeclared => return None,
    };
    let contradiction = Contradiction::Compatible { declared: declared_as };
    Some(against(&migration.up().path, ground, declared, place, contradiction))
}

fn backward(migration: &Migration, declared: &Declared, inferred: &Inferred) -> Option<Warning> {
    let place = declared.reversible?;
    let script = match migration.down() {
        Down::Script(script) => script,
        Down::Missing => return no_way_back(migration, declared, "there is no down.sql"),
    };
    if inferred.backward.reversal == Reversal::Impossible {
        return no_way_back(migration, declared, &inferred.backward.ground.reason);
    }
    if migration.settings.reversible != Reversible::Yes {
        return None;
    }
    let ground = inferred.loses.as_ref()?;
    Some(against(&script.path, ground, declared, place, Contradiction::Reversible))
}

/// The statement in the script at `path` is against what is declared at `place`.
fn against(
    path: &str,
    ground: &Ground,
    declared: &Declared,
    place: Position,
    contradiction: Contradiction,
) -> Warning {
    let declaration = format!("{}:{place}", declared.path.display());
    let found = ground.reason.clone();
    Warning {
        path: path.into(),
        position: ground.position,
        smell: Smell::WrongDeclaration { contradiction, declaration, found },
    }
}

fn no_way_back(migration: &Migration, declared: &Declared, found: &str) -> Option<Warning> {
    let contradiction = match migration.settings.reversible {
        Reversible::Yes => Contradiction::NoWayBack { declared: "yes" },
        Reversible::Lossy => Contradiction::NoWayBack { declared: "lossy" },
        Reversible::No | Reversible::Undeclared => return None,
    };
    let place = declared.reversible?;
    let declaration = format!("{}:{place}", declared.path.display());
    let found = found.to_owned();
    Some(Warning {
        path: declared.path.clone(),
        position: Some(place),
        smell: Smell::WrongDeclaration { contradiction, declaration, found },
    })
}
