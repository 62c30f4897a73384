//! What is to be deployed: the facts of the project, and what a person has chosen.

use std::path::{Path, PathBuf};

use dbmig_core::Dialect;
use minijinja::{Value, context};

use super::args::{Deploy, Target};
use super::words::{self, AppVariable, Image};
use super::{libraries, package};
use crate::failure::{Failure, Result};
use crate::project::{Manifest, Project, VARIABLES, relative, with_slashes};

/// The app, and where its files go.
pub(super) struct App {
    pub(super) dialect: Dialect,
    pub(super) name: String,
    /// The folder of the workspace: what is built needs all of it.
    root: PathBuf,
    /// The folder that git keeps.
    repository: PathBuf,
    /// The folder to write to.
    pub(super) folder: PathBuf,
    migrations: PathBuf,
    program: String,
    version: String,
    package: String,
    package_folder: PathBuf,
    image: Image,
    port: u16,
    variables: Vec<AppVariable>,
    serve: Vec<String>,
    migrate: Vec<String>,
    features: Vec<String>,
    libraries: libraries::Libraries,
    /// Features of dbmig-runtime.
    runtime: Vec<String>,
}

impl App {
    pub(super) fn find(args: &Deploy, project: &Project, manifest: &Manifest) -> Result<Self> {
        let Some(dialect) = args.backend.or(project.dialect()?) else {
            return Err(Failure::usage("nothing says which database the app is on")
                .help("pass --backend postgres, --backend mysql or --backend sqlite"));
        };
        let package::Workspace { root, package } = package::find(manifest)?;
        let program = package::program(&package, args.bin.as_deref())?;
        let name = words::service_name(args.name.as_deref(), &program)?;
        let version = package.version.to_string();
        // What semver has and a tag has not.
        let tagged = || format!("{name}:{}", version.replace('+', "-"));
        let image = Image::parse(&args.image.clone().unwrap_or_else(tagged))?;
        let dependencies = package::dependencies(&package, &args.features)?;
        let repository = root.ancestors().find(|at| at.join(".git").exists()).unwrap_or(&root);
        let folder = match &args.dir {
            Some(dir) => project.current.join(dir),
            None => super::templates::folder(args.target, &name, &root, repository),
        };
        Ok(Self {
            dialect,
            folder,
            migrations: project.migrations_dir(Some(dialect))?.path,
            variables: variables(args)?,
            serve: words::words("--serve", &args.serve)?,
            migrate: words::words("--migrate", &args.migrate)?,
            port: args.port,
            libraries: libraries::of(dialect, &dependencies),
            runtime: dependencies.get("dbmig-runtime").into_iter().flatten().cloned().collect(),
            features: args.features.clone(),
            package: package.name.to_string(),
            package_folder: manifest.folder().to_owned(),
            repository: repository.to_owned(),
            name,
            root,
            program,
            version,
            image,
        })
    }

    /// What makes no sense for `target`.
    pub(super) fn check(&self, target: Target) -> Result<()> {
        match target {
            Target::Qovery => self.check_qovery(),
            Target::Compose | Target::Kubernetes | Target::Helm
                if ["database", "migrate", "wait-for-schema"].contains(&self.name.as_str()) =>
            {
                Err(Failure::usage(format!("`{}` is another part of the files", self.name))
                    .help("pass --name with another one"))
            }
            Target::Compose
            | Target::Kubernetes
            | Target::Helm
            | Target::Docker
            | Target::Systemd
            | Target::GithubActions => Ok(()),
        }
    }

    fn check_qovery(&self) -> Result<()> {
        if self.dialect == Dialect::Sqlite {
            return Err(Failure::usage(
                "on Qovery, a lifecycle job cannot reach the disk of a service, where an SQLite file is",
            )
            .help(
                "let the app migrate when it starts (docs/start-up.md), with one instance and a \
                 storage; or pass --backend for a database with a server",
            ));
        }
        match self.image.tag.as_deref() {
            Some(tag) if tag != "latest" => Ok(()),
            _ => Err(Failure::usage(format!(
                "Qovery needs a tag, and `{}` has none that it takes",
                self.image.full
            ))
            .help("pass --image with a tag of its own for each version, as in --image shop:1.4.0")),
        }
    }

    /// What a person has to see to, because no template can.
    pub(super) fn by_hand(&self, target: Target) -> Vec<String> {
        let mut all = Vec::new();
        let has = |feature: &str| self.runtime.iter().any(|one| one == feature);
        let (asks_probes, builds) = match target {
            Target::Kubernetes | Target::Helm | Target::Qovery => (true, false),
            Target::Docker | Target::GithubActions => (false, true),
            Target::Compose | Target::Systemd => (false, false),
        };
        if target != Target::GithubActions && !has("cli") {
            let command = self.line(&self.with(&self.migrate, &["sync"]));
            all.push(format!(
                "the files call `{command}`, but dbmig-runtime is without its feature `cli` here: \
                 `cargo add dbmig-runtime --features cli`, and docs/start-up.md for the lines in main.rs"
            ));
        }
        if asks_probes && !["axum", "probe", "probe-server"].iter().any(|one| has(one)) {
            all.push(
                "the probes ask /livez, /readyz and /startupz, but dbmig-runtime is without its \
                 feature `axum` here: `cargo add dbmig-runtime --features axum`, or put the paths of \
                 your own probes into the files"
                    .to_owned(),
            );
        }
        if builds && !self.root.join("Cargo.lock").is_file() {
            all.push(
                "the build takes the versions of Cargo.lock, which is not there: \
                 `cargo generate-lockfile`, and commit it"
                    .to_owned(),
            );
        }
        if target == Target::Docker && relative(&self.migrations, &self.root).starts_with("..") {
            all.push(format!(
                "{} is outside of {}, so the image is built without the migrations: move the folder, \
                 or build with a folder above as the context",
                self.migrations.display(),
                self.root.display()
            ));
        }
        all
    }

    /// What the templates are filled in with.
    pub(super) fn values(&self, project: &Project) -> Value {
        let sync = self.with(&self.migrate, &["sync"]);
        let wait = self.with(&self.migrate, &["wait", "--timeout", "10m"]);
        let serve = self.with(&self.serve, &[]);
        let dockerfile = self.dockerfile();
        let variables: Vec<_> = self
            .variables
            .iter()
            .map(|one| context! { name => one.name.as_str(), value => one.value.as_str() })
            .collect();
        context! {
            name => self.name.as_str(),
            role => self.name.replace('-', "_"),
            bin => self.program.as_str(),
            version => self.version.as_str(),
            image => self.image.full.as_str(),
            image_name => self.image.name.as_str(),
            image_tag => self.image.tag.clone().unwrap_or_default(),
            port => self.port,
            env => variables,
            sync_argv => words::list(&sync),
            sync_args => words::list(&sync[1..]),
            sync_line => self.line(&sync),
            wait_argv => words::list(&wait),
            wait_line => self.line(&wait),
            serve_argv => words::list(&serve),
            serve_args => words::list(&serve[1..]),
            serve_line => self.line(&serve),
            serve_words => serve.len() > 1,
            migrate_line => self.line(&self.with(&self.migrate, &[])),
            status_args => self.with(&self.migrate, &["status"])[1..].join(" "),
            sync => sync,
            postgres => self.dialect == Dialect::Postgres,
            mysql => self.dialect == Dialect::Mysql,
            sqlite => self.dialect == Dialect::Sqlite,
            url_scheme => self.dialect.name(),
            sqlite_url => format!("sqlite:///data/{}.db", self.name),
            sqlite_url_systemd => format!("sqlite:///var/lib/{0}/{0}.db", self.name),
            build_packages => self.libraries.build.join(" "),
            run_packages => self.libraries.run.join(" "),
            ci_packages => self.ci_packages(),
            dbmig_version => env!("CARGO_PKG_VERSION"),
            dbmig_features => self.dbmig_features(),
            package_option => self.package_option(),
            package_at_root => self.package_folder == self.root,
            features_option => self.features_option(),
            migrations_from_repository => with_slashes(&relative(&self.migrations, &self.repository)),
            workdir => seen_from(&self.root, &self.repository),
            context => seen_from(&self.root, &self.folder),
            has_dockerfile => self.root.join(&dockerfile).is_file(),
            dockerfile => dockerfile,
            dir => shown(project, &self.folder),
            root_shown => shown(project, &self.root),
        }
    }

    fn with(&self, words: &[String], more: &[&str]) -> Vec<String> {
        let program = std::iter::once(self.program.as_str());
        let words = words.iter().map(String::as_str);
        program.chain(words).chain(more.iter().copied()).map(str::to_owned).collect()
    }

    fn line(&self, words: &[String]) -> String {
        words.join(" ")
    }

    /// Seen from the root, where `deploy docker` would put it with the same `--dir`.
    fn dockerfile(&self) -> String {
        let beside = self.folder.join("Dockerfile");
        let is_here = relative(&self.folder, &self.root).as_os_str().is_empty() || beside.is_file();
        if is_here { with_slashes(&relative(&beside, &self.root)) } else { "Dockerfile".to_owned() }
    }

    fn package_option(&self) -> String {
        if self.package_folder == self.root {
            String::new()
        } else {
            format!(" --package {}", self.package)
        }
    }

    fn features_option(&self) -> String {
        match self.features.as_slice() {
            [] => String::new(),
            features => format!(" --features {}", features.join(",")),
        }
    }

    /// For the app, and for `cargo dbmig` itself, which links the system's libraries there.
    fn ci_packages(&self) -> String {
        let own = match self.dialect {
            Dialect::Postgres => "libpq-dev",
            Dialect::Mysql => "libmariadb-dev",
            Dialect::Sqlite => "libsqlite3-dev",
        };
        let mut all: Vec<_> = self.libraries.build.iter().copied().chain([own]).collect();
        all.sort_unstable();
        all.dedup();
        all.join(" ")
    }

    fn dbmig_features(&self) -> &'static str {
        match self.dialect {
            Dialect::Postgres => "postgres-system",
            Dialect::Mysql => "mysql",
            Dialect::Sqlite => "sqlite-system",
        }
    }
}

fn variables(args: &Deploy) -> Result<Vec<AppVariable>> {
    if args.env.is_empty() {
        let value = format!("0.0.0.0:{}", args.port);
        return Ok(vec![AppVariable { name: "ADDRESS".to_owned(), value }]);
    }
    let mut all: Vec<AppVariable> = Vec::new();
    for text in &args.env {
        let variable = AppVariable::parse(text)?;
        let name = variable.name.as_str();
        if VARIABLES.contains(&name) {
            return Err(Failure::usage(format!("--env {name}: the files set it already"))
                .help("put the URL where they say, so that it is in no repository"));
        }
        if all.iter().any(|other| other.name == name) {
            return Err(Failure::usage(format!("--env {name} is there twice"))
                .help("leave one of them out"));
        }
        all.push(variable);
    }
    Ok(all)
}

fn shown(project: &Project, path: &Path) -> String {
    seen_from(path, &project.current)
}

/// `path` from `folder`, never empty.
fn seen_from(path: &Path, folder: &Path) -> String {
    match with_slashes(&relative(path, folder)) {
        path if path.is_empty() => ".".to_owned(),
        path => path,
    }
}
