//! The manifests, read with Kubernetes' own types.

use std::collections::BTreeMap;
use std::process::Command;

use dbmig_runtime::cli::Exit;
use dbmig_tests::project::run;
use dbmig_tests::{Backend, TestDatabase, database};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{Job, PodFailurePolicyRule};
use k8s_openapi::api::core::v1::{
    Container, PersistentVolumeClaim, PodSpec, Probe, Secret, Service,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::{IMAGE, Rendered, SHOP, job_then_app, strict};

/// The URLs that stand in the secrets, by secret and key.
pub(super) type Secrets<'s> = &'s [(&'s str, &'s str, &'s str)];

/// What a container's process has in its environment. A volume is a folder here.
fn environment(
    container: &Container,
    secrets: Secrets<'_>,
    data: &str,
) -> BTreeMap<String, String> {
    let value = |variable: &k8s_openapi::api::core::v1::EnvVar| {
        if let Some(value) = &variable.value {
            return value.replace("/data/", data);
        }
        let key = variable.value_from.as_ref().and_then(|from| from.secret_key_ref.as_ref());
        let key = key.expect("a value or the key of a secret");
        let found = secrets.iter().find(|(name, at, _)| *name == key.name && *at == key.key);
        found.unwrap_or_else(|| panic!("no {}.{}", key.name, key.key)).2.to_owned()
    };
    container.env.iter().flatten().map(|one| (one.name.clone(), value(one))).collect()
}

/// A container's command line as a process.
pub(super) fn started(container: &Container, secrets: Secrets<'_>, data: &str) -> Command {
    started_from(super::SHOP_1_0, container, secrets, data)
}

/// The same from the image of another release.
pub(super) fn started_from(
    image: &str,
    container: &Container,
    secrets: Secrets<'_>,
    data: &str,
) -> Command {
    assert_eq!(container.args, None, "`command` holds all of it");
    let argv = container.command.as_ref().unwrap();
    super::process_of(image, argv, &environment(container, secrets, data))
}

/// What the kubelet asks, and that it asks the port that the container names.
pub(super) fn probes(container: &Container, port: u16) -> Vec<&str> {
    let ports = container.ports.as_ref().unwrap();
    let path = |probe: &'_ Option<Probe>| {
        let get = probe.as_ref().unwrap().http_get.as_ref().unwrap();
        let IntOrString::String(name) = &get.port else { panic!("{:?}", get.port) };
        let named = ports.iter().find(|port| port.name.as_ref() == Some(name)).unwrap();
        assert_eq!(named.container_port, i32::from(port));
        get.path.clone().unwrap()
    };
    assert_eq!(path(&container.startup_probe), "/startupz");
    assert_eq!(path(&container.liveness_probe), "/livez");
    assert_eq!(path(&container.readiness_probe), "/readyz");
    vec!["/startupz", "/livez", "/readyz"]
}

/// What Kubernetes demands of a policy (`validatePodFailurePolicy`), beyond its types.
pub(super) fn policy(job: &Job) -> Vec<PodFailurePolicyRule> {
    let spec = job.spec.as_ref().unwrap();
    let pod = spec.template.spec.as_ref().unwrap();
    assert_eq!(pod.restart_policy.as_deref(), Some("Never"));
    let rules = spec.pod_failure_policy.as_ref().unwrap().rules.clone();
    assert!((1..=20).contains(&rules.len()));
    for rule in &rules {
        assert!(["FailJob", "Ignore", "Count"].contains(&rule.action.as_str()), "{}", rule.action);
        let conditions = rule.on_pod_conditions.as_deref().unwrap_or_default();
        assert_ne!(rule.on_exit_codes.is_some(), !conditions.is_empty(), "one of the two");
        for condition in conditions {
            assert!(["True", "False", "Unknown"].contains(&condition.status.as_str()));
        }
        let Some(codes) = &rule.on_exit_codes else { continue };
        assert_eq!(codes.operator, "In");
        assert!(!codes.values.is_empty() && codes.values.iter().all(|code| *code > 0));
        assert!(codes.values.is_sorted_by(|a, b| a < b), "sorted, and none of them twice");
        let name = codes.container_name.as_ref().unwrap();
        assert!(pod.containers.iter().any(|container| container.name == *name));
    }
    rules
}

/// What becomes of a job whose program ends with `code`: the first rule that fits.
pub(super) fn outcome(rules: &[PodFailurePolicyRule], code: i32) -> &str {
    let fits = |rule: &&PodFailurePolicyRule| {
        rule.on_exit_codes.as_ref().is_some_and(|codes| codes.values.contains(&code))
    };
    rules.iter().find(fits).map_or("no rule", |rule| rule.action.as_str())
}

/// Each code of ours has the outcome that its meaning asks for.
pub(super) fn follows_our_exit_codes(rules: &[PodFailurePolicyRule]) {
    for (exit, meaning) in Exit::TABLE {
        let expected = match exit {
            Exit::Done | Exit::Found => continue,
            Exit::TryAgain => "Count",
            Exit::Failed | Exit::Usage | Exit::Refused => "FailJob",
        };
        assert_eq!(outcome(rules, exit.into()), expected, "{meaning}");
    }
}

/// No root, no more rights than it is given, the image that was asked for.
pub(super) fn is_confined(pod: &PodSpec, image: &str) {
    let security = pod.security_context.as_ref().unwrap();
    assert_eq!(security.run_as_non_root, Some(true));
    assert!(security.run_as_user.is_some_and(|user| user > 0));
    assert_eq!(pod.automount_service_account_token, Some(false));
    for container in pod.containers.iter().chain(pod.init_containers.iter().flatten()) {
        assert_eq!(container.image.as_deref(), Some(image), "{}", container.name);
        let security = container.security_context.as_ref().unwrap();
        assert_eq!(security.allow_privilege_escalation, Some(false), "{}", container.name);
    }
}

/// A manifest with the type of its kind, and of nothing else.
fn typed(manifest: &Value) {
    match (manifest["apiVersion"].as_str().unwrap(), manifest["kind"].as_str().unwrap()) {
        ("apps/v1", "Deployment") => drop(strict::<Deployment>(manifest)),
        ("batch/v1", "Job") => drop(strict::<Job>(manifest)),
        ("v1", "Service") => drop(strict::<Service>(manifest)),
        ("v1", "Secret") => drop(strict::<Secret>(manifest)),
        ("v1", "PersistentVolumeClaim") => drop(strict::<PersistentVolumeClaim>(manifest)),
        other => panic!("{other:?}"),
    }
}

/// The pods that a service sends its requests to, and those of a deployment, are the same.
pub(super) fn selects(service: &Service, deployment: &Deployment) {
    let spec = deployment.spec.as_ref().unwrap();
    let labels = spec.template.metadata.as_ref().unwrap().labels.as_ref().unwrap();
    for selector in [
        service.spec.as_ref().unwrap().selector.as_ref().unwrap(),
        spec.selector.match_labels.as_ref().unwrap(),
    ] {
        assert!(!selector.is_empty());
        assert!(selector.iter().all(|(key, value)| labels.get(key) == Some(value)), "{selector:?}");
    }
    let port = &service.spec.as_ref().unwrap().ports.as_ref().unwrap()[0];
    assert_eq!(port.target_port, Some(IntOrString::String("http".to_owned())));
}

#[test]
fn what_a_type_does_not_know_is_noticed() {
    let rendered = Rendered::of_the_shop("kubernetes", "postgres");
    let mut job = rendered.yaml("migrate-job.yaml").remove(0);
    typed(&job);
    job["spec"]["template"]["spec"]["restartPolicyy"] = "Never".into();
    assert!(std::panic::catch_unwind(|| typed(&job)).is_err());
}

#[test]
fn the_manifests_are_kubernetes_and_go_together() {
    for (backend, name) in SHOP {
        let rendered = Rendered::of_the_shop("kubernetes", name);
        let more: &[&str] = match backend {
            Backend::Sqlite => &["volume.yaml"],
            _ => &["migrate-job.yaml", "secrets.yaml.example"],
        };
        for file in ["deployment.yaml", "service.yaml"].iter().chain(more) {
            rendered.yaml(file).iter().for_each(typed);
        }
        let deployment: Deployment = strict(&rendered.yaml("deployment.yaml")[0]);
        let spec = deployment.spec.as_ref().unwrap();
        let pod = spec.template.spec.as_ref().unwrap();
        is_confined(pod, IMAGE);
        selects(&strict(&rendered.yaml("service.yaml")[0]), &deployment);
        if backend == Backend::Sqlite {
            assert_eq!(spec.replicas, Some(1));
            assert_eq!(spec.strategy.as_ref().unwrap().type_.as_deref(), Some("Recreate"));
            let volume: PersistentVolumeClaim = strict(&rendered.yaml("volume.yaml")[0]);
            let claim = pod.volumes.as_ref().unwrap()[0].persistent_volume_claim.as_ref().unwrap();
            assert_eq!(volume.metadata.name.as_ref(), Some(&claim.claim_name));
            continue;
        }
        let job: Job = strict(&rendered.yaml("migrate-job.yaml")[0]);
        is_confined(job.spec.as_ref().unwrap().template.spec.as_ref().unwrap(), IMAGE);
        follows_our_exit_codes(&policy(&job));
    }
}

/// The role that migrates has a secret that no pod of the service can see.
#[test]
fn each_role_has_its_secret() {
    let rendered = Rendered::of_the_shop("kubernetes", "postgres");
    let secrets: Vec<Secret> = rendered.yaml("secrets.yaml.example").iter().map(strict).collect();
    let keys: Vec<_> = secrets
        .iter()
        .map(|secret| {
            let data = secret.string_data.as_ref().unwrap();
            let (key, url) = data.first_key_value().unwrap();
            assert!(url.starts_with("postgres://shop_"), "{url}");
            (secret.metadata.name.as_deref().unwrap(), key.as_str())
        })
        .collect();
    assert_eq!(
        keys,
        [("shop-database", "DATABASE_URL"), ("shop-migrator", "MIGRATION_DATABASE_URL")]
    );
    let deployment = rendered.read("deployment.yaml");
    assert!(!deployment.contains("shop-migrator"), "{deployment}");
    assert!(!rendered.read("migrate-job.yaml").contains("shop-database"));
}

fn pods(rendered: &Rendered) -> (Container, PodSpec) {
    let job: Job = strict(&rendered.yaml("migrate-job.yaml")[0]);
    let pod = job.spec.unwrap().template.spec.unwrap();
    (pod.containers.into_iter().next().unwrap(), app(rendered))
}

fn app(rendered: &Rendered) -> PodSpec {
    let deployment: Deployment = strict(&rendered.yaml("deployment.yaml")[0]);
    deployment.spec.unwrap().template.spec.unwrap()
}

#[test]
fn the_job_migrates_while_the_pods_wait_and_then_serve() {
    for (backend, name) in SHOP.into_iter().filter(|(backend, _)| *backend != Backend::Sqlite) {
        let rendered = Rendered::of_the_shop("kubernetes", name);
        let database = database(backend);
        let secrets = [
            ("shop-database", "DATABASE_URL", database.url()),
            ("shop-migrator", "MIGRATION_DATABASE_URL", database.url()),
        ];
        let (job, pod) = pods(&rendered);
        let [wait] = pod.init_containers.as_deref().unwrap() else { panic!() };
        let app = &pod.containers[0];
        job_then_app(
            &database,
            || started(&job, &secrets, ""),
            Some(&mut started(wait, &secrets, "")),
            &mut started(app, &secrets, ""),
            &probes(app, rendered.port),
            rendered.port,
        );
    }
}

/// The secrets hold the two roles of docs/least-privilege.md: the job's may change the schema, the one
/// of the pods may not, and both do their part.
#[test]
fn each_part_does_with_its_own_role() {
    let rendered = Rendered::of_the_shop("kubernetes", "postgres");
    let database = database(Backend::Postgres);
    let name = database.name();
    database.execute(&crate::security::guide("postgres").replace("shop", name));
    let (_, server) = database.url().split_once('@').unwrap();
    let url = |role: &str, password: &str| format!("postgres://{name}_{role}:{password}@{server}");
    let (app_url, migrator_url) = (url("app", "two"), url("migrator", "one"));
    let secrets = [
        ("shop-database", "DATABASE_URL", app_url.as_str()),
        ("shop-migrator", "MIGRATION_DATABASE_URL", migrator_url.as_str()),
    ];
    let (job, pod) = pods(&rendered);
    let wait = &pod.init_containers.as_deref().unwrap()[0];
    let app = &pod.containers[0];
    job_then_app(
        &database,
        || started(&job, &secrets, ""),
        Some(&mut started(wait, &secrets, "")),
        &mut started(app, &secrets, ""),
        &probes(app, rendered.port),
        rendered.port,
    );
    let owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.column(owners), [format!("{name}_migrator")]);
}

/// Real ends of the job's program, with what the policy makes of them.
#[test]
fn the_job_ends_as_its_policy_expects() {
    let rendered = Rendered::of_the_shop("kubernetes", "postgres");
    let job: Job = strict(&rendered.yaml("migrate-job.yaml")[0]);
    let rules = policy(&job);
    let (container, _) = pods(&rendered);
    let ends = |url: &str, code: i32, expected: &str| {
        let secrets = [("shop-migrator", "MIGRATION_DATABASE_URL", url)];
        let mut command = started(&container, &secrets, "");
        let output = run(command.env("DBMIG_CONNECT_WAIT", "1s")).expect(code);
        assert_eq!(outcome(&rules, code), expected, "{}", output.text());
    };
    let broken: TestDatabase = database(Backend::Postgres);
    broken.execute("CREATE TABLE orders (ours INTEGER)");
    ends(broken.url(), 1, "FailJob");
    ends("oracle://nowhere/shop", 2, "FailJob");
    ends("postgres://nobody@127.0.0.1:1/shop", 75, "Count");
    // It has one that this image lacks, and lacks one that this image has.
    let diverged = database(Backend::Postgres);
    ends_well(&container, &diverged);
    diverged.execute(
        "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM \
         __diesel_schema_migrations); INSERT INTO __diesel_schema_migrations (version) VALUES \
         ('29990101000000')",
    );
    ends(diverged.url(), 4, "FailJob");
}

fn ends_well(container: &Container, database: &TestDatabase) {
    let secrets = [("shop-migrator", "MIGRATION_DATABASE_URL", database.url())];
    run(&mut started(container, &secrets, "")).success();
}

/// One pod, whose first container migrates the file that the second one serves from.
#[test]
fn on_a_file_the_pod_migrates_before_it_serves() {
    let rendered = Rendered::of_the_shop("kubernetes", "sqlite");
    let folder = dbmig_tests::folder();
    let data = format!("{}/", folder.path().display());
    let pod = app(&rendered);
    let [migrate] = pod.init_containers.as_deref().unwrap() else { panic!() };
    let app = &pod.containers[0];
    for container in [migrate, app] {
        assert_eq!(container.volume_mounts.as_ref().unwrap()[0].mount_path, "/data");
    }
    let first = run(&mut started(migrate, &[], &data)).success();
    assert!(folder.path().join("shop.db").is_file(), "{}", first.text());
    let again = run(&mut started(migrate, &[], &data)).success();
    assert!(again.text().contains("nothing to do"), "{}", again.text());
    let serving = crate::shop::Serving::start(&mut started(app, &[], &data));
    assert_eq!(serving.address.port(), rendered.port);
    probes(app, rendered.port).iter().for_each(|path| super::becomes(&serving, path, 200));
    let (_, said) = serving.stop();
    assert!(said.contains("nothing to migrate"), "{said}");
}
