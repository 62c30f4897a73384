//! Crates that deny much.

use crate::app::{App, Way};

const STRICT: &str = "#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations, \
                      missing_copy_implementations, rust_2018_idioms, let_underscore, unused, \
                      non_ascii_idents, unused_qualifications, trivial_casts, \
                      trivial_numeric_casts, unused_results, single_use_lifetimes, \
                      elided_lifetimes_in_paths, unused_lifetimes, variant_size_differences)]\n\
                      #![forbid(unsafe_code)]\n#![deny(clippy::all, clippy::pedantic, \
                      clippy::nursery, clippy::cargo, clippy::restriction)]\n\
                      #![allow(clippy::cargo_common_metadata, clippy::multiple_crate_versions, \
                      clippy::blanket_clippy_restriction_lints, clippy::single_call_fn, reason = \"not about the module\")]\n\
                      //! A crate.\n";

/// The program uses nothing of the module, so that every item is tried for being dead code.
#[test]
fn no_lint_fires_in_the_module() {
    for (name, way) in [("lints-macro", Way::Macro), ("lints-script", Way::BuildScript)] {
        let app = App::new(name, way);
        app.write("src/main.rs", format!("{STRICT}\nmod migrations;\n\nfn main() {{}}\n"));
        app.write("src/migrations.rs", format!("//! A module.\n{}", way.module()));
        for empty in [true, false] {
            if !empty {
                app.migration("1_ADD_URL", "CREATE TABLE t (id INTEGER);", "DROP TABLE t;");
                app.migration("2_self", "SELECT 1; -- <html> [link] http://a.b `", "SELECT 1;");
                app.migration("3_2fa", "SELECT 1;", "");
                app.migration("4_2fa", "SELECT 1;", "");
                app.write("migrations/3_2fa/metadata.toml", "run_in_transaction = false\n");
            }
            let build = app.compile("clippy", &[]);
            assert!(build.succeeded, "{way:?}: {:#?}\n{}", build.errors, build.stderr);
            assert_eq!(build.warnings, [""; 0], "{way:?}");
        }
    }
}

/// The files compile in a crate of the edition before, too.
#[test]
fn an_older_edition_will_do() {
    for (name, way) in [("edition-macro", Way::Macro), ("edition-script", Way::BuildScript)] {
        let app = App::new(name, way);
        let manifest = std::fs::read_to_string(app.path("Cargo.toml")).unwrap();
        app.write("Cargo.toml", manifest.replace("2024", "2021"));
        app.migration("1_a", "SELECT 1", "SELECT 1");
        app.check().assert_succeeded();
    }
}

/// A warning is one of cargo's, but for what the files say on purpose.
#[test]
fn the_build_script_warns_of_what_smells() {
    let app = App::new("smells", Way::BuildScript);
    app.write("migrations/1_a/up.sql", "SELECT 1;\nCOMMIT;");
    app.migration("2_b", "SELECT 1;", "-- no way back");
    app.migration("3_c", "SELECT 1;", "SELECT 'open;");
    let build = app.check();
    let warnings: Vec<_> =
        build.stderr.lines().filter(|line| line.starts_with("warning: smells")).collect();
    assert_eq!(warnings.len(), 2, "{}", build.stderr);
    for (warning, expected) in warnings.iter().zip([
        "migrations/1_a/up.sql:2:1: this statement controls the transaction",
        "migrations/3_c/down.sql:1:8: the string that opens at 1:8 is never closed",
    ]) {
        assert!(warning.contains(expected), "{warning}");
    }
}
