//! Whose a ledger is that is not where the session would look first.

use super::*;
use crate::plan::{Creator, is_home};

#[test]
fn only_a_ledger_whose_own_migration_made_the_schema_before_it_is_the_sets_own() {
    let made = |name: &str| migration_with(name, "CREATE SCHEMA shop", None);
    let (setup, first, second) = (migration("00000000000000_setup"), migration("1_a"), made("2_s"));
    let creator = |m: &Migration| Creator { version: m.version.clone(), checksum: m.checksum };
    let of = |all: &[&Migration]| set(all.iter().map(|m| (*m).clone()).collect());
    let held = history(&[&setup, &first, &second]);
    let by_second = [creator(&second)];
    for (case, set, creators, expected) in [
        ("the set itself", of(&[&setup, &first, &second]), &by_second[..], true),
        ("a later set", of(&[&setup, &first, &second, &migration("3_b")]), &by_second, true),
        ("an earlier set", of(&[&setup, &first]), &by_second, true),
        ("nobody has made it", of(&[&setup, &first, &second]), &[], false),
        ("a tenant's set", of(&[&setup, &migration("1_tenant")]), &by_second, false),
        ("one that has only begun", of(&[&setup]), &by_second, false),
        ("an empty set", of(&[]), &by_second, false),
        ("another text", of(&[&first, &migration("2_s")]), &by_second, false),
        ("a set beside it", of(&[&first, &migration("2_other")]), &by_second, false),
    ] {
        assert_eq!(is_home(&set, &held, creators), expected, "{case}");
    }
    // What another tool has applied may be any text.
    let unknown = History { applied: vec![unverified("1")], ..History::default() };
    assert!(!is_home(&of(&[&first]), &unknown, &by_second));
}
