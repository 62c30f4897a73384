//! The items of the generated module.

use std::time::Duration;

use super::{doc, names};
use crate::migration::{
    DeclaredCompatibility, DeclaredReversibility, Down, Execution, ForeignKeys, Settings,
};
use crate::{Dialect, Migration, MigrationSet};

/// The content of a module that embeds `set`; `runtime` is the path of the runtime crate, such as
/// `::dbmig_runtime`.
///
/// It holds the static `ALL` and the type `Version`, with one documented variant for each
/// migration. No lint that a crate can deny fires in it.
///
/// It is text and not tokens: a build script writes it as it is, and for a macro the compiler's
/// own lexer is many times faster than a library that is compiled without optimization.
pub fn module(set: &MigrationSet, runtime: &str) -> String {
    let variants = names::variants(set);
    let backend = match set.dialect() {
        Dialect::Postgres => "Postgres",
        Dialect::Mysql => "Mysql",
        Dialect::Sqlite => "Sqlite",
    };
    // Filled in before any text of the migrations is there.
    let filled = |template: &str| {
        let template = template.replace("RUNTIME", runtime).replace("BACKEND", backend);
        template.replace("QUIET", QUIET)
    };
    let mut texts = String::new();
    set.iter().for_each(|migration| add_texts(&mut texts, migration));
    let mut module = filled(ALL);
    module.push_str(&format!("{texts:?}"));
    module.push_str(&filled(CHECKSUMS));
    set.iter().for_each(|m| module.push_str(&m.checksum.as_bytes().escape_ascii().to_string()));
    module.push_str(&filled(SETTINGS));
    for (index, migration) in set.iter().enumerate() {
        if let Some(settings) = settings(&migration.settings) {
            module.push_str(&format!("            ({index}, {settings}),\n"));
        }
    }
    let unsaid = || "embed::unsaid()".to_owned();
    let schema = set.ledger_schema().map_or_else(unsaid, |it| format!("embed::said({it:?})"));
    let policy = set.breaking_ahead();
    let policy =
        policy.map_or_else(unsaid, |it| format!("embed::said(embed::BreakingAhead::{it:?})"));
    let digest = set.digest().escape_ascii().to_string();
    let made = filled(MADE).replace("DIGEST", &digest);
    module.push_str(&made.replace("SCHEMA", &schema).replace("POLICY", &policy));
    for (migration, variant) in set.iter().zip(&variants) {
        module.push_str(&format!("    #[doc = {:?}]\n    {variant},\n", doc::of(migration)));
    }
    // By index, for an arm for each would be as much again to compile (`derive(Debug)` too); but
    // what has no variants cannot be cast.
    let [migration, variant] = match variants[..] {
        [] => ["match self {}", "match *self {}"],
        _ => [
            "&ALL.set().as_slice()[self as usize]",
            "RUNTIME::__private::embed::name(VARIANTS, *self as usize)",
        ],
    };
    module.push_str(&filled(INHERENT).replace("MIGRATION", migration));
    module.push_str(&constants(&variants));
    module.push_str(&filled(VARIANTS));
    module.push_str(&format!("{:?}", variants.join(" ")));
    module.push_str(&filled(&CONVERSIONS.replace("VARIANT", variant)));
    module
}

/// Generated code is nobody's to tidy up, and what of it is used is the app's affair.
const QUIET: &str = r#"#[allow(
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
    clippy::restriction,
    dead_code,
    unreachable_code,
    unreachable_pub,
    reason = "generated"
)]"#;

const ALL: &str = r#"/// The migrations that this build embeds.
QUIET
pub static ALL: RUNTIME::Migrations<RUNTIME::BACKEND, Version> = {
    use RUNTIME::__private::embed;
    fn made() -> embed::Migrations {
        const TEXTS: &str = "#;

const CHECKSUMS: &str = r#";
        const CHECKSUMS: &[u8] = b""#;

const SETTINGS: &str = r#"";
        const SETTINGS: &[(usize, embed::Settings)] = &[
"#;

const MADE: &str = r#"        ];
        embed::made(TEXTS, CHECKSUMS, SETTINGS)
    }
    RUNTIME::Migrations::of(embed::set(embed::Dialect::BACKEND, b"DIGEST", made, SCHEMA, POLICY))
};

/// A migration of this module, by its name. The order is that of their versions.
QUIET
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
"#;

const INHERENT: &str = r#"}

QUIET
impl Version {
    /// The migration itself.
    pub fn migration(self) -> &'static RUNTIME::__private::Migration {
        MIGRATION
    }
"#;

const VARIANTS: &str = r#"}

QUIET
impl ::core::fmt::Debug for Version {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        const VARIANTS: &str = "#;

const CONVERSIONS: &str = r#";
        f.write_str(VARIANT)
    }
}

QUIET
impl RUNTIME::SetVersion for Version {
    type Backend = RUNTIME::BACKEND;
    fn version(self) -> RUNTIME::__private::Version {
        self.migration().version.clone()
    }
}

QUIET
impl ::core::convert::From<Version> for RUNTIME::__private::Version {
    fn from(version: Version) -> Self {
        version.migration().version.clone()
    }
}

QUIET
impl ::core::fmt::Display for Version {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.pad(&self.migration().name)
    }
}
"#;

fn constants(variants: &[String]) -> String {
    let all: String = variants.iter().map(|variant| format!("Self::{variant}, ")).collect();
    let all = format!(
        "    /// All of them, oldest first.\n    pub const ALL: &'static [Self] = &[{}];\n",
        all.trim_end_matches(", ")
    );
    // An empty set has no latest version: who names it learns so when compiling.
    let latest = variants.last().map_or_else(String::new, |latest| {
        format!("    /// The newest one.\n    pub const LATEST: Self = Self::{latest};\n")
    });
    all + &latest
}

/// As [`embed::made`](crate::embed::made) reads them.
fn add_texts(texts: &mut String, migration: &Migration) {
    let (version, name, up) = (migration.version.as_str(), &*migration.name, migration.up());
    let [down_path, down] = match migration.down() {
        Down::Script(down) => [&*down.path, &*down.text],
        Down::Missing => [""; 2],
    };
    let impact = migration.impact.as_str();
    for text in [version, name, &up.path, &up.text, down_path, down, impact] {
        texts.push_str(&text.len().to_string());
        texts.push(':');
        texts.push_str(text);
    }
}

/// Only what differs from the default: in most migrations, nothing.
fn settings(settings: &Settings) -> Option<String> {
    let mut fields = Vec::new();
    match settings.execution {
        Execution::Transaction => {}
        Execution::Statements => fields.push("execution: embed::Execution::Statements".to_owned()),
    }
    let compatibility = match settings.compatibility {
        DeclaredCompatibility::Undeclared => None,
        DeclaredCompatibility::Compatible => Some("Compatible"),
        DeclaredCompatibility::AfterRestart => Some("AfterRestart"),
        DeclaredCompatibility::Breaking => Some("Breaking"),
    };
    fields.extend(
        compatibility.map(|it| format!("compatibility: embed::DeclaredCompatibility::{it}")),
    );
    let reversible = match settings.reversible {
        DeclaredReversibility::Undeclared => None,
        DeclaredReversibility::Yes => Some("Yes"),
        DeclaredReversibility::Lossy => Some("Lossy"),
        DeclaredReversibility::No => Some("No"),
    };
    fields.extend(reversible.map(|it| format!("reversible: embed::DeclaredReversibility::{it}")));
    match settings.foreign_keys {
        ForeignKeys::Unchanged => {}
        ForeignKeys::Off => fields.push("foreign_keys: embed::ForeignKeys::Off".to_owned()),
    }
    let millis = |time: Duration| format!("embed::millis({})", time.as_millis());
    fields.extend(settings.lock_timeout.map(|it| format!("lock_timeout: {}", millis(it))));
    fields
        .extend(settings.statement_timeout.map(|it| format!("statement_timeout: {}", millis(it))));
    fields
        .extend(settings.retries.map(|it| format!("retries: ::core::option::Option::Some({it})")));
    let some = !fields.is_empty();
    some.then(|| format!("embed::Settings {{ {}, ..*embed::DEFAULT }}", fields.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::module;
    use crate::embed::{DEFAULT, made, migrations, name};
    use crate::migration::Settings;
    use crate::{Dialect, MigrationSet};

    /// What the generator writes of a set, read as the compiler reads it: nothing in a text is taken
    /// for a length.
    #[test]
    fn texts_are_read_as_they_are_written() {
        let texts = [
            [
                "1",
                "1_é:🦀",
                "m/1/up.sql",
                "SELECT '3:abc'; -- é",
                "",
                "",
                "compatible inferred - a\n",
            ],
            ["2", "2_b", "m/2/up.sql", "12:", "m/2/down.sql", "", ""],
        ];
        let own = Settings { retries: Some(3), ..*DEFAULT };
        let sums = [[7; 32], [9; 32]].concat();
        let constant = migrations::<2>(texts.as_flattened(), &sums, &[(1, own.clone())]);
        let expected = MigrationSet::new(Dialect::Mysql, constant.to_vec()).unwrap();
        let written: String =
            texts.as_flattened().iter().map(|text| format!("{}:{text}", text.len())).collect();
        let literal = format!("const TEXTS: &str = {written:?};");
        assert!(module(&expected, "::rt").contains(&literal));
        assert_eq!(made(written.leak(), &sums, &[(1, own)]), expected.as_slice());
        assert_eq!(name("A B C", 2), "C");
    }
}
