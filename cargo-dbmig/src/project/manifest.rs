//! Cargo.toml, read directly: `cargo metadata` costs a process, which only `-p` needs.

use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use dbmig_core::Dialect;
use toml_edit::{Document, Item};

use crate::failure::{Failure, Result, nearest};

/// A Cargo.toml.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) document: Document<String>,
}

/// The Cargo.toml files that may hold settings for a folder.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    /// The nearest one with `[package]`.
    pub(super) package: Option<Manifest>,
    /// The nearest one with `[workspace]` at or above it, where it is another file.
    pub(super) workspace: Option<Manifest>,
}

impl Manifest {
    pub(crate) fn read(path: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        let document = Document::parse(text.clone()).map_err(|error| {
            Failure::usage(format!("{}: {}", path.display(), error.to_string().trim_end()))
        })?;
        Ok(Self { path, text, document })
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// The only database among the features of `dbmig-runtime`, else of `diesel`.
    pub(crate) fn backend(&self) -> Option<Dialect> {
        ["dbmig-runtime", "diesel"].into_iter().find_map(|name| {
            let features = self.document.get("dependencies")?.get(name)?.get("features")?;
            let mut dialects =
                features.as_array()?.iter().filter_map(|feature| feature.as_str()?.parse().ok());
            let only = dialects.next()?;
            dialects.all(|dialect| dialect == only).then_some(only)
        })
    }
}

/// The manifests around `folder`.
pub(super) fn around(folder: &Path) -> Result<Manifests> {
    let mut manifests = Manifests::default();
    for path in folder.ancestors().map(|at| at.join("Cargo.toml")).filter(|path| path.is_file()) {
        let manifest = Manifest::read(path)?;
        let is_workspace = manifest.document.get("workspace").is_some_and(Item::is_table_like);
        let is_package = manifest.document.get("package").is_some_and(Item::is_table_like);
        if is_package && manifests.package.is_none() {
            manifests.package = Some(manifest);
        } else if is_workspace {
            manifests.workspace = Some(manifest);
        }
        if is_workspace {
            break;
        }
    }
    Ok(manifests)
}

/// The folder of the workspace member `name`.
pub(crate) fn member_folder(
    name: &str,
    manifest: Option<&Path>,
    current: &Path,
) -> Result<PathBuf> {
    let mut command = MetadataCommand::new();
    command.no_deps().current_dir(current);
    if let Some(path) = manifest {
        command.manifest_path(path);
    }
    let metadata = command.exec().map_err(|error| {
        Failure::usage(format!(
            "-p {name} needs a cargo workspace: {}",
            error.to_string().trim_end()
        ))
    })?;
    let packages = metadata.workspace_packages();
    if let Some(package) = packages.iter().find(|package| package.name == name) {
        return Ok(package.manifest_path.as_std_path().parent().unwrap_or(current).to_owned());
    }
    let mut names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
    names.sort_unstable();
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its members are {}", names.join(", ")),
    };
    Err(Failure::usage(format!("the workspace has no member `{name}`")).help(help))
}

/// The members of a workspace that could be meant where none is named.
pub(super) fn members_with_migrations(workspace: &Manifest) -> Vec<String> {
    let metadata = MetadataCommand::new().no_deps().manifest_path(&workspace.path).exec();
    let Ok(metadata) = metadata else { return Vec::new() };
    let has_migrations = |manifest: &Path| {
        manifest.parent().is_some_and(|folder| folder.join("migrations").is_dir())
    };
    let packages = metadata.workspace_packages();
    let members = packages.iter().filter(|p| has_migrations(p.manifest_path.as_std_path()));
    members.map(|package| package.name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backend(toml: &str) -> Option<Dialect> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo.toml");
        std::fs::write(&path, toml).unwrap();
        Manifest::read(path).unwrap().backend()
    }

    #[test]
    fn the_backend_is_told_by_features() {
        let diesel =
            |features: &str| format!("[dependencies]\ndiesel = {{ features = [{features}] }}");
        assert_eq!(backend(&diesel("'r2d2', 'sqlite'")), Some(Dialect::Sqlite));
        assert_eq!(backend(&diesel("'postgres', 'sqlite'")), None);
        assert_eq!(backend("[dependencies.diesel]\nfeatures = ['mysql']"), Some(Dialect::Mysql));
        assert_eq!(backend("[dependencies]\ndiesel = '2.3'"), None);
        let both = "[dependencies]\ndbmig-runtime = { features = ['sqlite'] }\ndiesel = { features = ['postgres', 'sqlite'] }";
        assert_eq!(backend(both), Some(Dialect::Sqlite));
    }

    #[test]
    fn the_package_and_its_workspace_are_found_from_within() {
        let root = tempfile::tempdir().unwrap();
        let source = root.path().join("crates/api/src");
        std::fs::create_dir_all(&source).unwrap();
        std::fs::write(root.path().join("Cargo.toml"), "[workspace]\nmembers = ['crates/*']")
            .unwrap();
        std::fs::write(root.path().join("crates/api/Cargo.toml"), "[package]\nname = 'api'")
            .unwrap();
        let manifests = around(&source).unwrap();
        assert_eq!(manifests.package.unwrap().folder(), root.path().join("crates/api"));
        assert_eq!(manifests.workspace.unwrap().folder(), root.path());
    }
}
