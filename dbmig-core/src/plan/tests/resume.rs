//! Runs that an earlier one has left.

use super::*;

#[test]
fn a_failed_run_goes_on_where_it_ended() {
    let set = set(vec![migration_with("2_b", "SELECT 1; SELECT 22; SELECT 3", None)]);
    let failed = |started| {
        interrupted(Cause::Failed("no".into()), started, 1, "SELECT 1; SELECT 2; SELECT 3")
    };
    let history = failed(1);
    let plan = decide(&set, &history, &Target::Latest).unwrap();
    assert_eq!(plan.steps[0].done_before, 1);
    // It may have done a part of its work before it failed.
    let error = decide(&set, &failed(2), &Target::Latest).unwrap_err();
    let Blocked::Interrupted(unresumable) = &error else { panic!("{error}") };
    assert_eq!((unresumable.version.as_str(), unresumable.direction), ("2", Direction::Up));
    assert!(
        matches!(&unresumable.reason, UnresumableReason::InFlight(place) if place.number == 2),
        "{error}"
    );
    assert_eq!(status(&set, &history)[0].state, MigrationState::Interrupted);
}

#[test]
fn a_run_that_vanished_during_a_statement_stops_the_next_one() {
    let set = set(vec![migration_with("2_b", "SELECT 1;\nSELECT 2", None)]);
    let history = interrupted(Cause::Lost, 2, 1, "SELECT 1;\nSELECT 2");
    let error = decide(&set, &history, &Target::Latest).unwrap_err();
    assert!(
        error.to_string().contains("during statement 2 (migrations/2_b/up.sql:2:1)"),
        "{error}"
    );
    // Between two statements nothing is in doubt.
    let between = interrupted(Cause::Lost, 1, 1, "SELECT 1;\nSELECT 2");
    let plan = decide(&set, &between, &Target::Latest).unwrap();
    assert_eq!(plan.steps[0].done_before, 1);
    // The row must still be so when the step begins.
    assert_eq!(plan.steps[0].supersedes, Some(SupersededRun { run: 1, started: 1, done: 1 }));
}

#[test]
fn statements_that_are_done_must_not_change() {
    let set = set(vec![migration_with("2_b", "SELECT 9; SELECT 2", None)]);
    let history = interrupted(Cause::Failed("no".into()), 1, 1, "SELECT 1; SELECT 2");
    let error = decide(&set, &history, &Target::Latest).unwrap_err();
    assert!(error.to_string().contains("what is already done is not the same any more"), "{error}");
}

#[test]
fn nothing_else_is_done_beside_an_interrupted_migration() {
    let set = named(&["1_a", "2_b"]);
    let mut history = interrupted(Cause::Failed("no".into()), 1, 1, "CREATE TABLE t2_b ()");
    history.applied = vec![recorded(&set.as_slice()[0])];
    let error = decide(&set, &history, &Target::Revert(Extent::ONE)).unwrap_err();
    let Blocked::Interrupted(unresumable) = &error else { panic!("{error}") };
    assert_eq!(
        (unresumable.direction, &unresumable.reason),
        (Direction::Up, &UnresumableReason::OtherWork)
    );
    let gone = named(&["1_a"]);
    let error = decide(&gone, &history, &Target::Latest).unwrap_err();
    assert!(error.to_string().contains("not among the migrations here any more"), "{error}");
}
