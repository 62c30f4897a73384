//! What a database has come to.

use dbmig_tests::{TestDatabase, database};

use super::release::Release;
use crate::shop::schema;

/// Schema and bookkeeping, the same text for the same state, however it was reached. Neither the
/// order of columns counts, nor what was applied once and reverted.
pub(crate) fn state(database: &TestDatabase) -> String {
    format!("{}\n\n{}", schema(database).join("\n"), database.bookkeeping_of_applied())
}

/// The state of a fresh database after `migrate up` of `release`.
pub(crate) fn fresh(release: Release, like: &TestDatabase) -> String {
    let database = database(like.backend());
    release.migrate(&database, &["up"]).success();
    state(&database)
}

/// Panics unless `database` is as if `release` alone had ever migrated it.
#[track_caller]
pub(crate) fn assert_at(database: &TestDatabase, release: Release) {
    let (is, should) = (state(database), fresh(release, database));
    if is != should {
        let only = |one: &str, other: &str| -> Vec<String> {
            let other: Vec<_> = other.lines().collect();
            one.lines().filter(|line| !other.contains(line)).map(str::to_owned).collect()
        };
        let (more, less) = (only(&is, &should).join("\n"), only(&should, &is).join("\n"));
        panic!(
            "{:?} is not at {release:?}; too much:\n{more}\nmissing:\n{less}",
            database.backend()
        );
    }
}

/// A row for each thing of `release` that the shop of release 1.0 has no place for: an order with a
/// note, a subscriber, products with a weight.
pub(crate) fn fill(database: &TestDatabase, release: Release) {
    if release >= Release::V1_1 {
        database.execute("INSERT INTO orders (customer_id, note) VALUES (1, 'wrap it up')");
        database.execute("INSERT INTO subscribers (email) VALUES ('ada@example.com')");
    }
    if release >= Release::V1_2 {
        database.execute("UPDATE products SET weight_grams = 250");
    }
}

/// How many runs the history holds: a start that does nothing adds none.
pub(crate) fn runs(database: &TestDatabase) -> String {
    database.column("SELECT count(*) FROM __dbmig_history").remove(0)
}
