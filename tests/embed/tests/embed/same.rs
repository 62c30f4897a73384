//! The macro and the build script make the same module.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::app::{App, Way, text};

/// As the compiler sees them after expansion, token for token.
#[test]
fn the_macro_and_the_build_script_agree() {
    let app = App::new("same", Way::BuildScript);
    app.migration(
        "1_create_users",
        "CREATE TABLE users (id INTEGER); -- \"'`\\",
        "DROP TABLE users;",
    );
    app.write("migrations/2_nothing/up.sql", "-- nothing\r\n");
    app.write(
        "migrations/2_nothing/metadata.toml",
        "run_in_transaction = false\n[dbmig]\nretries = 3\n",
    );
    // The stable compiler can print the expansion, but calls the flag unstable. Allowed around this
    // crate only: build scripts of others look whether it is.
    app.write("allow-unstable", "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\"\n");
    let wrapper = app.path("allow-unstable");
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
    let module = |way: Way| {
        app.write(
            "src/main.rs",
            format!("mod migrations {{\n    {}}}\n\nfn main() {{}}\n", way.module()),
        );
        let mut cargo = app.cargo(&["rustc", "--offline", "--", "-Zunpretty=expanded"]);
        cargo.env("RUSTC_WORKSPACE_WRAPPER", &wrapper);
        text(&cargo.output().unwrap())
    };
    let (by_macro, by_script) = (module(Way::Macro), module(Way::BuildScript));
    assert!(by_macro.contains("CREATE TABLE users") && by_macro.contains("retries"));
    let impact = "compatible inferred 1:1 only adds: new table users";
    assert!(by_macro.contains(impact), "{by_macro}");
    let tokens = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(tokens(&by_macro), tokens(&by_script));
    // Now from what the macro kept.
    assert_eq!(module(Way::Macro), by_macro);
}
