//! Which files belong to a target, and how they are filled in.

use std::path::{Path, PathBuf};

use dbmig_core::Dialect;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::args::Target;
use crate::failure::{Failure, Result};

/// A file to write.
pub(super) struct DeployTemplate {
    /// Below the target's folder; a `<{ name }>` in it is filled in, too.
    pub(super) path: &'static str,
    text: &'static str,
    databases: Databases,
}

/// The databases that a file makes sense for.
#[derive(Clone, Copy)]
enum Databases {
    All,
    /// Those that more than one machine can reach.
    Servers,
    Files,
}

impl Databases {
    fn include(self, dialect: Dialect) -> bool {
        match self {
            Self::All => true,
            Self::Servers => dialect != Dialect::Sqlite,
            Self::Files => dialect == Dialect::Sqlite,
        }
    }
}

macro_rules! template {
    ($path:literal, $databases:ident, $file:literal) => {
        DeployTemplate {
            path: $path,
            text: include_str!(concat!("../../templates/deploy/", $file)),
            databases: Databases::$databases,
        }
    };
}

const DOCKER: &[DeployTemplate] = &[
    template!("Dockerfile", All, "docker/Dockerfile"),
    template!("Dockerfile.dockerignore", All, "docker/Dockerfile.dockerignore"),
];
const COMPOSE: &[DeployTemplate] = &[template!("compose.yaml", All, "compose/compose.yaml")];
const KUBERNETES: &[DeployTemplate] = &[
    template!("deployment.yaml", All, "kubernetes/deployment.yaml"),
    template!("service.yaml", All, "kubernetes/service.yaml"),
    template!("migrate-job.yaml", Servers, "kubernetes/migrate-job.yaml"),
    template!("secrets.yaml.example", Servers, "kubernetes/secrets.yaml.example"),
    template!("volume.yaml", Files, "kubernetes/volume.yaml"),
];
const HELM: &[DeployTemplate] = &[
    template!("Chart.yaml", All, "helm/Chart.yaml"),
    template!("values.yaml", All, "helm/values.yaml"),
    template!("templates/deployment.yaml", All, "helm/templates/deployment.yaml"),
    template!("templates/service.yaml", All, "helm/templates/service.yaml"),
    template!("templates/migrate-job.yaml", Servers, "helm/templates/migrate-job.yaml"),
    template!("templates/volume.yaml", Files, "helm/templates/volume.yaml"),
];
const QOVERY: &[DeployTemplate] = &[
    template!("qovery.tf", Servers, "qovery/qovery.tf"),
    template!("README.md", Servers, "qovery/README.md"),
];
const SYSTEMD: &[DeployTemplate] = &[
    template!("<{ name }>.service", All, "systemd/app.service"),
    template!("<{ name }>-migrate.service", All, "systemd/migrate.service"),
];
const GITHUB_ACTIONS: &[DeployTemplate] =
    &[template!("migrations.yml", All, "github-actions/migrations.yml")];

/// The files of `target` for an app on `dialect`.
pub(super) fn of(
    target: Target,
    dialect: Dialect,
) -> impl Iterator<Item = &'static DeployTemplate> {
    let all = match target {
        Target::Docker => DOCKER,
        Target::Compose => COMPOSE,
        Target::Kubernetes => KUBERNETES,
        Target::Helm => HELM,
        Target::Qovery => QOVERY,
        Target::Systemd => SYSTEMD,
        Target::GithubActions => GITHUB_ACTIONS,
    };
    all.iter().filter(move |template| template.databases.include(dialect))
}

/// Where the files of `target` are looked for: below the root of the repository for what only works
/// there, else below that of the workspace.
pub(super) fn folder(target: Target, name: &str, workspace: &Path, repository: &Path) -> PathBuf {
    match target {
        Target::Docker | Target::Compose => workspace.to_owned(),
        Target::Kubernetes => workspace.join("deploy/kubernetes"),
        Target::Helm => workspace.join("deploy/helm").join(name),
        Target::Qovery => workspace.join("deploy/qovery"),
        Target::Systemd => workspace.join("deploy/systemd"),
        Target::GithubActions => repository.join(".github/workflows"),
    }
}

/// What to do after it.
pub(super) fn next(target: Target) -> &'static str {
    match target {
        Target::Docker => include_str!("../../templates/deploy/docker/next.txt"),
        Target::Compose => include_str!("../../templates/deploy/compose/next.txt"),
        Target::Kubernetes => include_str!("../../templates/deploy/kubernetes/next.txt"),
        Target::Helm => include_str!("../../templates/deploy/helm/next.txt"),
        Target::Qovery => include_str!("../../templates/deploy/qovery/next.txt"),
        Target::Systemd => include_str!("../../templates/deploy/systemd/next.txt"),
        Target::GithubActions => include_str!("../../templates/deploy/github-actions/next.txt"),
    }
}

/// Fills templates in.
pub(super) struct Renderer {
    environment: Environment<'static>,
    values: Value,
}

impl Renderer {
    pub(super) fn new(values: Value) -> Result<Self> {
        // `{{ }}` belongs to helm and GitHub. A line with `#%` is a comment in all of these files, so
        // a template looks like what it becomes.
        let syntax = SyntaxConfig::builder()
            .block_delimiters("<%", "%>")
            .variable_delimiters("<{", "}>")
            .comment_delimiters("<#", "#>")
            .line_statement_prefix("#%")
            .keep_trailing_newline(true)
            .build()
            .map_err(broken)?;
        let mut environment = Environment::new();
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Values are checked where they come in: they fit into each of the formats as they are.
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        Ok(Self { environment, values })
    }

    pub(super) fn file(&self, template: &DeployTemplate) -> Result<String> {
        self.text(template.text)
    }

    pub(super) fn text(&self, template: &str) -> Result<String> {
        self.environment.render_str(template, &self.values).map_err(broken)
    }
}

fn broken(error: minijinja::Error) -> Failure {
    Failure::failed(format!("a template of this program is broken: {error:#}"))
        .help("report it, with the command line")
}
