//! Names of migrations as Rust identifiers.

use std::collections::BTreeSet;

use crate::MigrationSet;

/// A keyword, and the names of the version type's constants.
const TAKEN: [&str; 3] = ["Self", "ALL", "LATEST"];

/// One identifier for each migration, in their order.
///
/// An identifier depends on its migration and on older ones only, so that a newer migration never
/// renames an older one.
pub(super) fn variants(set: &MigrationSet) -> Vec<String> {
    let mut taken: BTreeSet<String> = TAKEN.map(str::to_owned).into();
    set.iter()
        .map(|migration| {
            let mut ident = identifier(&migration.name);
            if taken.contains(&ident) {
                ident.push('V');
                ident.extend(migration.version.as_str().chars().filter(|c| c.is_alphanumeric()));
            }
            while !taken.insert(ident.clone()) {
                ident.push('X');
            }
            ident
        })
        .collect()
}

/// `2026-11-22-163000-0000_add_email_to_users` becomes `AddEmailToUsers`; a directory that has
/// nothing but a version becomes `V` and that.
fn identifier(directory: &str) -> String {
    let name = directory.split_once('_').map_or("", |(_version, name)| name);
    let mut ident = camel(name);
    if ident.is_empty() {
        ident = camel(directory);
    }
    // `V` also goes before what no identifier can begin with, above all digits.
    if syntax::begins(&ident) { ident } else { format!("V{ident}") }
}

fn camel(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric() || !syntax::continues(c)).map(capitalized).collect()
}

/// `URL` becomes `Url` and `users` becomes `Users`; `userIds` keeps its own capitals.
fn capitalized(word: &str) -> String {
    let shouts = word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
    let mut chars = word.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    let rest = chars.as_str();
    first.chain(if shouts { rest.to_lowercase() } else { rest.to_owned() }.chars()).collect()
}

mod syntax {
    //! What the language takes for an identifier.

    pub(super) fn begins(ident: &str) -> bool {
        ident.chars().next().is_some_and(unicode_ident::is_xid_start)
    }

    pub(super) fn continues(c: char) -> bool {
        unicode_ident::is_xid_continue(c)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::embed::migrations;
    use crate::{Dialect, Migration, Version};

    fn migration(name: &str) -> Option<Migration> {
        let name: &'static str = name.to_owned().leak();
        let version = Version::of_directory(name).ok()?.to_string().leak();
        let [migration] = migrations(&[version, name, "up.sql", "", "", "", ""], &[0; 32], &[]);
        Some(migration)
    }

    fn named(names: &[&str]) -> Vec<String> {
        let migrations = names.iter().filter_map(|name| migration(name)).collect();
        variants(&MigrationSet::new(Dialect::Sqlite, migrations).expect("versions differ"))
    }

    #[test]
    fn names_are_predictable() {
        for (directory, expected) in [
            ("2026-11-22-163000-0000_create_users", "CreateUsers"),
            ("2_add_email_to_users", "AddEmailToUsers"),
            ("2_with spaces-and.dots", "WithSpacesAndDots"),
            ("2_add_URL", "AddUrl"),
            ("2_ADD_INDEX", "AddIndex"),
            ("2_userIds", "UserIds"),
            ("2_2fa_tokens", "V2faTokens"),
            ("2__double__score_", "DoubleScore"),
            ("2_élèves", "Élèves"),
            ("2_ユーザー", "ユーザー"),
            ("2_ßharp", "SSharp"),
            ("1 first try", "V1FirstTry"),
            ("nounderscore", "Nounderscore"),
            ("20261122", "V20261122"),
            ("2_", "V2"),
            ("_", "V"),
            ("2_🦀", "V2"),
            ("🦀", "V"),
            ("2_self", "SelfV2"),
            ("2_type", "Type"),
            ("2_a_l_l", "ALLV2"),
        ] {
            assert_eq!(named(&[directory]), [expected], "{directory}");
        }
    }

    #[test]
    fn the_newer_of_two_gets_its_version() {
        let names = ["1_add_index", "2026-01_add_index", "3_add_index_v4", "4_add_index"];
        let expected = ["AddIndex", "AddIndexV202601", "AddIndexV4", "AddIndexV4X"];
        assert_eq!(named(&names), expected);
    }

    proptest! {
        /// Legal, different from each other, and blind to newer migrations.
        #[test]
        fn every_set_has_identifiers(
            names in proptest::collection::btree_map("[0-9]{1,3}", "[a-cV_1 -]{0,4}|\\PC{0,5}", 0..9)
        ) {
            let names: Vec<_> = names.iter().map(|(version, name)| format!("{version}_{name}")).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let idents = named(&names);
            for ident in &idents {
                let mut chars = ident.chars();
                prop_assert!(chars.next().is_some_and(unicode_ident::is_xid_start), "{}", ident);
                prop_assert!(chars.all(unicode_ident::is_xid_continue), "{}", ident);
                prop_assert!(ident != "Self", "{}", ident);
            }
            prop_assert_eq!(idents.iter().collect::<BTreeSet<_>>().len(), idents.len());
            for end in 0..names.len() {
                prop_assert_eq!(&named(&names[..end])[..], &idents[..end]);
            }
        }
    }
}
