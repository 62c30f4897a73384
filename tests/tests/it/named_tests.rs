//! A page that names a test names one that exists: `suite::test`, or `suite::beginning_..`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dbmig_tests::workspace;

#[test]
fn each_test_that_a_page_names_exists() {
    let root = workspace();
    let mut code = String::new();
    for folder in ["tests", "dbmig-core", "dbmig-runtime", "cargo-dbmig"] {
        read(&root.join(folder), "rs", &mut |_, text| code.push_str(text));
    }
    let names: BTreeSet<_> = ["fn ", "mod "]
        .iter()
        .flat_map(|keyword| code.split(keyword).skip(1))
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(rest))
        .collect();
    let exists = |part: &str| match part.strip_suffix("..") {
        Some(beginning) => names.iter().any(|name| name.starts_with(beginning)),
        None => names.contains(part),
    };
    let (mut seen, mut unknown) = (0, Vec::new());
    read(&root.join("docs"), "md", &mut |path, text| {
        for quoted in text.split('`').skip(1).step_by(2).filter(|quoted| is_path(quoted)) {
            seen += 1;
            if !quoted.split("::").all(exists) {
                unknown.push(format!("{}: {quoted}", path.display()));
            }
        }
    });
    assert!(unknown.is_empty(), "no such test:\n{}", unknown.join("\n"));
    assert!(seen > 50, "{seen} names only: the pages are read wrongly");
}

/// Two or more names of modules and functions of ours; `crate_name::..` is code.
fn is_path(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || "_.0123456789".contains(c))
    };
    text.contains("::") && !text.starts_with("dbmig_") && text.split("::").all(is_name)
}

fn read(folder: &Path, extension: &str, see: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, extension, see);
        } else if path.extension().is_some_and(|it| it == extension) {
            see(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
