//! Two builds of one version: the history tells them apart, and a refusal names the one that can run.

use dbmig_runtime::{Error, Migrations, Migrator, Version};
use dbmig_tests::{Backend, database};
use diesel::connection::LoadConnection;
use diesel::{MysqlConnection, PgConnection, SqliteConnection};

use crate::{project, sets};

const NEWER: &[(&str, &str)] =
    &[("1_a", "CREATE TABLE a (id INTEGER)"), ("2_b_breaking", "CREATE TABLE b (id INTEGER)")];

fn older<B: dbmig_runtime::Backend>() -> &'static Migrations<B> {
    sets::of::<B>(&NEWER[..1])
}

/// A build of one version of the shop.
fn build<'m, B, V>(set: &'m Migrations<B, V>, id: Option<&str>) -> Migrator<'m, B, V>
where
    B: dbmig_runtime::Backend,
    V: Into<Version>,
{
    Migrator::new(set).app("shop", "1.0").build(id)
}

fn on<C>(backend: Backend)
where
    C: LoadConnection + 'static,
    C::Backend: dbmig_runtime::Backend,
{
    let db = database(backend);
    let mut conn = C::establish(db.url()).unwrap();
    build(sets::of::<C::Backend>(NEWER), Some("b7c4f")).run(&mut conn).unwrap();
    let rows = db.column("SELECT app FROM __dbmig_history WHERE state = 'done' ORDER BY id");
    assert_eq!(rows, ["shop 1.0 (build b7c4f)"; 2], "a dbmig without builds shows it as it is");

    let refuse = |id| -> Error {
        let mut conn = C::establish(db.url()).unwrap();
        build(older::<C::Backend>(), id).run(&mut conn).unwrap_err()
    };
    for id in [Some("a0"), None] {
        let error = refuse(id);
        let (text, next) = (error.to_string(), error.remedy("shop migrate").unwrap());
        assert!(
            text.contains("the build that has applied it can: shop 1.0 (build b7c4f)"),
            "{text}"
        );
        assert!(next.starts_with("deploy shop 1.0 (build b7c4f), or another build"), "{next}");
        assert!(
            error.gist().ends_with("; one that can is shop 1.0 (build b7c4f)"),
            "{}",
            error.gist()
        );
    }
    // Whoever is called like the one that has applied it is not told to deploy itself.
    let error = refuse(Some("b7c4f"));
    let (text, next) = (error.to_string(), error.remedy("shop migrate").unwrap());
    assert!(text.contains("2_b_breaking was applied by shop 1.0 (build b7c4f) at 20"), "{text}");
    assert!(text.ends_with("; this one calls itself shop 1.0 (build b7c4f), too"), "{text}");
    assert!(next.starts_with("deploy a build that has 2_b_breaking"), "{next}");
    assert!(error.gist().ends_with("which this version cannot run with"), "{}", error.gist());

    // At start-up, in the words that probes use, too.
    let started = build(older::<C::Backend>(), Some("a0")).start(db.url());
    started.wait(std::time::Duration::from_secs(30)).unwrap_err();
    let state = started.snapshot().to_string();
    assert!(
        state.starts_with("refused: ") && state.ends_with("is shop 1.0 (build b7c4f)"),
        "{state}"
    );

    let told = build(older::<C::Backend>(), None).history(&mut conn, 1).unwrap().remove(0);
    assert_eq!((told.app.as_str(), told.build.as_deref()), ("shop 1.0", Some("b7c4f")));
    let project = project();
    project.migration("1_a", "CREATE TABLE a (id INTEGER)", "");
    let told = project.dbmig_on(&db, &["history", "--json"]).success().stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["runs"][0]["app"], &told["runs"][0]["build"]),
        (&"shop 1.0".into(), &"b7c4f".into())
    );
    let told = project.dbmig_on(&db, &["history"]).success().stdout;
    assert!(told.contains("by shop 1.0 (build b7c4f), "), "{told}");
    let told = project.dbmig_on(&db, &["sync", "--json"]).expect(4).stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["unknown"][0]["app"], &told["unknown"][0]["build"]),
        (&"shop 1.0".into(), &"b7c4f".into())
    );
    // The tool is another program, so the version is named.
    let next = told["error"]["next"].as_str().unwrap();
    assert!(next.starts_with("deploy shop 1.0 or a later version"), "{next}");
}

each_backend!(a_refusal_names_the_build_that_can_run);
fn a_refusal_names_the_build_that_can_run(backend: Backend) {
    match backend {
        Backend::Postgres => on::<PgConnection>(backend),
        Backend::MariaDb => on::<MysqlConnection>(backend),
        Backend::Sqlite => on::<SqliteConnection>(backend),
    }
}
