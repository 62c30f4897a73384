//! The compose file, read with types for it.

use std::collections::BTreeMap;

use dbmig_runtime::url::DatabaseUrl;
use dbmig_tests::{Backend, database};
use docker_compose_types::Compose;
use serde_json::Value;

use super::{IMAGE, Rendered, SHOP, documents, job_then_app, process, strict, words};

/// As compose fills it in where the variable is not set.
fn interpolated(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (variable, after) = rest.split_once('}').expect("an end of the variable");
    let (_, default) = variable.split_once(":-").expect("a default");
    format!("{before}{default}{}", interpolated(after))
}

/// A service's variables, with the URL of its database service replaced by that of a real one.
fn environment(service: &Value, url: &str) -> BTreeMap<String, String> {
    let variables = service["environment"].as_object().unwrap();
    let value = |name: &str, value: &Value| {
        let text = interpolated(value.as_str().unwrap());
        if !name.ends_with("DATABASE_URL") {
            return text;
        }
        DatabaseUrl::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        url.to_owned()
    };
    variables.iter().map(|(name, one)| (name.clone(), value(name, one))).collect()
}

#[test]
fn the_file_is_compose_and_what_it_names_is_there() {
    for backend in ["postgres", "mysql", "sqlite"] {
        let project = crate::project();
        for target in ["docker", "compose"] {
            project.dbmig(&["deploy", target, "--backend", backend]).success();
        }
        let compose = documents(&project.read("compose.yaml")).remove(0);
        strict::<Compose>(&compose);
        let services = compose["services"].as_object().unwrap();
        let volumes = compose["volumes"].as_object().unwrap();
        for (name, service) in services {
            for (other, how) in service["depends_on"].as_object().into_iter().flatten() {
                let condition = how["condition"].as_str().unwrap();
                let known = match condition {
                    "service_healthy" => services[other]["healthcheck"].is_object(),
                    "service_completed_successfully" => services[other]["restart"] == "no",
                    _ => false,
                };
                assert!(known, "{name} waits for {other}: {condition}");
            }
            for mount in service["volumes"].as_array().into_iter().flatten() {
                let volume = mount.as_str().unwrap().split(':').next().unwrap();
                assert!(volumes.contains_key(volume), "{name}: {volume}");
            }
            if let Some(build) = service.get("build") {
                let context = project.path(build["context"].as_str().unwrap());
                assert!(context.join("Cargo.toml").is_file(), "{}", context.display());
                assert!(context.join(build["dockerfile"].as_str().unwrap()).is_file());
            }
        }
        assert_eq!(services["demo"]["image"], services["migrate"]["image"]);
        assert_eq!(services["demo"]["build"], services["migrate"]["build"]);
        // Who serves comes after who migrates, and that one after the database.
        let of_app = &services["demo"]["depends_on"]["migrate"]["condition"];
        assert_eq!(of_app, "service_completed_successfully");
        assert_eq!(services.contains_key("database"), backend != "sqlite");
        assert_eq!(services["migrate"].get("depends_on").is_some(), backend != "sqlite");
    }
}

/// Wherever the files are, compose finds the sources and the Dockerfile from its own place.
#[test]
fn another_folder_is_another_way_to_the_sources() {
    for (docker, compose, dockerfile) in
        [(".", "deploy/local", "Dockerfile"), ("images", "images", "images/Dockerfile")]
    {
        let project = crate::project();
        for (target, dir) in [("docker", docker), ("compose", compose)] {
            let dir = ["deploy", target, "--backend", "sqlite", "--dir", dir];
            project.dbmig(&dir).success();
        }
        let file = documents(&project.read(&format!("{compose}/compose.yaml"))).remove(0);
        let build = &file["services"]["demo"]["build"];
        let context = project.path(compose).join(build["context"].as_str().unwrap());
        assert!(context.join("Cargo.toml").is_file(), "{}", context.display());
        assert_eq!(build["dockerfile"], dockerfile);
        assert!(context.join(dockerfile).is_file());
    }
}

/// The server that compose starts has the name, the role and the password that the URLs have.
#[test]
fn the_urls_lead_to_the_service() {
    for (backend, prefix) in [("postgres", "POSTGRES"), ("mysql", "MARIADB")] {
        let project = crate::project();
        project.dbmig(&["deploy", "compose", "--backend", backend]).success();
        let compose = documents(&project.read("compose.yaml")).remove(0);
        let server = compose["services"]["database"]["environment"].as_object().unwrap();
        let of = |key: &str| interpolated(server[&format!("{prefix}_{key}")].as_str().unwrap());
        let name = if backend == "postgres" { "DB" } else { "DATABASE" };
        let expected =
            format!("{backend}://{}:{}@database/{}", of("USER"), of("PASSWORD"), of(name));
        for (service, key) in [("migrate", "MIGRATION_DATABASE_URL"), ("demo", "DATABASE_URL")] {
            let url = compose["services"][service]["environment"][key].as_str().unwrap();
            assert_eq!(interpolated(url), expected);
        }
    }
}

#[test]
fn its_command_lines_migrate_and_serve() {
    for (backend, name) in SHOP {
        let rendered = Rendered::of_the_shop("compose", name);
        let compose = rendered.yaml("compose.yaml").remove(0);
        strict::<Compose>(&compose);
        let services = &compose["services"];
        let database = database(backend);
        let argv = |service: &str| words(&services[service]["entrypoint"]);
        let environment = |service: &str| environment(&services[service], database.url());
        assert_eq!(services["shop"]["image"], IMAGE);
        let (published, port) = (&services["shop"]["ports"][0], rendered.port);
        assert_eq!(published.as_str().unwrap(), format!("127.0.0.1:{port}:{port}"));
        job_then_app(
            &database,
            || process(&argv("migrate"), &environment("migrate")),
            None,
            &mut process(&argv("shop"), &environment("shop")),
            &["/readyz"],
            rendered.port,
        );
        // The role that migrates is not in the service's environment.
        assert!(!environment("shop").contains_key("MIGRATION_DATABASE_URL"));
        assert_eq!(
            environment("migrate").contains_key("MIGRATION_DATABASE_URL"),
            backend != Backend::Sqlite
        );
    }
}
