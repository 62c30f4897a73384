//! The example app from release to release, as processes: what deploying it does to who uses it.

mod client;
mod deployment;
mod obstacle;
mod release;
mod rollback;
mod rollout;
mod state;

use dbmig_tests::{Backend, database};

pub(crate) use release::Release;
use state::{assert_at, fill, fresh, state};

/// What the other tests here rely on.
#[test]
fn each_release_is_the_one_before_and_some_migrations_more() {
    let counts: Vec<_> = Release::ALL.iter().map(|release| release.migrations().len()).collect();
    assert_eq!(counts, [12, 14, 16, 17]);
    for pair in Release::ALL.windows(2) {
        assert_eq!(pair[1].migrations()[..pair[0].migrations().len()], pair[0].migrations());
    }
    let names = |set: &dbmig_core::MigrationSet| -> Vec<_> {
        set.iter().map(|migration| migration.name.to_string()).collect()
    };
    let mysql = names(dbmig_shop_2_0::migrations::mysql::ALL.set());
    assert_eq!(mysql, Release::V2_0.migrations());
}

#[test]
fn a_release_says_which_one_it_is() {
    let db = database(Backend::Postgres);
    for release in Release::ALL {
        let said = dbmig_tests::project::run(release.command(&db).arg("--version")).success();
        assert_eq!(said.stdout, format!("shop {}\n", release.version()));
        let index = release.serve(&db).until_ready().ask("GET", "/", "").1;
        assert!(index.starts_with(&format!("shop {}\n", release.version())), "{index}");
    }
    let (_, history) = Release::V2_0.migrate_json(&db, &["history", "-n", "1"]);
    assert_eq!(history["runs"][0]["app"], "shop 2.0.0", "{history}");
}

each_server!(a_release_uses_what_its_migrations_bring);
fn a_release_uses_what_its_migrations_bring(backend: Backend) {
    let db = database(backend);
    let shop = Release::V2_0.serve(&db).until_ready();
    let order = r#"{"customer": 1, "lines": [{"sku": "TEA-ASSAM", "quantity": 2}]}"#;
    assert_eq!(shop.ask("POST", "/orders", order).0, 201);
    let note = r#"{"note":"wrap it up"}"#;
    assert_eq!(shop.ask("PUT", "/orders/1/note", note).0, 200);
    assert_eq!(shop.ask("GET", "/orders/1/note", ""), (200, note.to_owned()));
    assert_eq!(shop.ask("POST", "/newsletter", r#"{"email": "a@example.com"}"#).0, 201);
    assert_eq!(shop.ask("GET", "/newsletter", ""), (200, r#"["a@example.com"]"#.to_owned()));
    assert_eq!(shop.ask("GET", "/to-send", ""), (200, "[1]".to_owned()));
    let products = shop.ask("GET", "/products", "").1;
    assert!(products.contains(r#""title":"Clay cup""#), "{products}");
    assert!(products.contains(r#""weight_grams":0"#), "{products}");
}

each_server!(each_down_of_a_release_undoes_its_up);
fn each_down_of_a_release_undoes_its_up(backend: Backend) {
    let db = database(backend);
    for pair in Release::ALL.windows(2) {
        let [older, newer] = pair else { continue };
        older.migrate(&db, &["up"]).success();
        for _ in 0..2 {
            newer.migrate(&db, &["up"]).success();
            assert_at(&db, *newer);
            assert_ne!(state(&db), fresh(*older, &db));
            let count = newer.since(*older).len().to_string();
            newer.migrate(&db, &["down", "-n", &count]).success();
            assert_at(&db, *older);
        }
    }
}

each_server!(only_the_last_migration_is_one_that_earlier_releases_cannot_live_with);
/// It is a breaking one, and no earlier one is.
fn only_the_last_migration_is_one_that_earlier_releases_cannot_live_with(backend: Backend) {
    let db = database(backend);
    let old = Release::V1_0.serve(&db).until_ready();
    let products = || old.ask("GET", "/products", "").0;
    Release::V1_2.migrate(&db, &["up"]).success();
    fill(&db, Release::V1_2);
    assert_eq!(products(), 200, "{backend:?}");
    Release::V2_0.migrate(&db, &["up"]).success();
    assert_eq!(products(), 500, "{backend:?}");
}
