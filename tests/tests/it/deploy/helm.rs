//! The chart, rendered as helm renders it: Go's templates over `.Values`, `.Release` and `.Chart`.

use gotmpl::{MissingKey, Template, to_value};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Container, PersistentVolumeClaim, Service};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use dbmig_tests::project::run;
use dbmig_tests::{Backend, database};

use super::kubernetes::{
    follows_our_exit_codes, is_confined, outcome, policy, probes, selects, started, started_from,
};
use super::{IMAGE, Rendered, SHOP, SHOP_1_0, all, applied, documents, job_then_app, strict};

/// `Chart.yaml`, as `helm lint` demands it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Chart {
    api_version: String,
    name: String,
    description: String,
    r#type: String,
    version: String,
    app_version: String,
}

struct Opened {
    rendered: Rendered,
    chart: Value,
    values: Value,
}

impl Opened {
    fn of_the_shop(backend: &str) -> Self {
        let rendered = Rendered::of_the_shop("helm", backend);
        let [chart, values] =
            ["Chart.yaml", "values.yaml"].map(|file| rendered.yaml(file).remove(0));
        Self { rendered, chart, values }
    }

    /// The text of a template with `values`. A value that is not there is an error.
    fn text(&self, file: &str, values: &Value) -> String {
        let chart = strict::<Chart>(&self.chart);
        let data = json!({
            "Values": values,
            "Release": { "Name": "live", "Namespace": "default", "Service": "Helm" },
            "Chart": { "Name": chart.name, "Version": chart.version, "AppVersion": chart.app_version },
        });
        let source = self.rendered.read(&format!("templates/{file}"));
        let template = Template::new(file).missing_key(MissingKey::Error).parse(&source);
        let text = template.and_then(|one| one.execute_to_string(&to_value(&data)?));
        text.unwrap_or_else(|error| panic!("{file}: {error}\n{source}"))
    }

    fn manifests(&self, file: &str) -> Vec<Value> {
        documents(&self.text(file, &self.values))
    }

    fn templates(&self) -> Vec<String> {
        let folder = self.rendered.project.path("out/templates");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect()
    }

    fn job(&self, values: &Value) -> Job {
        strict(&documents(&self.text("migrate-job.yaml", values))[0])
    }
}

#[test]
fn the_chart_says_what_helm_lint_asks_for() {
    for (_, backend) in SHOP {
        let opened = Opened::of_the_shop(backend);
        let chart: Chart = strict(&opened.chart);
        assert_eq!((chart.api_version.as_str(), chart.r#type.as_str()), ("v2", "application"));
        assert_eq!(chart.name, "shop");
        let numbers: Vec<_> = chart.version.split('.').map(str::parse::<u64>).collect();
        assert!(numbers.len() == 3 && numbers.iter().all(Result::is_ok), "{}", chart.version);
        // That of the package, which is not that of dbmig.
        assert_eq!(chart.app_version, "1.0.0");
        assert!(opened.values.is_object());
    }
}

#[test]
fn what_it_renders_is_kubernetes() {
    for (backend, name) in SHOP {
        let opened = Opened::of_the_shop(name);
        let deployment: Deployment = strict(&opened.manifests("deployment.yaml")[0]);
        selects(&strict::<Service>(&opened.manifests("service.yaml")[0]), &deployment);
        let pod = deployment.spec.as_ref().unwrap().template.spec.as_ref().unwrap();
        is_confined(pod, IMAGE);
        let names = opened.templates();
        if backend == Backend::Sqlite {
            // No job can get at the file.
            assert!(!names.contains(&"migrate-job.yaml".to_owned()), "{names:?}");
            let volume: PersistentVolumeClaim = strict(&opened.manifests("volume.yaml")[0]);
            let claim = pod.volumes.as_ref().unwrap()[0].persistent_volume_claim.as_ref().unwrap();
            assert_eq!(volume.metadata.name.as_ref(), Some(&claim.claim_name));
            assert_eq!(deployment.spec.as_ref().unwrap().replicas, Some(1));
        } else {
            assert_eq!(names.len(), 3, "{names:?}");
        }
    }
}

#[test]
fn the_job_is_a_hook_before_each_release_and_each_rollback() {
    let opened = Opened::of_the_shop("postgres");
    let job = opened.job(&opened.values);
    let annotations = job.metadata.annotations.as_ref().unwrap();
    let mut hooks: Vec<_> = annotations["helm.sh/hook"].split(',').collect();
    hooks.sort_unstable();
    assert_eq!(hooks, ["pre-install", "pre-rollback", "pre-upgrade"]);
    assert_eq!(annotations["helm.sh/hook-delete-policy"], "before-hook-creation");
    assert!(annotations["helm.sh/hook-weight"].parse::<i32>().is_ok());
    assert!(annotations.keys().all(|key| key.starts_with("helm.sh/hook")), "{annotations:?}");
    follows_our_exit_codes(&policy(&job));
    let pod = job.spec.unwrap().template.spec.unwrap();
    is_confined(&pod, IMAGE);
    // Nothing of the chart exists when the hook runs: its secret and account are not of the chart.
    assert_eq!(pod.service_account_name, None);
    assert!(!opened.templates().iter().any(|name| name.contains("secret")));
}

/// A value that changes nothing is a lie.
#[test]
fn each_value_counts() {
    for (_, backend) in SHOP {
        let opened = Opened::of_the_shop(backend);
        let all = |values: &Value| -> String {
            opened.templates().iter().map(|file| opened.text(file, values)).collect()
        };
        let before = all(&opened.values);
        let mut places = Vec::new();
        leaves(&opened.values, String::new(), &mut places);
        assert!(places.len() >= 2, "{places:?}");
        for place in places {
            let mut values = opened.values.clone();
            let value = values.pointer_mut(&place).unwrap();
            *value = match value {
                Value::Bool(on) => Value::Bool(!*on),
                Value::Number(_) => json!(7),
                _ => json!("changed"),
            };
            assert_ne!(all(&values), before, "{place}");
        }
    }
}

fn leaves(value: &Value, place: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| leaves(value, format!("{place}/{key}"), found));
        }
        _ => found.push(place),
    }
}

#[test]
fn the_hook_can_be_switched_off_and_may_be_allowed_to_revert() {
    let opened = Opened::of_the_shop("postgres");
    let mut values = opened.values.clone();
    let argv = |job: Job| job.spec.unwrap().template.spec.unwrap().containers.remove(0).command;
    let plain = argv(opened.job(&values)).unwrap();
    values["migrate"]["down"] = true.into();
    let down = argv(opened.job(&values)).unwrap();
    assert_eq!(down, [plain.as_slice(), &["--down".to_owned()]].concat());
    values["migrate"]["enabled"] = false.into();
    assert_eq!(opened.text("migrate-job.yaml", &values).trim(), "");
}

#[test]
fn the_hook_migrates_while_the_pods_wait_and_then_serve() {
    let opened = Opened::of_the_shop("postgres");
    let database = database(Backend::Postgres);
    let secrets = [
        ("shop-database", "DATABASE_URL", database.url()),
        ("shop-migrator", "MIGRATION_DATABASE_URL", database.url()),
    ];
    let hook = opened.job(&opened.values).spec.unwrap().template.spec.unwrap().containers.remove(0);
    let deployment: Deployment = strict(&opened.manifests("deployment.yaml")[0]);
    let pod = deployment.spec.unwrap().template.spec.unwrap();
    let [wait] = pod.init_containers.as_deref().unwrap() else { panic!() };
    let app = &pod.containers[0];
    job_then_app(
        &database,
        || started(&hook, &secrets, ""),
        Some(&mut started(wait, &secrets, "")),
        &mut started(app, &secrets, ""),
        &probes(app, opened.rendered.port),
        opened.rendered.port,
    );
}

/// `helm rollback` runs the hook of the release that it goes back to: the older image, on a database
/// that the newer one has migrated.
#[test]
fn a_rollback_goes_as_far_as_the_older_image_can_live_with() {
    const SHOP_1_1: &str = env!("CARGO_BIN_EXE_shop-1-1-under-test");
    const SHOP_2_0: &str = env!("CARGO_BIN_EXE_shop-2-0-under-test");
    let opened = Opened::of_the_shop("postgres");
    let database = database(Backend::Postgres);
    let secrets = [("shop-migrator", "MIGRATION_DATABASE_URL", database.url())];
    let job = opened.job(&opened.values);
    let rules = policy(&job);
    let containers = |job: Job| job.spec.unwrap().template.spec.unwrap().containers;
    let hook = containers(job).remove(0);
    let release = |image: &str, hook: &Container, code: i32| {
        let output = run(&mut started_from(image, hook, &secrets, "")).expect(code);
        (output.text(), applied(&database))
    };
    let mut values = opened.values.clone();
    values["migrate"]["down"] = true.into();
    let may_revert = containers(opened.job(&values)).remove(0);

    release(SHOP_1_0, &hook, 0);
    let (_, newer) = release(SHOP_1_1, &hook, 0);
    assert!(newer > all());
    // It only adds, so the older one runs on it, and nothing is reverted.
    let (said, after) = release(SHOP_1_0, &hook, 0);
    assert_eq!(after, newer, "{said}");
    let (said, after) = release(SHOP_1_0, &may_revert, 0);
    assert_eq!(after, all(), "{said}");

    // The rollback stops at once, before a pod is replaced.
    let (_, newest) = release(SHOP_2_0, &hook, 0);
    for (hook, why) in [(&hook, "cannot run with it"), (&may_revert, "would lose data")] {
        let (said, after) = release(SHOP_1_0, hook, 4);
        assert!(after == newest && said.contains(why), "{said}");
    }
    assert_eq!(outcome(&rules, 4), "FailJob");
}
