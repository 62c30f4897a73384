use std::num::NonZeroUsize;

use dbmig_core::impact::{Compatibility, Reason, Verdict};
use dbmig_core::plan::{AheadState, RunCircumstances, StatementPlace};
use dbmig_core::sql::Position;
use dbmig_core::{Build, Version};

use super::*;

fn breaking(app: &str) -> Vec<Unknown> {
    let reason = Reason::declared("the test says so");
    vec![Unknown {
        version: Version::from_ledger("3"),
        name: "3_m".to_owned(),
        app: app.to_owned(),
        occasion: RunCircumstances::default(),
        compatibility: Compatibility { verdict: Verdict::Breaking, reason },
        presence: AheadState::Applied,
    }]
}

#[test]
fn below_the_floor_the_lowest_version_that_can_is_advised() {
    for (applied_by, refused, advised) in [
        ("shop 3.0", "shop 2.9", "deploy shop 3.0 or a later version; or take them back"),
        ("shop 2.0", "shop 3.0", "deploy shop 2.0, or another build that has 3_m; or take"),
        ("shop 1", "shop 1", "deploy a build that has 3_m, or put its directory back and build"),
    ] {
        let (breaking, refused) = (breaking(applied_by), Build::parse(refused));
        let next = of_blocked(&Blocked::BelowFloor { breaking, refused }, "shop migrate");
        assert!(next.starts_with(advised), "{next}");
        assert!(next.contains("`shop migrate sync --down --dry-run`"), "{next}");
        assert!(next.contains("`shop migrate repair --compatible 3`"), "{next}");
    }
}

#[test]
fn a_plan_that_is_refused_has_a_command_for_it() {
    let late = vec!["2_late".to_owned()];
    let late = Blocked::OutOfOrder { late, newest: "3_c".to_owned() };
    let next = of_blocked(&late, "cargo dbmig");
    assert!(next.contains("`cargo dbmig new late` makes a directory"), "{next}");
    let loss = of_blocked(&Blocked::DataLoss(Vec::new()), "shop migrate");
    assert!(loss.contains("`shop migrate sync --down --allow-data-loss`"), "{loss}");
}

#[test]
fn an_interrupted_run_has_a_command_for_it() {
    let unresumable = |reason| {
        let (version, name) = (Version::from_ledger("2"), "2_b".to_owned());
        let unresumable = Unresumable { version, name, direction: Direction::Up, reason };
        of_blocked(&Blocked::Interrupted(Box::new(unresumable)), "cargo dbmig")
    };
    let place = || StatementPlace {
        path: "migrations/2_b/up.sql".to_owned(),
        position: Position { line: 2, column: 1 },
        number: 2,
        text: "SELECT 2".to_owned(),
    };
    for (reason, expected) in [
        (UnresumableReason::InFlight(place()), "`cargo dbmig repair --not-done 2`"),
        (UnresumableReason::SessionGone(place()), "`cargo dbmig repair --finish 2`"),
        (UnresumableReason::Changed(place()), "at 2:1 back as they were"),
        (UnresumableReason::Gone, "`cargo dbmig repair --forget 2`"),
        (UnresumableReason::OtherWork, "finish it first: `cargo dbmig run`"),
    ] {
        let next = unresumable(reason);
        assert!(next.contains(expected), "{next}");
    }
}

#[test]
fn changed_migrations_are_accepted_or_applied_anew() {
    let drifted = |version: &str, redo| Drifted {
        version: Version::from_ledger(version),
        name: format!("{version}_a"),
        path: format!("migrations/{version}_a/up.sql"),
        applied_as: None,
        redo: NonZeroUsize::new(redo),
    };
    let one = of_blocked(&Blocked::Drift(vec![drifted("1", 1)]), "P");
    assert!(one.contains("as the file says now: `P repair --accept 1`; or"), "{one}");
    assert!(one.ends_with("`P redo -n 1` reverts it, and applies what is here now"), "{one}");
    let four: Vec<_> = ["1", "2", "3", "4"].map(|version| drifted(version, 5)).into();
    let four = of_drifted(&four, "P");
    assert!(four.contains("accept 3` and so on (`P repair` lists them); or"), "{four}");
    assert!(four.ends_with("reverts them and a newer one, and applies what is here now"), "{four}");
}
