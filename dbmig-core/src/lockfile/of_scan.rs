//! What a scanned directory puts into its lock file.

use super::{FileSum, FileSums, LockEntry, Note, Section};
use crate::Migration;
use crate::history::inference::INFERENCE;
use crate::migration::Down;
use crate::scan::{Rule, Scanned, Warning, WarningKind};

impl Section {
    /// Of what was found in the directory.
    pub fn of(scanned: &Scanned) -> Self {
        let entry = |migration: &Migration| {
            let inside = |warning: &&Warning| {
                warning.path.iter().any(|part| part == migration.name.as_ref())
            };
            let notes = scanned.warnings.iter().filter(inside).filter_map(|it| note(it, scanned));
            let metadata = scanned.metadata_of(migration);
            LockEntry {
                version: migration.version.clone(),
                name: migration.name.to_string(),
                settings: migration.settings.clone(),
                compatibility: migration.impact.compatibility(),
                reversibility: migration.impact.reversibility(),
                notes: notes.collect(),
                checksum: migration.checksum,
                files: sums(migration, metadata),
            }
        };
        let entries = scanned.set.iter().map(entry).collect();
        Self { dialect: scanned.set.dialect(), inference: INFERENCE, entries }
    }
}

fn sums(migration: &Migration, metadata: Option<&str>) -> FileSums {
    let down = match migration.down() {
        Down::Script(script) => Some(FileSum::of(&script.text)),
        Down::Missing => None,
    };
    let up = FileSum::of(&migration.up().text);
    FileSums { up, down, metadata: metadata.map(FileSum::of) }
}

/// What a build would say of it; paths are those below the directory.
fn note(warning: &Warning, scanned: &Scanned) -> Option<Note> {
    let rule = Rule::of(&warning.kind);
    let kind = match &warning.kind {
        // A migration without a way back is a choice, and no news at every build.
        WarningKind::NoDown | WarningKind::EmptyDown => return None,
        WarningKind::WrongDeclaration { contradiction, declaration, found } => {
            let dir = scanned.dir().join("").display().to_string();
            let declaration = declaration.strip_prefix(&dir).unwrap_or(declaration).to_owned();
            let (contradiction, found) = (*contradiction, found.clone());
            WarningKind::WrongDeclaration { contradiction, declaration, found }
        }
        other => other.clone(),
    };
    let path = warning.path.strip_prefix(scanned.dir()).unwrap_or(&warning.path).to_owned();
    let text = Warning { path, position: warning.position, kind }.to_string();
    Some(Note { rule, text })
}
