//! pgpool-II with a standby that is two seconds behind.

use std::sync::OnceLock;
use std::time::Duration;

use dbmig_runtime::{Migrator, Postgres};
use dbmig_tests::servers::{Pgpool, Reads, Server, Standby};
use dbmig_tests::{Backend, Engine, Project, TestDatabase};
use diesel::{Connection as _, PgConnection};

use crate::borrowed::{ALONE, embedded};
use crate::faults::{Figure, finish, seeds, start, thorough};
use crate::project;

const BEHIND: Duration = Duration::from_secs(2);
/// Statements of the data migration that count how often they were run.
const STATEMENTS: usize = 6;

struct Cluster {
    primary: Server,
    standby: Standby,
}

impl Cluster {
    /// The one that all tests of this process share.
    fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| {
            let primary = Server::start_dedicated(Engine::Postgres, &Standby::primary());
            let standby = Standby::of(&primary, BEHIND);
            Self { primary, standby }
        })
    }

    fn pgpool(&self, reads: Reads) -> Pgpool {
        Pgpool::start(&self.primary, &self.standby, reads)
    }

    fn database(&self) -> TestDatabase {
        let database = self.primary.database();
        self.standby.await_database(&database);
        database
    }
}

/// A data change without a transaction, each of whose statements says that it was run.
fn counting() -> Project {
    let project = project();
    project.migration(
        "1_tables",
        "CREATE TABLE t (id INTEGER, n INTEGER); CREATE TABLE played (statement INTEGER);\n\
         INSERT INTO t SELECT g, 0 FROM generate_series(1, 5) g;",
        "DROP TABLE played; DROP TABLE t;",
    );
    let change = |number, sign| {
        format!(
            "WITH played AS (INSERT INTO played VALUES ({number})) UPDATE t SET n = n {sign} 1;\n\
             SELECT pg_sleep(0.1);\n"
        )
    };
    let all = |sign| (1..=STATEMENTS).map(|number| change(number, sign)).collect::<String>();
    project.migration("2_data", &all("+"), &all("-"));
    project.write("migrations/2_data/metadata.toml", "run_in_transaction = false\n");
    project
}

fn counts(db: &TestDatabase) -> Vec<String> {
    db.column(
        "SELECT concat(statement, ': ', count(*)) FROM played GROUP BY statement ORDER BY statement",
    )
}

fn each(times: usize) -> Vec<String> {
    (1..=STATEMENTS).map(|number| format!("{number}: {times}")).collect()
}

/// How those who take it up hold the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Advisory,
    Lease,
    /// On the connection that works: one of the two.
    Borrowed,
}

impl By {
    const fn kind(self) -> &'static str {
        match self {
            Self::Advisory => "kill at any moment, pgpool-II",
            Self::Lease => "kill at any moment, pgpool-II, lease",
            Self::Borrowed => "kill at any moment, pgpool-II, lent connection",
        }
    }
}

/// The first runner is killed at any moment; two take it up at once.
fn round(pgpool: &Pgpool, by: By, seed: u64) {
    let lock = if by == By::Lease { "lease" } else { "advisory" };
    let (project, db) = (counting(), Cluster::shared().database());
    let (url, mut random) = (pgpool.url(&db), fastrand::Rng::with_seed(seed));
    let run = ["run", "--lock", lock];
    let mut first = start(&project, &url, &run);
    std::thread::sleep(Duration::from_millis(random.u64(300..1800)));
    let _ = first.kill();
    finish(first);
    if lock == "lease" {
        // Else it would run out half a minute later.
        let _ = db.try_query("UPDATE __dbmig_lease SET expires_at = now() WHERE id = 1");
    }
    let next = start(&project, &url, &run);
    if by == By::Borrowed {
        let text = |name: &str| project.read(&format!("migrations/{name}/up.sql"));
        let [tables, data] = [text("1_tables"), text("2_data")];
        let all = [("1_tables", &*tables, ""), ("2_data", &*data, ALONE)];
        let conn = &mut PgConnection::establish(&url).unwrap();
        let borrowed = Migrator::new(embedded::<Postgres>(&all)).run(conn);
        borrowed.unwrap_or_else(|error| panic!("{by:?}, seed {seed}: {error}"));
    } else {
        finish(start(&project, &url, &run)).success();
    }
    let output = finish(next);
    assert_eq!(output.code, Some(0), "{by:?}, seed {seed}:\n{}", output.text());
    assert_eq!(counts(&db), each(1), "{by:?}, seed {seed}");
    let changed = db.column("SELECT DISTINCT n FROM t");
    assert_eq!(changed, [STATEMENTS.to_string()], "{by:?}, seed {seed}");
    let applied = db.column("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    assert_eq!(applied, ["1", "2"], "{by:?}, seed {seed}");
}

#[test]
fn nothing_is_run_twice_after_a_kill() {
    let all: &[Reads] = match thorough() {
        true => &[Reads::ByName, Reads::ByVolatility],
        false => &[Reads::ByName],
    };
    for reads in all {
        let pgpool = Cluster::shared().pgpool(*reads);
        for by in [By::Advisory, By::Lease, By::Borrowed] {
            let mut figure = Figure::new(by.kind(), Backend::Postgres);
            let seeds: Vec<_> = seeds(2).collect();
            for some in seeds.chunks(4) {
                std::thread::scope(|scope| {
                    for seed in some {
                        let pgpool = &pgpool;
                        scope.spawn(move || round(pgpool, by, *seed));
                    }
                });
                some.iter().for_each(|_| figure.case());
            }
        }
    }
}

/// What a person asks for right after something else, which the standby does not know yet.
#[test]
fn commands_right_after_each_other_see_each_other() {
    let cluster = Cluster::shared();
    for reads in [Reads::ByName, Reads::ByVolatility] {
        let pgpool = cluster.pgpool(reads);
        let (project, db) = (counting(), cluster.database());
        let url = pgpool.url(&db);
        let play = |args: &[&str]| {
            finish(start(&project, &url, &[args, &["--json"]].concat())).success().done()
        };
        assert_eq!(play(&["run"]), ["up 1_tables", "up 2_data"], "{reads:?}");
        assert_eq!(play(&["revert", "--yes"]), ["down 2_data"], "{reads:?}");
        assert_eq!(counts(&db), each(2), "{reads:?}");
        assert_eq!(db.column("SELECT DISTINCT n FROM t"), ["0"], "{reads:?}");
        assert_eq!(play(&["baseline", "--yes"]), ["up 2_data"], "{reads:?}");
        let lease = ["revert", "--yes", "--lock", "lease"];
        assert_eq!(play(&lease), ["down 2_data"], "{reads:?}");
        assert_eq!(counts(&db), each(3), "{reads:?}");
    }
}
