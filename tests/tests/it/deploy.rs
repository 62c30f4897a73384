//! `cargo dbmig deploy`: what it writes is read by types and parsers that know each format, and its
//! command lines, taken from there, are run with the shop on real databases.

mod command;
mod compose;
mod docker;
mod helm;
mod kubernetes;
mod qovery;
mod systemd;
mod workflow;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dbmig_tests::{Backend, Project, TestDatabase};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shop::Serving;

const TARGETS: [&str; 7] =
    ["docker", "compose", "kubernetes", "helm", "qovery", "systemd", "github-actions"];
const IMAGE: &str = "registry.example.com/team/shop:1.4.0";

const SHOP_1_0: &str = env!("CARGO_BIN_EXE_shop-under-test");

/// The backends that the shop knows, with the name that `--backend` takes.
const SHOP: [(Backend, &str); 3] =
    [(Backend::Postgres, "postgres"), (Backend::MariaDb, "mysql"), (Backend::Sqlite, "sqlite")];

/// The files of a target for the shop, and the port that they name.
struct Rendered {
    project: Project,
    port: u16,
}

impl Rendered {
    /// Written by the tool for the real package, into a folder of its own.
    fn of_the_shop(target: &str, backend: &str) -> Self {
        // Free a moment ago; a fixed one would be taken by another run of the tests.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let project = crate::project();
        let manifest = dbmig_tests::workspace().join("Cargo.toml");
        let (manifest, number) = (manifest.to_str().unwrap(), port.to_string());
        let variable = format!("PORT={port}");
        project
            .dbmig(&[
                "deploy",
                target,
                "--manifest-path",
                manifest,
                "-p",
                "dbmig-example-shop",
                "--dir",
                "out",
                "--backend",
                backend,
                "--features",
                "postgres",
                "--image",
                IMAGE,
                "--port",
                &number,
                "--env",
                "ADDRESS=127.0.0.1",
                "--env",
                &variable,
            ])
            .success();
        Self { project, port }
    }

    fn read(&self, file: &str) -> String {
        self.project.read(&format!("out/{file}"))
    }

    /// The documents of a YAML file.
    fn yaml(&self, file: &str) -> Vec<Value> {
        documents(&self.read(file))
    }
}

/// The documents of a YAML text.
fn documents(text: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(text)
        .map(|document| {
            serde::Deserialize::deserialize(document).unwrap_or_else(|e| panic!("{e}:\n{text}"))
        })
        .collect()
}

/// `value` as a `T`, with nothing in it that a `T` does not know.
fn strict<T: DeserializeOwned + serde::Serialize>(value: &Value) -> T {
    let typed: T = serde_json::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}: {value}"));
    let back = serde_json::to_value(&typed).unwrap();
    let mut lost = Vec::new();
    compare(value, &back, "", &mut lost);
    assert!(lost.is_empty(), "unknown or changed: {lost:?}");
    typed
}

/// The places where `given` has what `back` has not.
fn compare(given: &Value, back: &Value, place: &str, lost: &mut Vec<String>) {
    match (given, back) {
        (Value::Object(given), Value::Object(back)) => {
            for (key, value) in given {
                let place = format!("{place}.{key}");
                compare(value, back.get(key).unwrap_or(&Value::Null), &place, lost);
            }
        }
        (Value::Array(given), Value::Array(back)) if given.len() == back.len() => {
            for (at, (given, back)) in given.iter().zip(back).enumerate() {
                compare(given, back, &format!("{place}[{at}]"), lost);
            }
        }
        _ if given == back => {}
        _ => lost.push(format!("{place}: {given} became {back}")),
    }
}

/// The words of a list.
fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    words.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
}

/// A command line of a rendered file as a process: the program is the shop, and its environment is
/// what the file gives it and nothing else.
fn process(argv: &[String], environment: &BTreeMap<String, String>) -> Command {
    process_of(SHOP_1_0, argv, environment)
}

/// The same for the image of another release.
fn process_of(image: &str, argv: &[String], environment: &BTreeMap<String, String>) -> Command {
    let (program, arguments) = argv.split_first().expect("a command line");
    assert!(["shop", "/usr/local/bin/shop"].contains(&program.as_str()), "{argv:?}");
    let mut command = Command::new(image);
    command.args(arguments).env_clear().envs(environment).stdin(Stdio::null());
    command
}

/// The number of migrations that the shop's own `status` calls applied.
fn applied(database: &TestDatabase) -> usize {
    if database.tables().is_empty() {
        return 0;
    }
    database.column("SELECT version FROM __diesel_schema_migrations").len()
}

/// Asks until the answer has `status`.
fn becomes(serving: &Serving, path: &str, status: u16) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let (found, body) = serving.ask("GET", path, "");
        if found == status {
            return;
        }
        assert!(Instant::now() < deadline, "{path}: {found} {body}\n{}", serving.said());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// All migrations of the shop.
fn all() -> usize {
    dbmig_example_shop::migrations::postgres::Version::ALL.len()
}

/// The order of a deployment, from the files: whoever waits ends after the job, the job is done once,
/// and a second one finds nothing to do. Then the app serves, and its probes answer at once.
fn job_then_app(
    database: &TestDatabase,
    job: impl Fn() -> Command,
    wait: Option<&mut Command>,
    app: &mut Command,
    probes: &[&str],
    port: u16,
) {
    let waiting = wait.map(|command| command.stdout(Stdio::piped()).spawn().unwrap());
    let first = dbmig_tests::project::run(&mut job()).success();
    assert_eq!(applied(database), all(), "{}", first.text());
    if let Some(waiting) = waiting {
        let output = waiting.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let again = dbmig_tests::project::run(&mut job()).success();
    assert!(again.text().contains("nothing to do"), "{}", again.text());
    let serving = Serving::start(app);
    assert_eq!(serving.address.port(), port);
    probes.iter().for_each(|path| becomes(&serving, path, 200));
    let (status, products) = serving.ask("GET", "/products", "");
    assert!(status == 200 && products.contains("\"sku\""), "{status} {products}");
    // The app had nothing to migrate: the job had done it.
    let (code, said) = serving.stop();
    assert!(code == Some(0) && said.contains("nothing to migrate"), "{code:?}: {said}");
}
