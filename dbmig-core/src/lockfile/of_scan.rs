//! What a scanned directory puts into its lock file.

use super::{Entry, FileSum, FileSums, Note, Section};
use crate::Migration;
use crate::history::inference::INFERENCE;
use crate::migration::Down;
use crate::scan::{Rule, Scanned, Smell, Warning};

impl Section {
    /// Of what was found in the directory.
    pub fn of(scanned: &Scanned) -> Self {
        let entry = |migration: &Migration| {
            let inside = |warning: &&Warning| {
                warning.path.iter().any(|part| part == migration.name.as_ref())
            };
            let notes = scanned.warnings.iter().filter(inside).filter_map(|it| note(it, scanned));
            let metadata = scanned.metadata_of(migration);
            Entry {
                version: migration.version.clone(),
                name: migration.name.to_string(),
                settings: migration.settings.clone(),
                forward: migration.outlook.forward(),
                backward: migration.outlook.backward(),
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
    let rule = Rule::of(&warning.smell);
    let smell = match &warning.smell {
        // A migration without a way back is a choice, and no news at every build.
        Smell::NoDown | Smell::EmptyDown => return None,
        Smell::WrongDeclaration { contradiction, declaration, found } => {
            let dir = scanned.dir().join("").display().to_string();
            let declaration = declaration.strip_prefix(&dir).unwrap_or(declaration).to_owned();
            let (contradiction, found) = (*contradiction, found.clone());
            Smell::WrongDeclaration { contradiction, declaration, found }
        }
        other => other.clone(),
    };
    let path = warning.path.strip_prefix(scanned.dir()).unwrap_or(&warning.path).to_owned();
    let text = Warning { path, position: warning.position, smell }.to_string();
    Some(Note { rule, text })
}
