//! What it costs to compile a crate that embeds 1,000 migrations.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;

use dbmig_core::Dialect;
use dbmig_tests::{Project, workspace};

use crate::Settings;
use crate::figure::{Aim, Figure, Role, Unit};
use crate::race::{Contestant, Measure, race};
use crate::tools;

const COUNT: usize = 1000;

/// Ours, beside the macro.
const BUILD_SCRIPT: Role = Role::Other("build script");

/// What its documentation advises, so that an added migration is noticed.
const WATCHING: Role = Role::Other("diesel with build.rs");

fn way_name(role: Role) -> &'static str {
    if role == Role::Ours { "macro" } else { "build script" }
}

/// A way to embed migrations.
struct Way {
    role: Role,
    name: &'static str,
    dependencies: &'static str,
    build_script: Option<&'static str>,
    main: &'static str,
}

const WAYS: [Way; 4] = [
    Way {
        role: Role::Ours,
        name: "macro",
        dependencies: OURS,
        build_script: Some("fn main() {\n    dbmig_core::codegen::watch(\"migrations\");\n}\n"),
        main: "mod migrations {\n    dbmig_runtime::embed_migrations!(Sqlite);\n}\n\n\
               fn main() {\n    println!(\"{}\", migrations::ALL.set().as_slice().len());\n}\n",
    },
    Way {
        role: BUILD_SCRIPT,
        name: "build script",
        dependencies: OURS,
        build_script: Some(
            "fn main() {\n    \
             dbmig_core::codegen::generate(\"migrations\", dbmig_core::Dialect::Sqlite);\n}\n",
        ),
        main: "mod migrations {\n    include!(concat!(env!(\"OUT_DIR\"), \"/migrations.rs\"));\n}\n\n\
               fn main() {\n    println!(\"{}\", migrations::ALL.set().as_slice().len());\n}\n",
    },
    Way {
        role: WATCHING,
        name: "diesel with build.rs",
        dependencies: THEIRS,
        build_script: Some(
            "fn main() {\n    println!(\"cargo:rerun-if-changed=migrations\");\n}\n",
        ),
        main: THEIR_MAIN,
    },
    Way {
        role: Role::Other("diesel"),
        name: "diesel",
        dependencies: THEIRS,
        build_script: None,
        main: THEIR_MAIN,
    },
];

const OURS: &str = "dbmig-runtime = { path = \"ROOT/dbmig-runtime\", features = [\"sqlite\"] }\n";

const THEIRS: &str = "diesel_migrations = { version = \"2.3\", features = [\"sqlite\"] }\n";

const THEIR_MAIN: &str = "use diesel::migration::MigrationSource;\n\
    use diesel_migrations::{EmbeddedMigrations, embed_migrations};\n\n\
    const ALL: EmbeddedMigrations = embed_migrations!();\n\n\
    fn main() {\n    \
    let all = MigrationSource::<diesel::sqlite::Sqlite>::migrations(&ALL).unwrap();\n    \
    println!(\"{}\", all.len());\n}\n";

/// What happens before a build.
#[derive(Debug, Clone, Copy)]
enum Before {
    /// The crate is forgotten, and no incremental state is kept: as in CI.
    Clean,
    /// A line is added to its `main.rs`.
    Source,
    /// The newest migration's SQL is edited.
    Migration,
}

pub(crate) fn run(settings: &Settings) -> Vec<Figure> {
    let crates = WAYS.each_ref().map(Leaf::new);
    let mut figures = Vec::new();
    for verb in ["build", "check"] {
        crates.iter().for_each(|leaf| leaf.warm(verb));
        for (before, case) in [
            (Before::Clean, "from nothing"),
            (Before::Source, "after an edit of main.rs"),
            (Before::Migration, "after an edit of a migration"),
        ] {
            let mut contestants = crates
                .each_ref()
                .map(|leaf| Contestant::new(leaf.way.role, move || leaf.prepared(verb, before)));
            let results = race(settings.rounds(3), &mut contestants);
            let most = match (verb, before) {
                ("build", Before::Clean) => 0.8,
                (_, Before::Clean) => 0.9,
                (_, Before::Source | Before::Migration) => 1.0,
            };
            for way in [Role::Ours, BUILD_SCRIPT] {
                let case = format!("cargo {verb}, {case}, {}", way_name(way));
                let aim = Aim::Ratio(WATCHING, most);
                figures.push(results.figure_of(way, "embed", &case, Measure::Wall, aim));
                figures.push(results.figure_of(way, "embed", &case, Measure::Cpu, Aim::None));
            }
        }
    }
    for leaf in &crates[..2] {
        let case = format!("crates compiled when nothing changed, {}", leaf.way.name);
        let compiled = leaf.compiled("build") as f64;
        let figure = Figure::counted("embed", case, Unit::Crates, compiled);
        figures.push(figure.aim(Aim::Count(0.0)));
    }
    figures
}

/// A crate whose dependencies are compiled once and stay.
struct Leaf {
    way: &'static Way,
    project: Project,
    edits: Cell<usize>,
}

impl Leaf {
    fn new(way: &'static Way) -> Self {
        let project = tools::project(Path::new("cargo"), COUNT);
        let root = workspace().display().to_string().replace('\\', "/");
        let build_script = way.build_script.unwrap_or_default();
        let build_dependencies = match way.dependencies {
            OURS => "dbmig-core = { path = \"ROOT/dbmig-core\", features = [\"codegen\"] }\n",
            _ => "",
        };
        let manifest = format!(
            "[package]\nname = \"embed-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ndiesel = {{ version = \"2.3\", default-features = false, features = [\"sqlite\"] }}\n\
             {dependencies}\n[build-dependencies]\n{build_dependencies}",
            name = way.name.replace([' ', '.'], "-"),
            dependencies = way.dependencies,
        );
        project.write("Cargo.toml", manifest.replace("ROOT", &root));
        if !build_script.is_empty() {
            project.write("build.rs", build_script);
        }
        project.write("src/main.rs", way.main);
        let leaf = Self { way, project, edits: Cell::new(0) };
        leaf.lock();
        leaf
    }

    /// What `cargo dbmig lock` does, which is not measured: it is typed once, after the edit.
    fn lock(&self) {
        if self.way.dependencies == OURS {
            tools::lock(&self.project, Dialect::Sqlite);
        }
    }

    /// Compiles everything that it needs, itself as well.
    fn warm(&self, verb: &str) {
        let output = dbmig_tests::project::run(&mut self.cargo(verb, &[])).success();
        assert!(!output.stderr.contains("error"), "{}", output.stderr);
    }

    fn prepared(&self, verb: &str, before: Before) -> Command {
        let edit = self.edits.replace(self.edits.get() + 1);
        let mut command = self.cargo(verb, &["--quiet"]);
        match before {
            Before::Clean => {
                let package = format!("embed-{}", self.way.name.replace([' ', '.'], "-"));
                let mut clean = self.cargo("clean", &["-p", &package]);
                dbmig_tests::project::run(&mut clean).success();
                command.env("CARGO_INCREMENTAL", "0");
            }
            Before::Source => {
                let main = format!("{}\n// edit {edit}\n", self.way.main);
                self.project.write("src/main.rs", main);
            }
            Before::Migration => {
                let newest = self.project.migrations().pop().expect("a migration");
                let sql = format!("{}-- edit\nSELECT {edit};\n", tools::create_table(COUNT - 1));
                self.project.write(&format!("migrations/{newest}/up.sql"), sql);
                self.lock();
            }
        }
        command
    }

    /// How many crates cargo compiles now.
    fn compiled(&self, verb: &str) -> usize {
        self.warm(verb);
        let mut command = self.cargo(verb, &["--message-format", "json"]);
        let output = dbmig_tests::project::run(&mut command).success();
        let messages = output.stdout.lines().map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("cargo's messages are JSON")
        });
        messages.filter(|message| message["fresh"] == false).count()
    }

    fn cargo(&self, verb: &str, arguments: &[&str]) -> Command {
        let mut command = self.project.cargo(&[verb]);
        command.args(arguments);
        // Not the folder that tests build in: nobody waits here for anybody's lock.
        command.env("CARGO_BUILD_BUILD_DIR", workspace().join("target/bench-projects"));
        command
    }
}
