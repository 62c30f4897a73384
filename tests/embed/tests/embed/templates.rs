//! What `cargo dbmig init` writes compiles.

use std::fs;

use crate::app::{App, Way, root_file};

#[test]
fn the_templates_of_init_compile_and_embed() {
    let app = App::new("templates", Way::Macro);
    let rendered = |template: &str| {
        let text = fs::read_to_string(root_file("templates").join(template)).unwrap();
        text.replace("{migrations}", "db/migrations").replace("{backend}", "Sqlite")
    };
    app.write("build.rs", rendered("build.rs"));
    app.write("src/migrations.rs", rendered("migrations.rs"));
    app.write("db/migrations/1_a/up.sql", "SELECT 1");
    app.build().assert_succeeded();
    assert!(app.run().starts_with("1_a \"SELECT 1\""));
}
