//! The command itself: what it takes from the project, and what it does to files that are there.

use dbmig_tests::Project;
use serde_json::Value;

use super::TARGETS;

const BACKENDS: [&str; 3] = ["postgres", "mysql", "sqlite"];
const RUNTIME: &str = r#"dbmig-runtime = { version = "0.1", features = ["cli", "axum"] }"#;

/// A package whose program `my_shop` has another name than itself.
fn package() -> Project {
    let project = crate::project();
    project.write(
        "Cargo.toml",
        format!(
            "[package]\nname = \"demo\"\nversion = \"1.2.3\"\nedition = \"2024\"\n\n\
             [[bin]]\nname = \"my_shop\"\npath = \"src/main.rs\"\n\n[dependencies]\n{RUNTIME}\n\n\
             [workspace]\n"
        ),
    );
    project.write("Cargo.lock", "version = 4\n");
    project
}

fn deploy(project: &Project, target: &str, more: &[&str]) -> dbmig_tests::project::Output {
    project.dbmig(&[&["deploy", target, "--backend", "postgres"], more].concat())
}

/// The files below the project that the tool has written, sorted.
fn files(project: &Project) -> Vec<String> {
    fn walk(at: &std::path::Path, root: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(project.root(), project.root(), &mut found);
    found.retain(|file| !["Cargo.toml", "Cargo.lock", "src/main.rs"].contains(&file.as_str()));
    found.sort();
    found
}

#[test]
fn each_target_has_its_files_and_a_second_run_has_nothing_to_do() {
    let expected: [(&str, &[&str]); 7] = [
        ("docker", &["Dockerfile", "Dockerfile.dockerignore"]),
        ("compose", &["compose.yaml"]),
        (
            "kubernetes",
            &[
                "deploy/kubernetes/deployment.yaml",
                "deploy/kubernetes/migrate-job.yaml",
                "deploy/kubernetes/secrets.yaml.example",
                "deploy/kubernetes/service.yaml",
            ],
        ),
        (
            "helm",
            &[
                "deploy/helm/my-shop/Chart.yaml",
                "deploy/helm/my-shop/templates/deployment.yaml",
                "deploy/helm/my-shop/templates/migrate-job.yaml",
                "deploy/helm/my-shop/templates/service.yaml",
                "deploy/helm/my-shop/values.yaml",
            ],
        ),
        ("qovery", &["deploy/qovery/README.md", "deploy/qovery/qovery.tf"]),
        ("systemd", &["deploy/systemd/my-shop-migrate.service", "deploy/systemd/my-shop.service"]),
        ("github-actions", &[".github/workflows/migrations.yml"]),
    ];
    assert_eq!(expected.map(|(target, _)| target), TARGETS);
    for (target, names) in expected {
        let project = package();
        let first = deploy(&project, target, &[]).success();
        assert_eq!(files(&project), names);
        let mut created: Vec<_> =
            first.stdout.lines().map(|line| line.strip_prefix("created ").expect(line)).collect();
        created.sort_unstable();
        assert_eq!(created, names);
        assert!(first.stderr.contains("\nNext:\n"), "{}", first.stderr);
        assert!(!first.stderr.contains("warning"), "{}", first.stderr);
        let second = deploy(&project, target, &[]).success();
        assert_eq!((second.stdout.as_str(), second.stderr.as_str()), ("nothing to do\n", ""));
    }
}

#[test]
fn nothing_is_left_unfilled_on_any_database() {
    for target in TARGETS {
        for backend in BACKENDS {
            let project = package();
            let output = project.dbmig(&["deploy", target, "--backend", backend]);
            if (target, backend) == ("qovery", "sqlite") {
                assert!(output.expect(2).stderr.contains("cannot reach the disk"));
                continue;
            }
            output.success();
            for file in files(&project) {
                let text = project.read(&file);
                for mark in ["<{", "}>", "<%", "%>", "#%", " \n", "\n\n\n"] {
                    assert!(!text.contains(mark), "{file} on {backend} has {mark:?}:\n{text}");
                }
                assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{file} on {backend}");
            }
        }
    }
}

#[test]
fn a_file_that_differs_is_named_and_then_nothing_is_written() {
    let project = package();
    deploy(&project, "kubernetes", &[]).success();
    let service = project.read("deploy/kubernetes/service.yaml");
    project.write("deploy/kubernetes/service.yaml", "mine\n");
    project.write("deploy/kubernetes/deployment.yaml", [0xff, 0xfe]);
    project.remove("deploy/kubernetes/migrate-job.yaml");
    let refused = deploy(&project, "kubernetes", &[]).expect(4);
    assert_eq!(
        refused.stderr,
        "error: these files are there already, with other contents, so nothing was written: \
         deploy/kubernetes/deployment.yaml, deploy/kubernetes/service.yaml\n\
         next: `cargo dbmig deploy kubernetes --diff` with the same options shows what would \
         change, --force replaces them\n"
    );
    assert_eq!(project.read("deploy/kubernetes/service.yaml"), "mine\n");
    assert!(!project.path("deploy/kubernetes/migrate-job.yaml").exists());

    let diff = deploy(&project, "kubernetes", &["--diff"]).success();
    assert_eq!(diff.stdout, "would write 3 files; nothing was changed\n");
    assert!(diff.stderr.contains("edit deploy/kubernetes/service.yaml\n"), "{}", diff.stderr);
    assert!(diff.stderr.contains("\n-mine\n") && diff.stderr.contains("\n+kind: Service\n"));
    assert!(diff.stderr.contains("create deploy/kubernetes/migrate-job.yaml\n"));
    assert_eq!(project.read("deploy/kubernetes/service.yaml"), "mine\n");
    assert!(!project.path("deploy/kubernetes/migrate-job.yaml").exists());

    let forced = deploy(&project, "kubernetes", &["--force"]).success();
    assert_eq!(
        forced.stdout,
        "replaced deploy/kubernetes/deployment.yaml\nreplaced deploy/kubernetes/service.yaml\n\
         created deploy/kubernetes/migrate-job.yaml\n"
    );
    assert_eq!(project.read("deploy/kubernetes/service.yaml"), service);
    // git on Windows.
    project.write("deploy/kubernetes/service.yaml", service.replace('\n', "\r\n"));
    assert_eq!(deploy(&project, "kubernetes", &[]).success().stdout, "nothing to do\n");
}

#[test]
fn json_tells_the_same() {
    let project = package();
    let json = |more: &[&str], code| -> Value {
        let output = deploy(&project, "docker", &[&["--json"], more].concat()).expect(code);
        serde_json::from_str(&output.stdout).unwrap()
    };
    let diff = json(&["--diff"], 0);
    assert_eq!(diff["applied"], false);
    assert!(diff["files"][0]["diff"].as_str().unwrap().contains("\n+ENTRYPOINT [\"my_shop\"]\n"));
    assert!(files(&project).is_empty());
    let file = |path: &str, action: &str| serde_json::json!({ "path": path, "action": action });
    assert_eq!(
        json(&[], 0),
        serde_json::json!({
            "target": "docker",
            "backend": "postgres",
            "files": [file("Dockerfile", "create"), file("Dockerfile.dockerignore", "create")],
            "by_hand": [],
            "applied": true,
        })
    );
    project.write("Dockerfile", "FROM scratch\n");
    let refused = json(&[], 4);
    assert_eq!(refused["error"]["exit_code"], 4);
    assert!(refused["error"]["next"].as_str().unwrap().contains("--force"));
    let forced = json(&["--force"], 0);
    assert_eq!(forced["files"][0], file("Dockerfile", "edit"));
    assert_eq!(forced["files"][1], file("Dockerfile.dockerignore", "none"));
    assert_eq!(json(&[], 0)["applied"], false);
}

#[test]
fn options_decide_what_the_files_say() {
    let project = package();
    let more = [
        "--name",
        "web",
        "--image",
        "localhost:5000/web:9",
        "--port",
        "8080",
        "--env",
        "PORT=8080",
        "--serve",
        "serve --workers 4",
        "--migrate",
        "db",
        "--dir",
        "k8s",
    ];
    deploy(&project, "kubernetes", &more).success();
    let deployment = project.read("k8s/deployment.yaml");
    for line in [
        "  name: web\n",
        "          image: \"localhost:5000/web:9\"\n",
        "          command: [\"my_shop\", \"serve\", \"--workers\", \"4\"]\n",
        "          command: [\"my_shop\", \"db\", \"wait\", \"--timeout\", \"10m\"]\n",
        "            - name: PORT\n              value: \"8080\"\n",
        "              containerPort: 8080\n",
    ] {
        assert!(deployment.contains(line), "no {line} in\n{deployment}");
    }
    assert!(!deployment.contains("ADDRESS"), "{deployment}");
    let job = project.read("k8s/migrate-job.yaml");
    assert!(job.contains("command: [\"my_shop\", \"db\", \"sync\"]\n"), "{job}");
    // A program that does nothing but migrate.
    deploy(&project, "kubernetes", &["--migrate", "", "--dir", "k9s"]).success();
    let job = project.read("k9s/migrate-job.yaml");
    assert!(job.contains("command: [\"my_shop\", \"sync\"]\n"), "{job}");
}

#[test]
fn a_member_of_a_workspace_is_found_and_its_root_is_written_to() {
    let project = crate::project();
    project.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\n\
         dbmig-runtime = { version = \"0.1\", features = [\"cli\", \"axum\"] }\n\
         diesel = { version = \"2.3\", features = [\"mysql\"] }\n",
    );
    project.write(
        "crates/api/Cargo.toml",
        "[package]\nname = \"api\"\nedition = \"2024\"\n\n[dependencies]\n\
         dbmig-runtime.workspace = true\ndiesel.workspace = true\n\n\
         [package.metadata.dbmig]\nbackend = \"mysql\"\n",
    );
    project.write("crates/api/src/main.rs", "fn main() {}\n");
    project.write("crates/api/migrations/.keep", "");
    project.write(".git/HEAD", "");
    project.write("Cargo.lock", "version = 4\n");
    let outside = project.dbmig(&["deploy", "docker"]).expect(2);
    assert!(outside.stderr.contains("is in no crate\nnext: name a member"), "{}", outside.stderr);
    for target in ["docker", "github-actions"] {
        let output = project.dbmig(&["deploy", target, "-p", "api"]).success();
        assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    }
    let dockerfile = project.read("Dockerfile");
    assert!(dockerfile.contains("--locked --package api --bin api"), "{dockerfile}");
    assert!(dockerfile.contains("libmariadb-dev") && dockerfile.contains("libmariadb3"));
    let workflow = project.read(".github/workflows/migrations.yml");
    assert!(workflow.contains("$RUNNER_TEMP/base/crates/api/migrations\""), "{workflow}");
    assert!(workflow.contains("cargo dbmig verify --package api\n"), "{workflow}");
}

#[test]
fn a_workspace_below_the_repository_is_where_the_check_runs() {
    let project = package();
    let below = Project::new(env!("CARGO_BIN_EXE_dbmig-under-test"));
    below.write(".git/HEAD", "");
    below.write("server/Cargo.toml", project.read("Cargo.toml"));
    below.write("server/src/main.rs", "fn main() {}\n");
    let manifest = ["--manifest-path", "server/Cargo.toml"];
    deploy(&below, "github-actions", &manifest).success();
    let workflow = below.read(".github/workflows/migrations.yml");
    assert!(workflow.contains("        working-directory: server\n"), "{workflow}");
}

#[test]
fn what_no_template_can_know_is_said() {
    let project = package();
    project.remove("Cargo.lock");
    project.write("Cargo.toml", project.read("Cargo.toml").replace(RUNTIME, ""));
    let said = |target: &str, more: &[&str]| deploy(&project, target, more).success().stderr;
    let docker = said("docker", &[]);
    assert!(docker.contains("`my_shop migrate sync`, but dbmig-runtime is without"), "{docker}");
    assert!(docker.contains("cargo generate-lockfile"), "{docker}");
    assert!(!docker.contains("/livez"), "{docker}");
    let kubernetes = said("kubernetes", &[]);
    assert!(kubernetes.contains("feature `axum`"), "{kubernetes}");
    let outside = project.outside().join("elsewhere");
    let outside = ["--migrations-dir", outside.to_str().unwrap()];
    let docker = said("docker", &outside);
    assert!(docker.contains("the image is built without the migrations"), "{docker}");
}

#[test]
fn mistakes_are_named_with_the_way_out() {
    let project = package();
    let refused = |more: &[&str], parts: [&str; 2]| {
        let output = project.dbmig(&[&["deploy", "kubernetes"], more].concat()).expect(2);
        assert!(parts.iter().all(|part| output.stderr.contains(part)), "{}", output.stderr);
        assert!(files(&project).is_empty(), "{more:?}");
    };
    let on = |more: &[&'static str]| [&["--backend", "postgres"], more].concat();
    refused(&[], ["nothing says which database", "next: pass --backend postgres"]);
    refused(&on(&["--name", "My.Shop"]), ["`My.Shop` cannot be the name", "next: pass --name"]);
    refused(&on(&["--image", "a b"]), ["`a b` is no image", "next: pass --image"]);
    refused(&on(&["--env", "A"]), ["--env A: there is no `=`", "next: write --env NAME=VALUE"]);
    refused(&on(&["--env", "A=$B"]), ["`$` means something", "next: "]);
    refused(&on(&["--env", "A=1", "--env", "A=2"]), ["--env A is there twice", "next: "]);
    refused(&on(&["--env", "DATABASE_URL=x"]), ["the files set it already", "next: put the URL"]);
    refused(&on(&["--serve", "a;b"]), ["`;` means something", "next: name plain words"]);
    refused(&on(&["--bin", "web"]), ["no program `web`", "next: it has my_shop"]);
    refused(&on(&["--features", "x"]), ["no feature `x`", "next: pass --features"]);
    refused(&on(&["--port", "0"]), ["--port", "0 is not in 1..=65535"]);
    project.write("src/bin/other.rs", "fn main() {}\n");
    let several = project.dbmig(&["deploy", "docker", "--backend", "sqlite"]).expect(2);
    assert!(
        several.stderr.contains("next: pass --bin, one of my_shop, other"),
        "{}",
        several.stderr
    );
    let untagged = deploy(&project, "qovery", &["--bin", "other", "--image", "shop"]).expect(2);
    assert!(untagged.stderr.contains("Qovery needs a tag"), "{}", untagged.stderr);
    for target in ["compose", "kubernetes", "helm"] {
        let taken = deploy(&project, target, &["--bin", "other", "--name", "migrate"]).expect(2);
        assert!(taken.stderr.contains("`migrate` is another part"), "{}", taken.stderr);
    }
    let library = crate::project();
    library.remove("src/main.rs");
    library.write("src/lib.rs", "");
    let output = deploy(&library, "docker", &[]).expect(2);
    assert!(output.stderr.contains("demo has no program to deploy"), "{}", output.stderr);
}
