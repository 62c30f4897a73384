//! What an app gets with the runtime beyond Diesel: `docs/size.md` has each crate, with a reason.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::app::{root, root_file, text};

/// One platform for everybody: the lists are the same wherever this runs.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// The optional features, each with the set that it builds upon.
const FEATURES: [(&str, &str); 6] = [
    ("probe", "sqlite"),
    ("axum", "sqlite,probe"),
    ("probe-server", "sqlite,probe"),
    ("cli", "sqlite"),
    ("tracing", "sqlite"),
    ("infer", "sqlite"),
];

/// Where a crate ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Home {
    /// In the app.
    Program,
    /// In a procedural macro or a build script.
    Compiler,
}

type Crates = BTreeSet<(String, Home)>;

/// Crates with their versions: those of Diesel, itself included, and the others.
struct Tree {
    diesel: BTreeSet<String>,
    others: BTreeSet<String>,
}

fn tree(features: &str, edges: &str) -> Tree {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "-p", "dbmig-runtime", "--no-default-features"]);
    cargo.args(["--features", features, "--edges", edges, "--target", PLATFORM]);
    cargo.args(["--prefix", "depth", "--no-dedupe", "--format", " {p}"]).current_dir(root());
    let mut tree = Tree { diesel: BTreeSet::new(), others: BTreeSet::new() };
    let mut below_diesel = None;
    // Each line is `DEPTH NAME vVERSION ..`.
    for line in text(&cargo.output().unwrap()).lines() {
        let words: Vec<_> = line.split(' ').collect();
        let depth: usize = words[0].parse().unwrap();
        below_diesel = below_diesel.filter(|top| depth > *top);
        if words[1] == "diesel" {
            below_diesel = Some(depth);
        }
        let crates = if below_diesel.is_some() { &mut tree.diesel } else { &mut tree.others };
        crates.insert(words[1..3].join(" "));
    }
    assert!(tree.diesel.len() > 1 && tree.others.len() > 1);
    tree
}

/// What `dbmig-runtime` with these features needs, and Diesel alone would not.
fn beyond_diesel(features: &str) -> Crates {
    let linked = tree(features, "normal,no-proc-macro");
    let all = tree(features, "normal,build");
    let named = |found: &String, home| (found.split(' ').next().unwrap().to_owned(), home);
    let program = linked.others.difference(&linked.diesel);
    let program: Crates = program.map(|found| named(found, Home::Program)).collect();
    let compiler =
        all.others.difference(&all.diesel).filter(|found| !linked.others.contains(*found));
    let compiler: Crates = compiler.map(|found| named(found, Home::Compiler)).collect();
    program.into_iter().chain(compiler).filter(|(name, _)| name != "dbmig-runtime").collect()
}

/// The rows of `docs/size.md` below the heading of the feature: its crates, where they end up, why.
pub(crate) fn listed(feature: &str) -> Crates {
    let page = fs::read_to_string(root_file("docs/size.md")).unwrap();
    let heading = format!("### `{feature}`");
    let lines = page.lines().skip_while(|line| !line.starts_with(&heading)).skip(1);
    let mut crates = Crates::new();
    for row in
        lines.take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with("| `"))
    {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let home = match cells[2] {
            "program" => Home::Program,
            "compiler" => Home::Compiler,
            other => panic!("docs/size.md: `{other}` in {row}"),
        };
        assert!(!cells[3].is_empty(), "docs/size.md: no reason in {row}");
        crates.extend(cells[1].split('`').skip(1).step_by(2).map(|name| (name.to_owned(), home)));
    }
    crates
}

#[track_caller]
fn assert_listed(feature: &str, found: &Crates) {
    let listed = listed(feature);
    let unexplained: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(found).collect();
    assert!(
        unexplained.is_empty() && gone.is_empty(),
        "docs/size.md, below \"### `{feature}`\", lists what is needed with a reason for each\n\
         to be added there, or better not needed: {unexplained:?}\nno longer needed: {gone:?}"
    );
}

#[test]
fn each_one_has_a_reason() {
    let alone = beyond_diesel("sqlite");
    assert_listed("sqlite", &alone);
    // The other databases need nothing else; some of it their Diesel has already.
    for database in ["postgres", "mysql"] {
        let more: Vec<_> = beyond_diesel(database).difference(&alone).cloned().collect();
        assert_eq!(more, [], "{database}");
    }
}

#[test]
fn each_optional_one_comes_with_its_feature_only() {
    for (feature, upon) in FEATURES {
        let with = beyond_diesel(&format!("{upon},{feature}"));
        let more = with.difference(&beyond_diesel(upon)).cloned().collect();
        assert_listed(feature, &more);
    }
}
