//! What is for Qovery: Terraform, read with the shapes of its provider, and the steps by hand.

use std::collections::BTreeMap;

use dbmig_tests::{Backend, database};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Rendered, job_then_app, process, strict};

/// What we use of `qovery_job`: https://registry.terraform.io/providers/qovery/qovery, where each
/// required attribute is one here.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct QoveryJob {
    environment_id: String,
    name: String,
    source: Source,
    schedule: Schedule,
    max_nb_restart: u32,
    max_duration_seconds: u32,
    healthchecks: Healthchecks,
    secrets: Vec<Pair>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Source {
    image: MatchSet,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct MatchSet {
    registry_id: String,
    name: String,
    tag: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Schedule {
    on_start: Started,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Started {
    entrypoint: String,
    arguments: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    key: String,
    value: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Healthchecks {
    #[serde(skip_serializing_if = "Option::is_none")]
    liveness_probe: Option<Probe>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readiness_probe: Option<Probe>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Probe {
    r#type: ProbeType,
    initial_delay_seconds: u32,
    period_seconds: u32,
    timeout_seconds: u32,
    success_threshold: u32,
    failure_threshold: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ProbeType {
    http: Http,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Http {
    port: u16,
    path: String,
    scheme: String,
}

/// What we use of `qovery_container`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct QoveryContainer {
    environment_id: String,
    registry_id: String,
    name: String,
    image_name: String,
    tag: String,
    entrypoint: String,
    arguments: Vec<String>,
    min_running_instances: u32,
    max_running_instances: u32,
    ports: Vec<Port>,
    healthchecks: Healthchecks,
    environment_variables: Vec<Pair>,
    secrets: Vec<Pair>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Port {
    internal_port: u16,
    external_port: u16,
    publicly_accessible: bool,
    protocol: String,
    is_default: bool,
}

fn terraform(rendered: &Rendered) -> Value {
    let text = rendered.read("qovery.tf");
    hcl::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn resource<T: DeserializeOwned + Serialize>(terraform: &Value, kind: &str, name: &str) -> T {
    strict(&terraform["resource"][kind][name])
}

#[test]
fn the_resources_are_those_of_the_provider() {
    let rendered = Rendered::of_the_shop("qovery", "postgres");
    let terraform = terraform(&rendered);
    let blocks: Vec<_> = terraform.as_object().unwrap().keys().collect();
    assert_eq!(blocks, ["resource", "terraform", "variable"]);
    let source = &terraform["terraform"]["required_providers"]["qovery"]["source"];
    assert_eq!(source, "qovery/qovery");
    let job: QoveryJob = resource(&terraform, "qovery_job", "migrate");
    let app: QoveryContainer = resource(&terraform, "qovery_container", "app");
    // One image; the registry is named by its id.
    assert_eq!(
        (job.source.image.name.as_str(), app.image_name.as_str()),
        ("team/shop", "team/shop")
    );
    assert_eq!((job.source.image.tag, app.tag.as_str()), (app.tag.clone(), "${var.tag}"));
    assert_eq!(job.source.image.registry_id, app.registry_id);
    assert_eq!(terraform["variable"]["tag"]["default"], "1.4.0");
    assert!(job.max_nb_restart > 0 && job.max_duration_seconds > 300);
    assert_eq!((job.name.as_str(), app.name.as_str()), ("shop-migrate", "shop"));
    // Each has its own role.
    let keys = |pairs: &[Pair]| pairs.iter().map(|pair| pair.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&job.secrets), ["MIGRATION_DATABASE_URL"]);
    assert_eq!(keys(&app.secrets), ["DATABASE_URL"]);
    // Each variable that is used is declared, and each declared one is used.
    let text = rendered.read("qovery.tf");
    for name in terraform["variable"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("= var.{name}\n")), "{name}");
    }
    for used in text.split("= var.").skip(1) {
        let name = used.lines().next().unwrap();
        assert!(terraform["variable"][name].is_object(), "{name}");
    }
    for secret in ["database_url", "migration_database_url"] {
        assert_eq!(terraform["variable"][secret]["sensitive"], true);
    }
}

/// By hand it is the same job, and the same service.
#[test]
fn the_console_is_told_the_same() {
    let rendered = Rendered::of_the_shop("qovery", "postgres");
    let job: QoveryJob = resource(&terraform(&rendered), "qovery_job", "migrate");
    let steps = rendered.read("README.md");
    let (_, list) = steps.split_once("```json\n").unwrap();
    let list: Vec<String> = serde_json::from_str(list.split_once("```").unwrap().0.trim()).unwrap();
    assert_eq!(list, job.schedule.on_start.arguments);
    for part in [
        format!("entrypoint `{}`", job.schedule.on_start.entrypoint),
        format!("Number of restarts {}", job.max_nb_restart),
        format!("max duration {} seconds", job.max_duration_seconds),
        format!("image name `{}`", job.source.image.name),
        format!("`PORT` = `{}`", rendered.port),
        "`MIGRATION_DATABASE_URL`".to_owned(),
    ] {
        assert!(steps.contains(&part), "no {part} in\n{steps}");
    }
    let app: QoveryContainer = resource(&terraform(&rendered), "qovery_container", "app");
    for (name, probe) in [
        ("liveness", app.healthchecks.liveness_probe.unwrap()),
        ("readiness", app.healthchecks.readiness_probe.unwrap()),
    ] {
        let row = format!(
            "| {name} | `{}` | {} s | {} s | {} s | {} |",
            probe.r#type.http.path,
            probe.initial_delay_seconds,
            probe.period_seconds,
            probe.timeout_seconds,
            probe.failure_threshold
        );
        assert!(steps.contains(&row), "no {row} in\n{steps}");
    }
}

#[test]
fn its_command_lines_migrate_and_serve() {
    let rendered = Rendered::of_the_shop("qovery", "postgres");
    let terraform = terraform(&rendered);
    let job: QoveryJob = resource(&terraform, "qovery_job", "migrate");
    let app: QoveryContainer = resource(&terraform, "qovery_container", "app");
    let database = database(Backend::Postgres);
    let command = |entrypoint: &str, arguments: &[String], pairs: &[&[Pair]]| {
        let value = |pair: &Pair| match pair.value.starts_with("${var.") {
            true => database.url().to_owned(),
            false => pair.value.clone(),
        };
        let environment: BTreeMap<_, _> =
            pairs.iter().copied().flatten().map(|pair| (pair.key.clone(), value(pair))).collect();
        process(&[&[entrypoint.to_owned()], arguments].concat(), &environment)
    };
    // Qovery asks no startup probe: liveness and readiness answer from the first moment.
    let (live, ready) = (app.healthchecks.liveness_probe, app.healthchecks.readiness_probe);
    let asked: Vec<Http> =
        [live, ready].into_iter().map(|probe| probe.unwrap().r#type.http).collect();
    assert!(asked.iter().all(|http| http.port == rendered.port && http.scheme == "HTTP"));
    assert_eq!(app.ports[0].internal_port, rendered.port);
    let paths: Vec<_> = asked.iter().map(|http| http.path.as_str()).collect();
    let start = &job.schedule.on_start;
    job_then_app(
        &database,
        || command(&start.entrypoint, &start.arguments, &[&job.secrets]),
        None,
        &mut command(&app.entrypoint, &app.arguments, &[&app.secrets, &app.environment_variables]),
        &paths,
        rendered.port,
    );
}
