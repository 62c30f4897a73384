//! `myapp migrate` and `cargo dbmig` are one code with two sources: the same outputs, the same exit
//! codes, command by command.

use std::process::{Command, Stdio};

use dbmig_tests::project::{Output, run};
use dbmig_tests::proxy::{Action, Direction, Fault};
use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Backend, Engine, Project, Proxy, Running, TestDatabase, database};

use crate::shop::{migrations_of_the_shop, shop};

const CREATED: &str = "2026-01-12-101500-0000_create_orders";

/// What is done to both databases, one after the other.
const STEPS: &[&[&str]] = &[
    &["status"],
    &["pending"],
    &["pending", "--check"],
    &["verify"],
    &["repair"],
    &["history"],
    &["wait", "--timeout", "1s"],
    &["plan"],
    &["plan", "--to", CREATED],
    &["up", "--dry-run"],
    &["down"],
    &["up", "--to", CREATED],
    &["up", "--to", "nonsense"],
    &["status", "--check"],
    &["plan", "--revert", "-n", "2"],
    &["down", "--dry-run", "--to", "nonsense"],
    &["up"],
    &["up"],
    &["run", "--quiet"],
    &["wait"],
    &["history", "-n", "3"],
    &["redo"],
    &["redo", "--dry-run", "-n", "2"],
    &["down", "-n", "2"],
    &["down", "--to", CREATED],
    &["baseline", "--dry-run"],
    &["up", "--verbose"],
    &["verify"],
    &["status", "--color", "always"],
    // From here on one of them has changed since it was applied.
    &["DRIFT"],
    &["verify"],
    &["status"],
    &["up"],
    &["repair"],
    &["repair", "--accept", CREATED, "--dry-run"],
    &["repair", "--accept", CREATED],
    &["repair", "--done", CREATED],
    &["up"],
    &["sync"],
    &["sync", "--dry-run"],
    &["sync", "--allow-data-loss"],
    &["sync", "--down", "--allow-data-loss", "--dry-run"],
    // And from here on the database is ahead of it.
    &["AHEAD"],
    &["sync"],
    &["sync", "--down"],
    &["sync", "--down", "--dry-run"],
    &["up"],
    &["wait"],
    &["status"],
    &["repair", "--compatible", "209901010000000000"],
    &["sync"],
    &["sync", "--down"],
    &["up", "--lock-wait", "soon"],
    &["frobnicate"],
];

/// An edited file, as the database sees it.
const DRIFT: &str = "UPDATE __dbmig_history SET checksum = '00', script = 'SELECT 1;' \
                     WHERE version = '202601121015000000'";

/// What a newer version of the app has applied, with another tool.
const AHEAD: &str =
    "INSERT INTO __diesel_schema_migrations (version) VALUES ('209901010000000000')";

struct Pair {
    project: Project,
    by_files: TestDatabase,
    embedded: TestDatabase,
}

impl Pair {
    fn new(backend: Backend) -> Self {
        let (project, by_files, embedded) =
            (crate::project(), database(backend), database(backend));
        // Where the shop has them, as seen from its own folder.
        for migration in std::fs::read_dir(migrations_of_the_shop(backend)).unwrap() {
            let migration = migration.unwrap().path();
            // The lock file stands beside them.
            if !migration.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(migration).unwrap() {
                let path = file.unwrap().path();
                let shown: Vec<_> = path.iter().rev().take(4).collect();
                let shown: std::path::PathBuf = shown.into_iter().rev().collect();
                project.write(shown.to_str().unwrap(), std::fs::read(&path).unwrap());
            }
        }
        Self { project, by_files, embedded }
    }

    fn cargo_dbmig(&self, args: &[&str]) -> Output {
        let folder = migrations_of_the_shop(self.by_files.backend());
        let name = folder.file_name().unwrap().to_str().unwrap();
        let dir = ["--migrations-dir", &format!("migrations/{name}")];
        self.project.dbmig_on(&self.by_files, &[args, &dir].concat())
    }

    fn migrate(&self, args: &[&str]) -> Output {
        run(shop(&self.embedded).arg("migrate").args(args))
    }

    /// What both say, without what must differ.
    fn same(&self, args: &[&str]) {
        let (one, other) = (self.cargo_dbmig(args), self.migrate(args));
        let backend = self.by_files.backend();
        assert_eq!(one.code, other.code, "{backend:?} {args:?}:\n{}\n{}", one.text(), other.text());
        let one = [&one.stdout, &one.stderr].map(|text| plain(text, &self.by_files));
        let other = [&other.stdout, &other.stderr].map(|text| plain(text, &self.embedded));
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one, other, "{backend:?} {args:?}");
        }
    }
}

/// Without times, places and names, which differ.
fn plain(text: &str, database: &TestDatabase) -> String {
    let text = text
        .replace("shop-under-test migrate", "PROGRAM")
        .replace("cargo dbmig", "PROGRAM")
        .replace(database.name(), "DATABASE")
        .replace("shop 1.0.0", "APP")
        .replace(concat!("cargo-dbmig ", env!("CARGO_PKG_VERSION")), "APP");
    text.lines().filter_map(without_times).collect::<Vec<_>>().join("\n")
}

fn without_times(line: &str) -> Option<String> {
    // Where the migrations come from, and the lists of options, are not the same.
    if line.starts_with("migrations: ") || line.starts_with("Usage:") {
        return None;
    }
    // On MySQL each migration has a session of its own; the one before is perhaps not gone yet.
    if line.starts_with("waiting for a session whose runner is gone") {
        return None;
    }
    if line.starts_with("database: ") {
        return Some("database: DATABASE".to_owned());
    }
    let is_time = |key: &str| line.trim_start().starts_with(key);
    if ["\"elapsed_ms\"", "\"started_at\"", "\"ended_at\""].iter().any(|key| is_time(key)) {
        return Some(line.split(':').next()?.to_owned());
    }
    // `2026-11-25T02:52:24.123Z  up` of the history, `(12 ms)`, `(1.2 s)`.
    let line = match line.split_once("Z  ") {
        Some((_, rest)) => format!("TIME  {rest}"),
        None => line.to_owned(),
    };
    Some(match line.rsplit_once('(') {
        Some((before, after)) if after.contains("ms)") || after.contains(" s)") => {
            format!("{before}(TIME)")
        }
        _ if line.contains("not there yet after") => "not there yet after TIME".to_owned(),
        _ => line,
    })
}

fn all(backend: Backend, format: &[&str]) {
    let pair = Pair::new(backend);
    for step in STEPS {
        match step {
            ["DRIFT"] => [&pair.by_files, &pair.embedded].iter().for_each(|db| db.execute(DRIFT)),
            ["AHEAD"] => [&pair.by_files, &pair.embedded].iter().for_each(|db| db.execute(AHEAD)),
            args => pair.same(&[args, format].concat()),
        }
    }
}

each_backend!(for_people_they_say_the_same);
fn for_people_they_say_the_same(backend: Backend) {
    all(backend, &[]);
}

each_backend!(for_programs_they_say_the_same);
fn for_programs_they_say_the_same(backend: Backend) {
    all(backend, &["--json"]);
}

#[test]
fn without_a_terminal_a_revert_elsewhere_needs_a_yes() {
    // Not this machine, as far as a name can tell; nobody is asked before it is confirmed.
    let url = "postgres://u:s3cret@db.internal.example/shop";
    let mut command = shop(&database(Backend::Sqlite));
    let output = run(command.args(["migrate", "down", "--database-url", url]).stdin(Stdio::null()));
    assert_eq!(output.code, Some(2), "{}", output.text());
    assert!(output.stderr.contains("there is no terminal to ask on"), "{}", output.stderr);
    assert!(output.stderr.contains("next: add --yes"), "{}", output.stderr);
    assert!(!output.text().contains("s3cret"), "{}", output.text());
}

#[test]
fn the_url_comes_from_the_arguments_then_from_the_variables() {
    let [app, migrating, named] = [(); 3].map(|()| database(Backend::Sqlite));
    let migrate = |args: &[&str]| {
        let mut command: Command = shop(&app);
        command.env("MIGRATION_DATABASE_URL", migrating.url()).arg("migrate").args(args);
        run(&mut command).success();
    };
    migrate(&["up", "--to", "202601050900000000"]);
    assert_eq!((app.tables().len(), migrating.tables().len()), (0, 3));
    migrate(&["up", "--to", "202601050900000000", "--database-url", named.url()]);
    assert_eq!((app.tables().len(), named.tables().len()), (0, 3));
}

#[test]
fn waiting_needs_the_right_to_read_only_and_a_database_that_comes() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default());
    let db = server.database();
    db.execute("CREATE ROLE reader LOGIN PASSWORD 'reads'");
    let reader = {
        let url = db.url().to_owned();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (_, host) = rest.split_once('@').unwrap();
        format!("{scheme}://reader:reads@{host}")
    };
    let wait = |timeout: &str| {
        let mut command = shop(&db);
        command.env("DATABASE_URL", &reader).args(["migrate", "wait", "--timeout", timeout]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    server.stop();
    let down = run(&mut wait("1s"));
    assert_eq!(down.code, Some(75), "{}", down.text());
    assert!(down.stderr.contains("the database cannot be reached"), "{}", down.stderr);
    let waiting = Running::listen(wait("2m").spawn().unwrap());
    waiting.says("the database cannot be reached");
    server.restart();
    // Before the ledger is there.
    let pending = run(&mut wait("300ms"));
    assert_eq!(pending.code, Some(75), "{}", pending.text());
    assert!(pending.stderr.contains("12 of 12 migrations"), "{}", pending.stderr);
    assert_eq!(db.tables(), [""; 0], "waiting writes nothing");
    run(shop(&db).args(["migrate", "up"])).success();
    db.execute("GRANT SELECT ON __dbmig_history, __diesel_schema_migrations TO reader");
    // The tables were there before the right to read them.
    waiting.finish().success();
    assert_eq!(run(&mut wait("10s")).code, Some(0));

    // A later version is good enough; another history never will be.
    db.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('203001010000000000')");
    let unknown = run(&mut wait("1m")).expect(4).stderr;
    assert!(unknown.contains("203001010000000000"), "{unknown}");
    let told = run(shop(&db).args(["migrate", "sync", "--json"])).expect(4).json();
    assert_eq!(told["verdict"], "below_floor");
    let unknown = &told["unknown"][0];
    assert_eq!((&unknown["name"], &unknown["app"]), (&"203001010000000000".into(), &"".into()));
    let judged = &unknown["compatible"];
    assert_eq!((&judged["verdict"], &judged["basis"]), (&"breaking".into(), &"assumed".into()));
    run(shop(&db).args(["migrate", "repair", "--compatible", "203001010000000000"])).success();
    let ahead = run(wait("10s").arg("--json")).success().json();
    assert_eq!(ahead["ahead"], serde_json::json!(["203001010000000000"]));
    db.execute("DELETE FROM __diesel_schema_migrations WHERE version = '202605041500000000'");
    let never = run(&mut wait("1m"));
    assert_eq!(never.code, Some(4), "{}", never.text());
    assert!(never.stderr.contains("203001010000000000"), "{}", never.stderr);
}

#[test]
fn waiting_tells_of_a_job_that_failed_and_of_a_run_that_nobody_will_take_up() {
    let db = database(Backend::Postgres);
    db.execute("CREATE TABLE orders (ours INTEGER)");
    let wait = || run(shop(&db).args(["migrate", "wait", "--timeout", "500ms"]));
    run(shop(&db).args(["migrate", "up"])).expect(1);
    let failed = wait().expect(75).stderr;
    assert!(
        failed.contains("the last run of 2026-01-12-101500-0000_create_orders failed"),
        "{failed}"
    );

    // What `kill -9` leaves of a statement of which nobody knows the end.
    db.execute("DROP TABLE orders");
    db.execute(
        "UPDATE __dbmig_history SET state = 'running', execution = 'statements', statements_started = 1, \
         error = NULL, script = 'CALL p()' WHERE state = 'failed'",
    );
    let unresumable = wait().expect(4).stderr;
    assert!(unresumable.contains("migrate repair --not-done"), "{unresumable}");
}

/// A server that is there and says nothing: no time-out of its own ends that.
#[test]
fn the_time_out_of_a_wait_holds_when_the_connection_hangs() {
    let db = database(Backend::Postgres);
    let proxy = Proxy::to(db.url());
    let mut command = shop(&db);
    command.env("DATABASE_URL", proxy.url()).args(["migrate", "wait", "--timeout", "3s"]);
    let waiting = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let waiting = Running::listen(waiting);
    waiting.says("migrations are pending");
    for direction in [Direction::ToServer, Direction::ToClient] {
        proxy.fault(Fault { connection: None, direction, after: 0, action: Action::Vanish });
    }
    let begun = std::time::Instant::now();
    waiting.finish().expect(75);
    assert!(begun.elapsed() < std::time::Duration::from_secs(15), "{:?}", begun.elapsed());
}
