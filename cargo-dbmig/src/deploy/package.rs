//! The package that is deployed, as cargo sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, TargetKind};

use crate::failure::{Failure, Result};
use crate::project::Manifest;

/// The workspace and the package in it.
pub(super) struct Workspace {
    /// The workspace's folder.
    pub(super) root: PathBuf,
    pub(super) package: Package,
}

/// Asks cargo: it knows what is inherited from the workspace, and which programs there are.
pub(super) fn find(manifest: &Manifest) -> Result<Workspace> {
    let metadata = MetadataCommand::new().no_deps().manifest_path(&manifest.path).exec();
    let Metadata { packages, workspace_root, .. } = metadata.map_err(|error| {
        Failure::usage(format!("{}: {}", manifest.path.display(), error.to_string().trim_end()))
    })?;
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let wanted = real(&manifest.path);
    let package = packages.into_iter().find(|one| real(one.manifest_path.as_std_path()) == wanted);
    let Some(package) = package else {
        return Err(Failure::usage(format!("cargo knows no package {}", manifest.path.display()))
            .help("add its folder to `members` of the workspace"));
    };
    Ok(Workspace { root: workspace_root.into_std_path_buf(), package })
}

/// The program to run: the one that is named, the only one, that of `default-run`, or that with the
/// package's name.
pub(super) fn program(package: &Package, named: Option<&str>) -> Result<String> {
    let is_program = |kinds: &[TargetKind]| kinds.contains(&TargetKind::Bin);
    let programs = package.targets.iter().filter(|target| is_program(&target.kind));
    let mut names: Vec<&str> = programs.map(|target| target.name.as_str()).collect();
    names.sort_unstable();
    let usual = [named, package.default_run.as_deref(), Some(package.name.as_str())];
    let chosen = match (named, names.as_slice()) {
        (None, [only]) => Some(*only),
        (Some(named), _) => names.contains(&named).then_some(named),
        _ => usual.into_iter().flatten().find(|name| names.contains(name)),
    };
    if let Some(name) = chosen {
        return Ok(name.to_owned());
    }
    Err(match (names.as_slice(), named) {
        ([], _) => Failure::usage(format!("{} has no program to deploy", package.name))
            .help("name another member of the workspace with -p NAME"),
        (names, Some(named)) => {
            Failure::usage(format!("{} has no program `{named}`", package.name))
                .help(format!("it has {}", names.join(", ")))
        }
        (names, None) => Failure::usage(format!("{} has several programs", package.name))
            .help(format!("pass --bin, one of {}", names.join(", "))),
    })
}

/// The dependencies that a build with the default features and `features` has, with their features.
pub(super) fn dependencies(
    package: &Package,
    features: &[String],
) -> Result<BTreeMap<String, BTreeSet<String>>> {
    if let Some(unknown) = features.iter().find(|name| !package.features.contains_key(*name)) {
        return Err(Failure::usage(format!("{} has no feature `{unknown}`", package.name))
            .help("pass --features with those of its Cargo.toml"));
    }
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    let built = package.dependencies.iter().filter(|one| one.kind == DependencyKind::Normal);
    for dependency in built.clone().filter(|one| !one.optional) {
        found.entry(dependency.name.clone()).or_default().extend(dependency.features.clone());
    }
    for (name, feature) in enabled(package, features) {
        // A dependency may go by another name here.
        let meant = built.clone().filter(|one| *one.rename.as_ref().unwrap_or(&one.name) == name);
        for dependency in meant {
            let of_it = found.entry(dependency.name.clone()).or_default();
            of_it.extend(dependency.features.iter().cloned().chain(feature.clone()));
        }
    }
    Ok(found)
}

/// What `default` and `features` switch on, through each other: dependencies, each with a feature of
/// its own where that is meant.
fn enabled(package: &Package, features: &[String]) -> Vec<(String, Option<String>)> {
    let mut open: Vec<&str> = features.iter().map(String::as_str).chain(["default"]).collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        for entry in package.features.get(name).into_iter().flatten() {
            match (entry.strip_prefix("dep:"), entry.split_once('/')) {
                (Some(dependency), _) => found.push((dependency.to_owned(), None)),
                // With a `?`, only where something else switches it on. Then it is a library too many.
                (_, Some((dependency, feature))) => found
                    .push((dependency.trim_end_matches('?').to_owned(), Some(feature.to_owned()))),
                _ => open.push(entry),
            }
        }
    }
    found
}
