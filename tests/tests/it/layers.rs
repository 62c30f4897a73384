//! Imports look down only: each module takes from layers below its own, and no two know each other.
//!
//! Tokens are enough for that, and show paths inside of macros, which a syntax tree (`syn`) does not;
//! `cargo-modules` finds circles, but knows no order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The modules of a crate, the lowest layer first. Those of one layer do not know each other.
type Layers = &'static [&'static [&'static str]];

/// Those of dbmig-core.
const CORE: Layers = &[
    &["build_id", "dialect", "escape", "hex", "parallel", "sha256", "version"],
    &["remedy", "sql"],
    &["checksum", "impact"],
    &["migration"],
    &["embed", "infer", "plan"],
    &["history", "status"],
    &["scan"],
    &["lockfile"],
    &["codegen"],
];

/// Those of dbmig-runtime.
const RUNTIME: Layers = &[
    &["control", "signature", "tables", "url"],
    &["report"],
    &["error"],
    &["event", "options"],
    &["backoff"],
    &["database"],
    &["backend", "history"],
    &["connect", "last_words", "migrations", "snapshot"],
    &["execute", "lock"],
    &["runner"],
    &["startup"],
    &["migrator"],
    &["cli", "probe"],
];

/// A module by its path from the root of its crate, which is empty.
type Module = Vec<String>;

/// Who imports what from whom.
type Arrows = BTreeMap<(Module, Module), BTreeSet<String>>;

#[test]
fn the_core_looks_down_only() {
    // Its root passes on what everything is about.
    looks_down_only("dbmig-core", CORE, &exported(&source("dbmig-core")));
}

#[test]
fn the_runtime_looks_down_only() {
    looks_down_only("dbmig-runtime", RUNTIME, &BTreeMap::new());
}

fn looks_down_only(package: &str, layers: Layers, exported: &BTreeMap<String, String>) {
    let arrows = arrows(&source(package));
    let layer = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    let mut upward = Vec::new();
    for ((from, to), what) in &arrows {
        let Some(from_top) = from.first() else { continue };
        let tops: BTreeSet<_> = match to.first() {
            Some(top) => [top.as_str()].into(),
            // What the root of the crate only passes on is where it comes from.
            None => what.iter().map(|path| home(path, exported)).collect(),
        };
        for to_top in tops.into_iter().filter(|top| top != from_top) {
            let below = layer(to_top).zip(layer(from_top)).is_some_and(|(to, from)| to < from);
            if !below {
                upward.push(format!("{} -> {to_top}: {what:?}", from.join("::")));
            }
        }
    }
    assert!(upward.is_empty(), "upward, or in no layer:\n{}", upward.join("\n"));
}

/// The module of what is reached by `path` from the root of its crate, in which it is not.
fn home<'e>(path: &str, exported: &'e BTreeMap<String, String>) -> &'e str {
    let name = path.split("::").next().unwrap_or_default();
    exported.get(name).map_or("the root of the crate", String::as_str)
}

/// What the root of a crate re-exports by lines `pub use module::Name;`, with its module.
fn exported(root: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(root.join("lib.rs")).unwrap();
    let mut exported = BTreeMap::new();
    for line in text.lines() {
        let path = line.strip_prefix("pub use ").and_then(|rest| rest.strip_suffix(';'));
        let Some((module, names)) = path.and_then(|path| path.split_once("::")) else { continue };
        for name in names.trim_matches(['{', '}']).split(", ") {
            exported.insert(name.to_owned(), module.to_owned());
        }
    }
    exported
}

#[test]
fn each_layer_names_modules_that_exist() {
    for (package, layers) in [("dbmig-core", CORE), ("dbmig-runtime", RUNTIME)] {
        let files = files(&source(package));
        let tops: BTreeSet<_> = files.keys().filter_map(|module| module.first()).collect();
        let named: BTreeSet<_> = layers.iter().flat_map(|layer| layer.iter().copied()).collect();
        assert_eq!(tops.into_iter().map(String::as_str).collect::<BTreeSet<_>>(), named);
    }
}

#[test]
fn no_two_modules_of_a_folder_know_each_other() {
    let circles = circles(&arrows(&source("dbmig-runtime")));
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

/// Of the core, those that share an order. The generator's and the inference's inner parts are one
/// matter each: a step has a body that the schema keeps, and the schema is folded over steps.
#[test]
fn no_two_modules_of_a_folder_of_the_core_know_each_other() {
    let circles = circles(&arrows(&source("dbmig-core")));
    let apart =
        |circle: &&String| !["codegen: ", "infer: "].iter().any(|it| circle.starts_with(it));
    let circles: Vec<_> = circles.iter().filter(apart).collect();
    assert_eq!(circles, Vec::<&String>::new());
}

#[test]
fn an_arrow_is_found_wherever_it_stands() {
    let text = r#"
        use crate::{a::{self, One}, b::Two as Other};
        use super::c;
        /// [`crate::not::this`]
        fn f() -> crate::d::Three { self.field; vec![super::super::e::four()]; "crate::nor::this" }
        mod inner { use super::super::f::Five; }
        #[cfg(test)]
        mod tests { use crate::g::Six; }
        pub(in crate::h) struct Seven;
    "#;
    let mut found = BTreeSet::new();
    let within = ["m".to_owned(), "n".to_owned()];
    paths(text.parse().unwrap(), &within, &mut |path| {
        found.insert(path.join("::"));
    });
    let expected = ["a", "a::One", "b::Two", "m::c", "d::Three", "e::four", "m::f::Five", "h"];
    assert_eq!(found, expected.map(str::to_owned).into());
}

#[test]
fn a_circle_is_found() {
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Vec<_>>();
    let arrow = |from, to| ((module(from), module(to)), BTreeSet::new());
    let tree = [arrow("a::b", "a::c::d"), arrow("a::c", "a::e"), arrow("a", "b")];
    assert_eq!(circles(&tree.clone().into_iter().collect()), [""; 0]);
    let circle = tree.into_iter().chain([arrow("a::e::f", "a::b")]);
    assert_eq!(circles(&circle.collect()), ["a: b, c, e"]);
}

fn source(package: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src")
}

/// The modules of a crate, each with its text, without those that are for tests only.
fn files(root: &Path) -> BTreeMap<Module, TokenStream> {
    let mut files = BTreeMap::new();
    read(root, &[], &mut files);
    let mut tests = BTreeSet::new();
    for (module, text) in &files {
        for name in test_modules(text.clone()) {
            tests.insert([module.as_slice(), &[name]].concat());
        }
    }
    files.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
    files
}

fn read(folder: &Path, parent: &[String], files: &mut BTreeMap<Module, TokenStream>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            read(&path, &[parent, &[stem]].concat(), files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let module = match stem.as_str() {
                "lib" | "mod" => parent.to_vec(),
                _ => [parent, &[stem]].concat(),
            };
            files.insert(module, fs::read_to_string(&path).unwrap().parse().unwrap());
        }
    }
}

fn arrows(root: &Path) -> Arrows {
    let files = files(root);
    let mut arrows = Arrows::new();
    for (from, text) in &files {
        paths(text.clone(), from, &mut |path| {
            let is_module = |len: &usize| *len == 0 || files.contains_key(&path[..*len]);
            let to = path[..(0..=path.len()).rev().find(is_module).unwrap()].to_vec();
            if to != *from {
                arrows.entry((from.clone(), to)).or_default().insert(path.join("::"));
            }
        });
    }
    arrows
}

/// For each folder, the modules in it that lead back to themselves. A module may know what is below
/// it in the tree of files, and that what it is a part of.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut folders: BTreeMap<&[String], BTreeSet<(&str, &str)>> = BTreeMap::new();
    for (from, to) in arrows.keys() {
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if let (Some(a), Some(b)) = (from.get(common), to.get(common)) {
            folders.entry(&from[..common]).or_default().insert((a, b));
        }
    }
    let leads_back = |arrows: &BTreeSet<(&str, &str)>, start: &str| {
        let mut reached = BTreeSet::from([start]);
        loop {
            let next = arrows.iter().filter(|(a, _)| reached.contains(a)).map(|(_, b)| *b);
            let next: BTreeSet<_> = next.filter(|b| *b == start || !reached.contains(b)).collect();
            if next.is_empty() || next.contains(start) {
                return next.contains(start);
            }
            reached.extend(next);
        }
    };
    let circle = |(folder, arrows): (&[String], BTreeSet<(&str, &str)>)| {
        let names: BTreeSet<_> = arrows.iter().map(|(a, _)| *a).collect();
        let back: Vec<_> = names.into_iter().filter(|a| leads_back(&arrows, a)).collect();
        (!back.is_empty()).then(|| format!("{}: {}", folder.join("::"), back.join(", ")))
    };
    folders.into_iter().filter_map(circle).collect()
}

/// Calls `see` with each path of `text`, a part of the module `within`, that begins in this crate.
fn paths(text: TokenStream, within: &[String], see: &mut dyn FnMut(&[String])) {
    let tokens: Vec<_> = text.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if is_test(first, behind) {
            rest = skip_item(&behind[1..]);
        } else if let (true, [TokenTree::Ident(name), TokenTree::Group(body), ..]) =
            (is_ident(first, "mod"), behind)
        {
            paths(body.stream(), &[within, &[name.to_string()]].concat(), see);
            rest = &behind[2..];
        } else if let TokenTree::Group(group) = first {
            paths(group.stream(), within, see);
        } else if let Some(start) = start(first, within)
            && let Some(path) = after_colons(behind)
        {
            rest = tree(start, path, see);
        }
    }
}

/// Where a path begins that begins with this word.
fn start(word: &TokenTree, within: &[String]) -> Option<Module> {
    if is_ident(word, "crate") {
        Some(Module::new())
    } else if is_ident(word, "self") {
        Some(within.to_vec())
    } else if is_ident(word, "super") {
        Some(within[..within.len() - 1].to_vec())
    } else {
        None
    }
}

/// Follows a path from `at`, or several in braces; what stands behind them.
fn tree<'t>(
    mut at: Module,
    mut rest: &'t [TokenTree],
    see: &mut dyn FnMut(&[String]),
) -> &'t [TokenTree] {
    match rest {
        [TokenTree::Group(group), behind @ ..] if group.delimiter() == Delimiter::Brace => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            let is_comma =
                |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            for one in tokens.split(is_comma).filter(|one| !one.is_empty()) {
                tree(at.clone(), one, see);
            }
            return behind;
        }
        [TokenTree::Ident(name), behind @ ..] => {
            if name == "super" {
                at.pop();
            } else if name != "self" {
                at.push(name.to_string());
            }
            rest = behind;
        }
        _ => {}
    }
    match after_colons(rest) {
        Some(path) => tree(at, path, see),
        None => {
            see(&at);
            rest
        }
    }
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ':');
    match tokens {
        [first, second, behind @ ..] if is_colon(first) && is_colon(second) => Some(behind),
        _ => None,
    }
}

fn is_ident(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether `#[cfg(test)]` stands there.
fn is_test(token: &TokenTree, behind: &[TokenTree]) -> bool {
    let is_hash = matches!(token, TokenTree::Punct(p) if p.as_char() == '#');
    is_hash
        && matches!(behind, [TokenTree::Group(group), ..]
            if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// What stands behind an item.
fn skip_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    };
    let end = tokens.iter().position(ends).map_or(tokens.len(), |last| last + 1);
    &tokens[end..]
}

/// The names of files that are modules for tests only.
fn test_modules(text: TokenStream) -> Vec<String> {
    let tokens: Vec<_> = text.into_iter().collect();
    let is_one = |at: &usize| is_test(&tokens[*at], &tokens[at + 1..]);
    let tests = (0..tokens.len()).filter(is_one);
    let name = |at: usize| match &tokens[at + 2..] {
        [word, TokenTree::Ident(name), TokenTree::Punct(end), ..]
            if is_ident(word, "mod") && end.as_char() == ';' =>
        {
            Some(name.to_string())
        }
        _ => None,
    };
    tests.filter_map(name).collect()
}
