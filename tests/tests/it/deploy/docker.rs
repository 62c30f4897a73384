//! The Dockerfile, read by a parser for it.

use std::process::Command;

use dbmig_tests::Project;
use dbmig_tests::project::run;
use dockerfile_parser_rs::{Dockerfile, Instruction};

/// The instructions of a Dockerfile in `folder`.
fn instructions(project: &Project, file: &str) -> Vec<Instruction> {
    Dockerfile::from(project.path(file))
        .unwrap_or_else(|error| panic!("{error:?}\n{}", project.read(file)))
        .instructions
}

/// The instructions of the last stage, which become the image.
fn image(instructions: &[Instruction]) -> &[Instruction] {
    let last = instructions.iter().rposition(|one| matches!(one, Instruction::From { .. }));
    &instructions[last.unwrap()..]
}

fn shell_lines(instructions: &[Instruction]) -> Vec<String> {
    let line = |one: &Instruction| match one {
        Instruction::Run { command, .. } => Some(command.join(" ")),
        _ => None,
    };
    instructions.iter().filter_map(line).collect()
}

/// A package with these dependencies, deployed on `backend`.
fn deployed(backend: &str, dependencies: &str, more: &[&str]) -> (Project, Vec<Instruction>) {
    let project = crate::project();
    project.write(
        "Cargo.toml",
        format!(
            "[package]\nname = \"demo\"\nedition = \"2024\"\n\n[features]\nbundled = [\"dep:pq-sys\"]\n\n\
             [dependencies]\npq-sys = {{ version = \"0.7\", optional = true, features = [\"bundled\"] }}\n\
             {dependencies}\n[workspace]\n"
        ),
    );
    project.dbmig(&[&["deploy", "docker", "--backend", backend], more].concat()).success();
    let instructions = instructions(&project, "Dockerfile");
    (project, instructions)
}

/// Each with what it takes to build it, and what the image has to hold.
#[test]
fn the_image_has_the_client_library_of_its_database() {
    let cases = [
        ("postgres", "", &[][..], "libpq-dev pkg-config", "ca-certificates libpq5"),
        ("mysql", "", &[], "libmariadb-dev pkg-config", "ca-certificates libmariadb3"),
        ("sqlite", "", &[], "libsqlite3-dev pkg-config", "ca-certificates libsqlite3-0"),
        ("postgres", "", &["--features", "bundled"], "make perl", ""),
        (
            "sqlite",
            "libsqlite3-sys = { version = \"0.38\", features = [\"bundled\"] }",
            &[],
            "",
            "",
        ),
    ];
    for (backend, dependencies, more, build, runs) in cases {
        let (_project, all) = deployed(backend, dependencies, more);
        let image = image(&all);
        let installed = |instructions: &[Instruction]| -> String {
            let lines = shell_lines(instructions);
            let line = lines.iter().find(|line| line.contains("apt-get install"));
            line.map_or_else(String::new, |line| {
                let (_, names) = line.split_once("--no-install-recommends ").unwrap();
                names.split_once(" &&").unwrap().0.trim().to_owned()
            })
        };
        assert_eq!(installed(&all[..all.len() - image.len()]), build, "{backend} {more:?}");
        assert_eq!(installed(image), runs, "{backend} {more:?}");
        let Instruction::From { image: base, .. } = &image[0] else { panic!() };
        let expected =
            if runs.is_empty() { "gcr.io/distroless/cc-debian13" } else { "debian:trixie-slim" };
        assert_eq!(base, expected);
    }
}

#[test]
fn it_is_built_in_one_stage_and_runs_in_another_as_nobody() {
    for backend in ["postgres", "mysql", "sqlite"] {
        let (_project, all) = deployed(backend, "", &["--port", "8080", "--serve", "serve"]);
        let stages: Vec<_> = all
            .iter()
            .filter_map(|one| match one {
                Instruction::From { image, alias, .. } => Some((image.as_str(), alias.as_deref())),
                _ => None,
            })
            .collect();
        assert_eq!(stages, [("rust:1-slim-trixie", Some("build")), ("debian:trixie-slim", None)]);
        let image = image(&all);
        let mut facts = Vec::new();
        for one in image {
            match one {
                Instruction::User { user, group } => {
                    assert!(user.parse::<u32>().unwrap() > 0 && group.is_some());
                    facts.push("user".to_owned());
                }
                Instruction::Expose { ports } => facts.push(ports.join(" ")),
                Instruction::Entrypoint(words) => facts.push(words.join(" ")),
                Instruction::Cmd(words) => facts.push(words.join(" ")),
                Instruction::Env(pairs) => {
                    facts.extend(pairs.iter().map(|(name, value)| format!("{name}={value}")));
                }
                Instruction::Copy { from, .. } => assert_eq!(from.as_deref(), Some("build")),
                _ => {}
            }
        }
        let mut expected = vec!["user", "ADDRESS=0.0.0.0:8080", "8080", "demo", "serve"];
        if backend == "sqlite" {
            expected.insert(0, "DATABASE_URL=sqlite:///data/demo.db");
        }
        assert_eq!(facts, expected, "{backend}");
    }
}

/// The line that builds, on a package without dependencies. Only where the result goes to is another
/// place: nobody but a container may write there.
#[test]
fn its_line_builds_the_program() {
    let project = crate::project();
    run(&mut project.cargo(&["generate-lockfile"])).success();
    project.dbmig(&["deploy", "docker", "--backend", "postgres"]).success();
    let lines = shell_lines(&instructions(&project, "Dockerfile"));
    let line = lines.iter().find(|line| line.contains("cargo build")).unwrap();
    let (_, line) = line.split_once("cargo build").unwrap();
    let line = format!("cargo build{line}").replace("/usr/local/bin/", "built");
    let cargo = project.cargo(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &line]).current_dir(project.root()).env_clear();
    shell.envs(cargo.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("CARGO_BUILD_BUILD_DIR", project.path("target"));
    run(&mut shell).success();
    run(&mut Command::new(project.path("built"))).success();
}

/// What must not get into a layer is not sent to the builder, and what the build needs is.
#[test]
fn secrets_and_leftovers_stay_outside() {
    let (project, _) = deployed("sqlite", "", &[]);
    let ignored = project.read("Dockerfile.dockerignore");
    let ignored: Vec<_> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    for pattern in ["**/target", "**/.git", "**/.env", "**/.env.*", "**/*.db", "**/*.db-*"] {
        assert!(ignored.contains(&pattern), "{pattern}");
    }
    assert_eq!(ignored.len(), 6, "{ignored:?}");
}
