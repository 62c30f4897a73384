//! Cargo's target folder, as far as it is known without asking cargo.

use std::path::PathBuf;

use super::{Manifest, Project};

/// Variables that name it, for cargo, too.
const VARIABLES: [&str; 2] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"];

/// What cargo leaves in it: a folder of that name may be anything.
const MARKS: [&str; 2] = ["CACHEDIR.TAG", ".rustc_info.json"];

/// The folder that a variable names, else `target` beside the Cargo.toml of the workspace, if cargo
/// has made it.
pub(super) fn find(project: &Project) -> Option<PathBuf> {
    if let Some(named) = project.environment.first_of(&VARIABLES) {
        return Some(project.current.join(named.value)).filter(|folder| folder.is_dir());
    }
    let root = project.workspace.as_ref().or(project.package.as_ref()).map(Manifest::folder)?;
    let folder = root.join("target");
    MARKS.iter().any(|mark| folder.join(mark).is_file()).then_some(folder)
}
