//! A `metadata.toml` that the SQL contradicts: a warning of cargo's, or an error.

use std::fs;

use crate::app::{App, Way};

const FOUND: &str = "migrations/2_b/up.sql:1:31: drops the column users.nick, so the previous \
                     version of the app cannot live with it, but migrations/2_b/metadata.toml:3:1 \
                     says `compatible = true`";

const SETTING: &str = "[package.metadata.dbmig]\nwrong-declarations = \"VALUE\"\n";

fn app(name: &str, way: Way) -> App {
    let app = App::new(name, way);
    app.migration("1_a", "CREATE TABLE users (id INTEGER, nick TEXT);", "DROP TABLE users;");
    app.migration("2_b", "ALTER TABLE users DROP COLUMN nick;", "ALTER TABLE users ADD nick TEXT;");
    app.write(
        "migrations/2_b/metadata.toml",
        "run_in_transaction = true\n[dbmig]\ncompatible = true\n",
    );
    app
}

/// The setting in the crate's own Cargo.toml, `manifest` being what it is without.
fn set(app: &App, manifest: &str, value: &str) {
    app.write("Cargo.toml", format!("{manifest}\n{}", SETTING.replace("VALUE", value)));
}

#[test]
fn a_warning_of_cargos_or_an_error() {
    for (name, way) in [("declared-macro", Way::Macro), ("declared-script", Way::BuildScript)] {
        let app = app(name, way);
        let manifest = fs::read_to_string(app.path("Cargo.toml")).unwrap();
        let build = app.check();
        build.assert_succeeded();
        assert!(build.stderr.contains(FOUND), "{}", build.stderr);
        // The change of the setting alone is noticed.
        set(&app, &manifest, "deny");
        let build = app.check();
        assert!(!build.succeeded);
        let error = format!("{}{}", build.stderr, build.errors.join("\n"));
        assert!(error.contains(FOUND), "{error}");
        assert!(error.contains("(`wrong-declarations` in Cargo.toml denies it)"), "{error}");
        set(&app, &manifest, "allow");
        let build = app.check();
        assert!(!build.assert_succeeded().stderr.contains("drops the column"), "{}", build.stderr);
        set(&app, &manifest, "never");
        let build = app.check();
        let error = format!("{}{}", build.stderr, build.errors.join("\n"));
        let expected = "`wrong-declarations` is \"allow\", \"warn\" or \"deny\", not `\"never\"`";
        assert!(!build.succeeded && error.contains(expected), "{error}");
        let ledger = "[package.metadata.dbmig]\nledger-schema = \"shop\"\n";
        app.write("Cargo.toml", format!("{manifest}\n{ledger}"));
        app.check().assert_succeeded();
        app.write("Cargo.toml", &manifest);
        app.check().assert_succeeded();
    }
}
