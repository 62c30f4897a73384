//! The dependencies in Cargo.toml, added without touching how it is written.

use dbmig_core::Dialect;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{CrateSource, Extent, Target};
use crate::change::SetupStep;
use crate::failure::{Failure, Result};
use crate::project::{relative, with_slashes};

/// The versions of our own crates are those of this one.
const OUR_VERSION: &str =
    concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
const DIESEL_VERSION: &str = "2.3";
/// Those that diesel 2.3 works with.
const SQLITE_VERSIONS: &str = ">=0.30.1, <0.39.0";

pub(super) fn step(target: &Target<'_>, extent: Extent) -> Result<SetupStep> {
    let manifest = target.manifest;
    let mut document: DocumentMut = manifest
        .text
        .parse()
        .map_err(|error| Failure::usage(format!("{}: {error}", manifest.path.display())))?;
    let backend = target.dialect.name();
    let added = edit(&mut document, target, extent, backend);
    match added {
        Some(()) => Ok(SetupStep::edit(&manifest.path, &manifest.text, document.to_string())),
        None => Ok(SetupStep::ByHand(format!(
            "{} is not written in a way that can be edited; run `cargo add dbmig-runtime \
             --features {backend}`, `cargo add --build dbmig-core --features codegen` and \
             `cargo add diesel`",
            manifest.path.display()
        ))),
    }
}

fn edit(
    document: &mut DocumentMut,
    target: &Target<'_>,
    extent: Extent,
    backend: &str,
) -> Option<()> {
    let is_new_to_diesel = document.get("dependencies").and_then(|d| d.get("diesel")).is_none();
    let ours = |name: &str| match &target.source {
        CrateSource::Registry => ("version", OUR_VERSION.to_owned()),
        CrateSource::Path(path) => {
            ("path", with_slashes(&relative(&path.join(name), target.folder())))
        }
    };
    add(document, "dependencies", "dbmig-runtime", ours("dbmig-runtime"), &[backend])?;
    if extent == Extent::App {
        app(document, ours("dbmig-runtime"))?;
    }
    if is_new_to_diesel {
        let version = |version: &str| ("version", version.to_owned());
        add(document, "dependencies", "diesel", version(DIESEL_VERSION), &[backend])?;
        if target.dialect == Dialect::Sqlite {
            // Compiled in: a new project needs nothing installed.
            add(
                document,
                "dependencies",
                "libsqlite3-sys",
                version(SQLITE_VERSIONS),
                &["bundled"],
            )?;
        }
    }
    add(document, "build-dependencies", "dbmig-core", ours("dbmig-core"), &["codegen"])
}

/// What the program of `--app` needs beside.
fn app(document: &mut DocumentMut, ours: (&str, String)) -> Option<()> {
    let version = |version: &str| ("version", version.to_owned());
    add(document, "dependencies", "dbmig-runtime", ours, &["axum", "cli"])?;
    let is_new = document["dependencies"].get("axum").is_none();
    add(document, "dependencies", "axum", version("0.8"), &["http1", "json", "tokio"])?;
    if is_new && let Some(axum) = document["dependencies"]["axum"].as_inline_table_mut() {
        // What a first service needs; less to compile.
        axum.insert("default-features", false.into());
    }
    let tokio = ["macros", "net", "rt-multi-thread", "signal"];
    add(document, "dependencies", "tokio", version("1"), &tokio)
}

/// Adds `name` with `features` to `section`, or the features to what is there. `None` where the
/// file is not plain enough.
fn add(
    document: &mut DocumentMut,
    section: &str,
    name: &str,
    (key, source): (&str, String),
    features: &[&str],
) -> Option<()> {
    let section = document.entry(section).or_insert(Item::Table(Table::new())).as_table_mut()?;
    if let Some(item) = section.get_mut(name) {
        return features.iter().try_for_each(|feature| add_feature(item, feature));
    }
    let was_sorted = section.iter().map(|(key, _)| key).is_sorted();
    let mut dependency = InlineTable::new();
    dependency.insert(key, source.into());
    dependency.insert("features", Value::Array(Array::from_iter(features.iter().copied())));
    section.insert(name, Item::Value(dependency.into()));
    if was_sorted {
        section.sort_values();
    }
    Some(())
}

fn add_feature(item: &mut Item, feature: &str) -> Option<()> {
    if let Some(version) = item.as_str().map(str::to_owned) {
        let mut dependency = InlineTable::new();
        dependency.insert("version", version.into());
        dependency.insert("features", Value::Array(Array::from_iter([feature])));
        *item = Item::Value(dependency.into());
        return Some(());
    }
    let dependency: &mut dyn TableLike = item.as_table_like_mut()?;
    let features = dependency
        .entry("features")
        .or_insert(Item::Value(Value::Array(Array::new())))
        .as_array_mut()?;
    if !features.iter().any(|present| present.as_str() == Some(feature)) {
        features.push(feature);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Manifest;
    use std::path::PathBuf;

    fn edited(before: &str, dialect: Dialect, source: CrateSource) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Cargo.toml");
        std::fs::write(&path, before).unwrap();
        let manifest = Manifest::read(path).unwrap();
        let migrations = folder.path().join("migrations");
        let source = match source {
            CrateSource::Path(path) => CrateSource::Path(folder.path().join(path)),
            CrateSource::Registry => CrateSource::Registry,
        };
        let extent = Extent::Embed;
        let target = Target { manifest: &manifest, dialect, migrations, source, extent };
        let mut document: DocumentMut = before.parse().unwrap();
        edit(&mut document, &target, extent, dialect.name()).unwrap();
        document.to_string()
    }

    #[test]
    fn a_new_crate() {
        let before = "[package]\nname = \"app\"\nedition = \"2024\"\n\n[dependencies]\n";
        let expected = "[package]
name = \"app\"
edition = \"2024\"

[dependencies]
dbmig-runtime = { version = \"0.1\", features = [\"sqlite\"] }
diesel = { version = \"2.3\", features = [\"sqlite\"] }
libsqlite3-sys = { version = \">=0.30.1, <0.39.0\", features = [\"bundled\"] }

[build-dependencies]
dbmig-core = { version = \"0.1\", features = [\"codegen\"] }
";
        assert_eq!(edited(before, Dialect::Sqlite, CrateSource::Registry), expected);
        assert_eq!(edited(expected, Dialect::Sqlite, CrateSource::Registry), expected);
    }

    #[test]
    fn a_new_service() {
        let before = "[dependencies]\nserde = \"1\"\n";
        let mut document: DocumentMut = before.parse().unwrap();
        let ours = || ("version", "0.1".to_owned());
        for _ in 0..2 {
            app(&mut document, ours()).unwrap();
            assert_eq!(
                document.to_string(),
                "[dependencies]
axum = { version = \"0.8\", features = [\"http1\", \"json\", \"tokio\"], default-features = false }
dbmig-runtime = { version = \"0.1\", features = [\"axum\", \"cli\"] }
serde = \"1\"
tokio = { version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\", \"signal\"] }
"
            );
        }
    }

    #[test]
    fn what_a_person_wrote_stays_as_it_is() {
        let before = "[package]
name   = 'app'   # odd spacing

[dependencies]
serde  = '1'  # why serde
diesel = { workspace = true }
axum = \"0.8\"

[profile.release]
lto = true
";
        let expected = "[package]
name   = 'app'   # odd spacing

[dependencies]
serde  = '1'  # why serde
diesel = { workspace = true }
axum = \"0.8\"
dbmig-runtime = { path = \"../dbmig/dbmig-runtime\", features = [\"postgres\"] }

[profile.release]
lto = true

[build-dependencies]
dbmig-core = { path = \"../dbmig/dbmig-core\", features = [\"codegen\"] }
";
        let source = CrateSource::Path(PathBuf::from("../dbmig"));
        assert_eq!(edited(before, Dialect::Postgres, source), expected);
    }

    #[test]
    fn a_sorted_list_stays_sorted_with_its_comments() {
        let before = "[dependencies]\n# first\naxum = \"0.8\"\ndiesel = \"2.3\"\n# last\nserde = \"1\"\n\n[build-dependencies]\ncc = \"1\"\n";
        let expected = "[dependencies]\n# first\naxum = \"0.8\"\ndbmig-runtime = { version = \"0.1\", features = [\"mysql\"] }\ndiesel = \"2.3\"\n# last\nserde = \"1\"\n\n[build-dependencies]\ncc = \"1\"\ndbmig-core = { version = \"0.1\", features = [\"codegen\"] }\n";
        assert_eq!(edited(before, Dialect::Mysql, CrateSource::Registry), expected);
    }

    #[test]
    fn a_feature_is_added_to_what_is_there() {
        let before = "[dependencies]\ndbmig-runtime = { version = \"0.1\", features = [\"sqlite\"] }\ndiesel = \"2.3\"\n[build-dependencies]\ndbmig-core = \"0.1\"\n";
        let expected = "[dependencies]\ndbmig-runtime = { version = \"0.1\", features = [\"sqlite\", \"postgres\"] }\ndiesel = \"2.3\"\n[build-dependencies]\ndbmig-core = { version = \"0.1\", features = [\"codegen\"] }\n";
        assert_eq!(edited(before, Dialect::Postgres, CrateSource::Registry), expected);
    }
}
