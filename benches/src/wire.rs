//! PostgreSQL: round trips, counted between client and server.

use dbmig_core::migration::{
    Body, DeclaredCompatibility, Down, Execution, Script, Settings, SqlBody,
};
use dbmig_core::{Checksum, Dialect, Migration};
use dbmig_runtime::{Migrations, Migrator, Postgres, Version};
use dbmig_tests::{Backend, TestDatabase, Wire, database};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};

use crate::candidates::{Action, Tool};
use crate::figure::{Aim, Figure, Role, Unit};
use crate::{Settings as Bench, tools};

pub(crate) fn run(_: &Bench) -> Vec<Figure> {
    let cli = Tool::ours(tools::cargo_dbmig(tools::Linking::System));
    let mut figures = Vec::new();
    let mut figure = |case: &str, ours: f64, peer: Option<f64>, aim| {
        let figure = Figure::counted("wire", case, Unit::RoundTrips, ours).aim(aim);
        figures.push(match peer {
            Some(turns) => figure.beside(Role::Diesel, turns),
            None => figure,
        });
    };

    let (connect, select) = bare();
    figure("connect (Diesel's connection; same for both)", connect, Some(connect), Aim::None);
    figure("SELECT 1 after connecting, prepared as Diesel does", select, Some(select), Aim::None);

    let ours = fresh(Execution::Transaction, 1, 1000).1;
    let theirs = Tool::diesel();
    let process = |project: &_, url: &str, diesel: bool| {
        let tool = if diesel { &theirs } else { &cli };
        let mut command = tool.command(project, url, Action::Run);
        dbmig_tests::project::run(&mut command).success();
    };
    let by_diesel = |count| {
        let (project, db) = (tools::project(cli.program(), count), database(Backend::Postgres));
        let wire = Wire::to(&db);
        let (first, ()) = wire.count(|| process(&project, wire.url(), true));
        let (again, ()) = wire.count(|| process(&project, wire.url(), true));
        (project, db, first, again)
    };
    let (project, adopted, diesel_1000, diesel_again) = by_diesel(1000);
    let diesel_again = diff(diesel_again, connect);
    figure(
        "`Migrator::run`, nothing pending, 1000 applied",
        ours,
        Some(diesel_again),
        Aim::Count(1.0),
    );

    let wire = Wire::to(&adopted);
    let (turns, ()) = wire.count(|| process(&project, wire.url(), false));
    let case = "`cargo dbmig run`, nothing pending, 1000 applied by Diesel";
    figure(case, diff(turns, connect), Some(diesel_again), Aim::None);

    project.migration("2027_one_more", "CREATE TABLE one_more (id INTEGER);\n", "");
    process(&project, wire.url(), false);
    let (turns, ()) = wire.count(|| process(&project, wire.url(), false));
    let case = "`cargo dbmig run`, nothing pending, 1000 applied by Diesel and 1 by dbmig";
    figure(case, diff(turns, connect), Some(diesel_again), Aim::None);
    let mut baseline = project.command(&["baseline"]);
    dbmig_tests::project::run(baseline.env("DATABASE_URL", wire.url())).success();
    let (turns, ()) = wire.count(|| process(&project, wire.url(), false));
    let case = "the same after `cargo dbmig baseline`";
    figure(case, diff(turns, connect), Some(diesel_again), Aim::Count(1.0));

    let steps = |execution, statements, (few, many): (usize, usize)| {
        let turns = |count| fresh(execution, statements, count).0;
        (turns(many) - turns(few)) / (many - few) as f64
    };
    let diesel_100 = by_diesel(100).2;
    let per_migration = diff(diesel_1000, diesel_100 as f64) / 900.0;
    let case = "one transactional migration";
    let ours = steps(Execution::Transaction, 1, (100, 200));
    figure(case, ours, Some(per_migration), Aim::Count(2.0));
    let ours = steps(Execution::Transaction, 5, (100, 200));
    figure("one transactional migration with 5 statements", ours, None, Aim::Count(2.0));

    let one = steps(Execution::Statements, 1, (10, 20));
    let six = steps(Execution::Statements, 6, (10, 20));
    figure("one non-transactional migration with 1 statement", one, None, Aim::None);
    figure("each further statement of it", (six - one) / 5.0, None, Aim::None);
    figures
}

fn diff(turns: usize, base: f64) -> f64 {
    turns as f64 - base
}

/// Connects as Diesel does, and selects once.
fn bare() -> (f64, f64) {
    let db = database(Backend::Postgres);
    let wire = Wire::to(&db);
    let (connect, mut conn) = wire.count(|| PgConnection::establish(wire.url()).unwrap());
    let (select, _) = wire.count(|| sql_query("SELECT 1").execute(&mut conn).unwrap());
    conn.batch_execute("SELECT 1").unwrap();
    (connect as f64, select as f64)
}

/// The round trips of a fresh run of `count` migrations, and of the next start, which has nothing
/// to do; without connecting.
fn fresh(execution: Execution, statements: usize, count: usize) -> (f64, f64) {
    let db = database(Backend::Postgres);
    let migrations = migrations(execution, statements, count);
    let wire = Wire::to(&db);
    let start = |done| {
        let mut conn = PgConnection::establish(wire.url()).unwrap();
        let (turns, report) = wire.count(|| Migrator::new(migrations).run(&mut conn).unwrap());
        assert_eq!(report.applied().count(), done);
        turns as f64
    };
    let turns = (start(count), start(0));
    assert_eq!(applied(&db), count.to_string());
    turns
}

fn applied(db: &TestDatabase) -> String {
    db.column("SELECT count(*) FROM __diesel_schema_migrations").remove(0)
}

/// As a build embeds them: in memory that is never given back.
fn migrations(
    execution: Execution,
    statements: usize,
    count: usize,
) -> &'static Migrations<Postgres, Version> {
    let migration = |(number, name): (usize, String)| {
        let sql: String =
            (0..statements).map(|i| tools::create_table(number * statements + i)).collect();
        let script =
            |path: &str, text: String| Script { path: path.to_owned().into(), text: text.into() };
        Migration {
            impact: dbmig_core::impact::ImpactText::UNREAD,
            version: dbmig_core::Version::of_directory(&name).unwrap(),
            checksum: Checksum::of(Dialect::Postgres, &sql),
            body: Body::Sql(SqlBody {
                up: script("up.sql", sql),
                down: Down::Script(script("down.sql", "SELECT 1".to_owned())),
            }),
            settings: Settings {
                execution,
                compatibility: DeclaredCompatibility::Compatible,
                ..Settings::DEFAULT
            },
            name: name.into(),
        }
    };
    let all: Vec<_> = tools::names(count).enumerate().map(migration).collect();
    Box::leak(Box::new(Migrations::from_static(all.leak())))
}
