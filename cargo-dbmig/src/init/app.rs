//! The program of a new crate: it migrates when it starts, answers probes, and has `migrate`.

use std::fs;

use dbmig_core::Dialect;

use super::Target;
use crate::change::SetupStep;
use crate::failure::{Failure, Result};

/// `src/main.rs`
const APP: &str = include_str!("../../templates/init/app.rs");
/// What to do after it.
const NEXT: &str = include_str!("../../templates/init/next-app.txt");

/// What `cargo new` writes, without its spaces.
const UNTOUCHED: [&str; 2] = ["fnmain(){println!(\"Hello,world!\");}", "fnmain(){}"];

/// Replaces the program that `cargo new` has written. Any other one is left to a person: the lines
/// go into the middle of it.
pub(super) fn step(target: &Target<'_>) -> Result<SetupStep> {
    let path = target.folder().join("src/main.rs");
    let template = rendered(APP, target);
    for other in ["src/lib.rs", "src/bin"] {
        if target.folder().join(other).exists() {
            return Ok(by_hand(&format!("there is {other}")));
        }
    }
    if !path.is_file() {
        return Ok(SetupStep::create(path, template));
    }
    let text = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let untouched =
        UNTOUCHED.iter().any(|new| bare == *new || bare == format!("modmigrations;{new}"));
    if !axum_fits(target) {
        return Ok(by_hand("Cargo.toml asks for another axum than 0.8"));
    }
    Ok(match text.contains("dbmig_runtime") {
        true => SetupStep::Nothing,
        false if untouched => SetupStep::edit(&path, &text, template),
        false => by_hand("src/main.rs has a program already"),
    })
}

/// Whether the crate has no axum yet, or plainly one that our router is of.
fn axum_fits(target: &Target<'_>) -> bool {
    let dependencies = target.manifest.document.get("dependencies");
    let Some(axum) = dependencies.and_then(|all| all.get("axum")) else { return true };
    let version = axum.as_str().or_else(|| axum.get("version")?.as_str());
    version.is_some_and(|version| version.trim_start_matches(['=', '^']).starts_with("0.8"))
}

/// What to do next.
pub(super) fn next(target: &Target<'_>) -> String {
    let url = match target.dialect {
        Dialect::Postgres => "postgres://localhost/app",
        Dialect::Mysql => "mysql://root@localhost/app",
        Dialect::Sqlite => "sqlite://app.db",
    };
    NEXT.replace("{url}", url)
}

fn by_hand(why: &str) -> SetupStep {
    SetupStep::ByHand(format!(
        "{why}, so these lines are yours to add where the app starts (docs/start-up.md explains them):\n\
         \x20   let migrator = Migrator::new(&migrations::ALL).app(env!(\"CARGO_PKG_NAME\"), env!(\"CARGO_PKG_VERSION\"))\n\
         \x20       .build(option_env!(\"DBMIG_BUILD\"));\n\
         \x20   if let Some(migrate) = Migrate::from_args() {{\n\
         \x20       std::process::exit(migrate.run(migrator).into());\n\
         \x20   }}\n\
         \x20   let migrations = migrator.start(database_url);\n\
         and around the routes:\n\
         \x20       .layer(migrations.gate())\n\
         \x20       .merge(migrations.probes())"
    ))
}

fn rendered(template: &str, target: &Target<'_>) -> String {
    let name = target.manifest.document.get("package").and_then(|package| package.get("name"));
    template.replace("{package}", name.and_then(|name| name.as_str()).unwrap_or("app"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_has_written_is_replaced() {
        for new in ["fn main() {\n    println!(\"Hello, world!\");\n}\n", "fn main() {}\n"] {
            let bare: String = new.chars().filter(|c| !c.is_whitespace()).collect();
            assert!(UNTOUCHED.contains(&bare.as_str()), "{new}");
        }
    }
}
