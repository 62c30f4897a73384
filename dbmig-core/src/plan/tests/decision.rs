//! The decision table, cell by cell: `row__column`.
#![expect(non_snake_case, reason = "the row from the column")]

use super::*;
use crate::impact::{Loss, Losses};
use Verdict::{Breaking, Compatible, CompatibleAfterRestart};

/// Versions of an app: each image is a prefix of these.
fn app(impacts: &[Verdict]) -> Vec<Migration> {
    let numbered = impacts.iter().zip(1..);
    numbered.map(|(verdict, n)| means(migration(&format!("{n}_m")), *verdict)).collect()
}

struct Case {
    image: MigrationSet,
    database: History,
}

/// An image that holds the first `image` of an app's migrations, on a database that holds the first
/// `database` of them.
fn case(impacts: &[Verdict], image: usize, database: usize) -> Case {
    let all = app(impacts);
    let applied: Vec<_> = all.iter().take(database).collect();
    let mut database = history(&applied);
    for (index, applied) in database.applied.iter_mut().enumerate() {
        applied.app = format!("shop {}.0", index + 1);
    }
    Case { database, image: set(all.into_iter().take(image).collect()) }
}

impl Case {
    fn verdict(&self) -> Relation {
        Comparison::of(&self.image, &self.database).verdict()
    }

    fn decide(&self, target: Target) -> Result<Vec<String>, Blocked> {
        decide(&self.image, &self.database, &target).map(|plan| words(&plan))
    }

    fn start_up(&self) -> Result<Vec<String>, Blocked> {
        self.decide(Target::Latest)
    }

    fn sync(&self, beyond: Beyond) -> Result<Vec<String>, Blocked> {
        self.decide(Target::MatchSet(beyond))
    }
}

const NOTHING: Result<Vec<String>, Blocked> = Ok(Vec::new());

fn steps(words: &[&str]) -> Result<Vec<String>, Blocked> {
    Ok(words.iter().map(|word| (*word).to_owned()).collect())
}

#[test]
fn same__nothing_whoever_asks() {
    let case = case(&[Breaking, Compatible], 2, 2);
    assert_eq!(case.verdict(), Relation::Same);
    assert_eq!(case.start_up(), NOTHING);
    assert_eq!(case.sync(Beyond::Keep), NOTHING);
    assert_eq!(case.sync(Beyond::Revert), NOTHING);
}

#[test]
fn behind__up_whoever_asks() {
    let case = case(&[Breaking, Compatible, Breaking], 3, 1);
    assert_eq!(case.verdict(), Relation::Behind);
    assert_eq!(case.start_up(), steps(&["up 2_m", "up 3_m"]));
    assert_eq!(case.sync(Beyond::Keep), case.start_up());
    assert_eq!(case.sync(Beyond::Revert), case.start_up());
}

#[test]
fn ahead__start_up_does_nothing() {
    // What is breaking but known to the image is no obstacle.
    let case = case(&[Breaking, Compatible, Compatible], 1, 3);
    assert_eq!(case.verdict(), Relation::Ahead);
    assert_eq!(case.start_up(), NOTHING);
    assert_eq!(case.sync(Beyond::Keep), NOTHING);
}

/// A process that starts has no connection from before.
#[test]
fn ahead__what_asks_for_a_restart_keeps_nobody_from_starting() {
    let case = case(&[Breaking, CompatibleAfterRestart], 1, 2);
    assert_eq!(case.verdict(), Relation::Ahead);
    assert_eq!(case.start_up(), NOTHING);
    assert_eq!(case.sync(Beyond::Keep), NOTHING);
    assert_eq!(case.sync(Beyond::Revert), steps(&["down 2_m"]));
}

/// Whoever knows better goes on, and goes no further than that.
#[test]
fn below_floor__with_the_policy_for_it_nothing_is_done_and_nothing_refused() {
    let policy = Policy { breaking_ahead: BreakingAhead::Warn, ..Policy::default() };
    let decide = |case: &Case, target: Target| {
        let plan = plan(&case.image, &case.database, &target, &policy);
        plan.map(|plan| words(&plan))
    };
    let below = case(&[Compatible, Compatible, Breaking], 1, 3);
    assert_eq!(below.verdict(), Relation::BelowFloor);
    for target in [Target::Latest, Target::MatchSet(Beyond::Keep)] {
        assert_eq!(decide(&below, target), NOTHING);
    }
    assert_eq!(decide(&below, Target::MatchSet(Beyond::Revert)), steps(&["down 3_m", "down 2_m"]));
    // Half of one is no schema that anybody has built.
    let mut half = case(&[Compatible], 1, 1);
    half.database.interrupted = interrupted(Cause::Lost, 1, 1, "SELECT 1; SELECT 2").interrupted;
    half.database.interrupted[0].impact = means(migration("2_b"), Breaking).consequences();
    assert!(matches!(decide(&half, Target::Latest), Err(Blocked::Interrupted(_))));
    // Nor is anything applied beside it.
    let mut diverged = case(&[Compatible, Compatible, Breaking], 2, 3);
    diverged.database.applied.remove(1);
    assert_eq!(diverged.verdict(), Relation::Diverged);
    assert!(matches!(decide(&diverged, Target::Latest), Err(Blocked::Diverged { .. })));
}

#[test]
fn ahead__sync_down_reverts_exactly_the_unknown() {
    let case = case(&[Breaking, Compatible, Compatible], 1, 3);
    assert_eq!(case.sync(Beyond::Revert), steps(&["down 3_m", "down 2_m"]));
}

/// What was refused is not what is recommended.
#[test]
fn below_floor__another_version_or_build_than_the_refused_one_is_named() {
    use Lowest::{Exactly, OrLater, Unknown};
    for (applied_by, refused, said, lowest) in [
        (
            "shop 3.0",
            "shop 2.9",
            "the lowest version that can is shop 3.0",
            OrLater("shop 3.0".to_owned()),
        ),
        (
            "shop 3.0 (build b)",
            "shop 2.9 (build a)",
            "that can is shop 3.0",
            OrLater("shop 3.0".to_owned()),
        ),
        ("shop 3.0", "", "the lowest version that can is shop 3.0", OrLater("shop 3.0".to_owned())),
        // A version that is not later than the refused one: its later ones may lack it as well.
        ("shop 2.0", "shop 3.0", "applied it can: shop 2.0", Exactly("shop 2.0".to_owned())),
        ("shop next", "shop 3.0", "applied it can: shop next", Exactly("shop next".to_owned())),
        // Equal versions: the build decides.
        (
            "shop 1 (build b)",
            "shop 1 (build a)",
            "can: shop 1 (build b)",
            Exactly("shop 1 (build b)".to_owned()),
        ),
        (
            "shop 1 (build b)",
            "shop 1",
            "can: shop 1 (build b)",
            Exactly("shop 1 (build b)".to_owned()),
        ),
        ("(build b)", "(build a)", "was applied by (build b)", Unknown),
        // Nothing to tell them apart by.
        (
            "shop 1 (build b)",
            "shop 1 (build b)",
            "this one calls itself shop 1 (build b), too",
            Unknown,
        ),
        ("shop 1", "shop 1 (build b)", "this one calls itself shop 1 (build b), too", Unknown),
        (
            "shop 1",
            "shop 1",
            "3_m was applied by shop 1 at 2026-11-30 11:22:33 UTC on pod-1 as owner; this one calls itself shop 1, too",
            Unknown,
        ),
        (
            "cargo-dbmig 0.1.0",
            "shop 1",
            "3_m was applied by cargo-dbmig 0.1.0 at 2026-11-30 11:22:33 UTC on pod-1 as owner",
            Unknown,
        ),
        (
            "",
            "",
            "3_m was applied at 2026-11-30 11:22:33 UTC on pod-1 as owner, by an app that has not named itself",
            Unknown,
        ),
    ] {
        let mut case = case(&[Compatible, Compatible, Breaking], 1, 3);
        let newest = case.database.applied.last_mut().unwrap();
        applied_by.clone_into(&mut newest.app);
        newest.occasion = RunCircumstances {
            at: "2026-11-30T11:22:33.044Z".to_owned(),
            host: "pod-1".to_owned(),
            user: "owner".to_owned(),
        };
        let error = case.start_up().unwrap_err().met_by(crate::Build::parse(refused));
        let text = error.to_string();
        assert!(text.contains(said), "{applied_by} {refused}: {text}");
        let Blocked::BelowFloor { breaking, refused } = &error else { panic!("{text}") };
        assert_eq!(breaking.last().unwrap().name, "3_m");
        assert_eq!(Lowest::of(breaking, refused), lowest, "{applied_by} {refused}");
    }
    let mut case = case(&[Compatible, Compatible, Breaking], 1, 3);
    let newest = case.database.applied.last_mut().unwrap();
    newest.app = String::new();
    let error = case.start_up().unwrap_err();
    assert!(error.to_string().contains("3_m was not applied by dbmig"), "{error}");
}

#[test]
fn below_floor__start_up_refuses_and_names_the_lowest_version() {
    let case = case(&[Compatible, Compatible, Breaking, Compatible], 1, 4);
    assert_eq!(case.verdict(), Relation::BelowFloor);
    for refused in [case.start_up(), case.sync(Beyond::Keep)] {
        let error = refused.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the database is ahead of this version of the app, which cannot run with it:\n  \
             3_m (applied by shop 3.0): breaking: the test says so\n\
             the lowest version that can is shop 3.0"
        );
        let Blocked::BelowFloor { breaking, refused } = &error else { panic!("{error}") };
        assert_eq!(Lowest::of(breaking, refused), Lowest::OrLater("shop 3.0".to_owned()));
        assert!(!error.may_pass());
    }
}

#[test]
fn below_floor__sync_down_reverts_exactly_the_unknown() {
    let case = case(&[Compatible, Compatible, Breaking, Compatible], 1, 4);
    assert_eq!(case.sync(Beyond::Revert), steps(&["down 4_m", "down 3_m", "down 2_m"]));
}

#[test]
fn diverged__refused_whoever_asks() {
    let mut case = case(&[Compatible; 3], 2, 1);
    case.database.applied.push(recorded(&means(migration("5_other"), Compatible)));
    assert_eq!(case.verdict(), Relation::Diverged);
    for refused in [case.start_up(), case.sync(Beyond::Keep), case.sync(Beyond::Revert)] {
        let Err(Blocked::Diverged { unknown, pending, .. }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((unknown, pending), (vec!["5_other".to_owned()], vec!["2_m".to_owned()]));
    }
}

#[test]
fn what_another_tool_has_applied_is_breaking_and_cannot_go_back() {
    let mut case = case(&[Compatible], 1, 1);
    case.database.applied.push(unverified("7"));
    assert!(matches!(case.start_up(), Err(Blocked::BelowFloor { .. })));
    let Err(Blocked::Irreversible(all)) = case.sync(Beyond::Revert) else { panic!() };
    assert_eq!(all[0].reason, IrreversibleReason::GoneWithoutStored);
}

#[test]
fn one_step_that_cannot_go_back_refuses_all_of_them() {
    let mut case = case(&[Compatible; 4], 1, 4);
    let stored = [
        StoredDown::Present,
        StoredDown::Untrusted(UntrustedReason::Altered),
        StoredDown::Absent,
        StoredDown::Present,
    ];
    for (applied, stored) in case.database.applied.iter_mut().zip(stored) {
        let Record::Recorded { down, .. } = &mut applied.record else { panic!() };
        *down = stored;
    }
    let Err(Blocked::Irreversible(all)) = case.sync(Beyond::Revert) else { panic!() };
    let reasons: Vec<_> = all.into_iter().map(|one| (one.name, one.reason)).collect();
    let expected = [
        ("3_m".to_owned(), IrreversibleReason::GoneWithoutStored),
        ("2_m".to_owned(), IrreversibleReason::Untrusted(UntrustedReason::Altered)),
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn the_floor_rises_with_the_announcement_and_falls_with_the_failure() {
    let mut case = case(&[Compatible; 2], 2, 2);
    let breaking = means(migration("3_m"), Breaking);
    let announced = Announced {
        version: breaking.version.clone(),
        name: "3_m".to_owned(),
        run: 3,
        session: None,
        impact: breaking.consequences(),
        app: "shop 2.0".to_owned(),
        occasion: RunCircumstances::default(),
    };
    case.database.announced = vec![announced.clone()];
    let error = case.start_up().unwrap_err();
    assert!(error.to_string().contains("3_m (about to begin by shop 2.0): breaking"), "{error}");
    assert!(error.may_pass(), "its runner may fail");
    let compatible = means(migration("3_m"), Compatible).consequences();
    case.database.announced = vec![Announced { impact: compatible, ..announced }];
    assert_eq!(case.start_up(), NOTHING);
    // Who has work of its own to do waits for its turn.
    case.database.applied.pop();
    assert_eq!(case.verdict(), Relation::Behind);
}

#[test]
fn half_of_a_breaking_migration_is_below_the_floor_and_half_of_another_in_nobodys_way() {
    for verdict in Verdict::ALL {
        let mut case = case(&[Compatible], 1, 1);
        let impact = means(migration("2_b"), verdict).consequences();
        let mut half = interrupted(Cause::Lost, 1, 1, "SELECT 1; SELECT 2");
        half.interrupted[0].impact = impact;
        case.database.interrupted = half.interrupted;
        match verdict {
            Compatible | CompatibleAfterRestart => {
                assert_eq!(case.start_up(), NOTHING);
                assert!(matches!(case.sync(Beyond::Revert), Err(Blocked::Interrupted(_))));
            }
            Breaking => {
                for refused in [case.start_up(), case.sync(Beyond::Revert)] {
                    let Err(Blocked::Interrupted(unresumable)) = refused else {
                        panic!("{refused:?}")
                    };
                    assert_eq!(unresumable.reason, UnresumableReason::Gone);
                }
            }
        }
    }
}

#[test]
fn what_was_begun_and_is_not_there_is_put_aside() {
    let image = MigrationSet::new(Dialect::Mysql, app(&[Compatible])).unwrap();
    let is_discarded = |catalog_now: Option<&str>, done| {
        let script = "CREATE TABLE a (x INT); CREATE TABLE b (x INT)";
        let mut history = interrupted(Cause::Lost, done + 1, done, script);
        history.interrupted[0].catalog_before = Some(String::new());
        history.interrupted[0].catalog_now = catalog_now.map(str::to_owned);
        discard_stale(&image, &mut history).len() == 1 && history.interrupted.is_empty()
    };
    assert!(is_discarded(Some(""), 0), "the catalogue says so");
    assert!(!is_discarded(Some("a1"), 0), "it took effect");
    assert!(!is_discarded(None, 0), "nobody knows");
    assert!(!is_discarded(Some(""), 1), "a part of it is there");
}

#[test]
fn what_is_older_than_the_sets_own_is_its_past_only_if_it_is_compatible() {
    // 2 was merged late. Whoever applied 3 after it may have been the version that has both.
    for (verdict, runs, expected) in [
        (Breaking, [Some(1), Some(2), Some(3)], Relation::BelowFloor),
        (Breaking, [Some(1), Some(3), Some(2)], Relation::BelowFloor),
        (Breaking, [Some(1), Some(2), None], Relation::BelowFloor),
        (Compatible, [Some(1), Some(2), Some(3)], Relation::Same),
        (Compatible, [Some(1), Some(3), Some(2)], Relation::Ahead),
        (CompatibleAfterRestart, [Some(1), Some(2), Some(3)], Relation::Same),
        (CompatibleAfterRestart, [Some(1), Some(3), Some(2)], Relation::Ahead),
    ] {
        let all = app(&[Compatible, verdict, Compatible]);
        let image = set(vec![all[0].clone(), all[2].clone()]);
        let mut database = history(&all.iter().collect::<Vec<_>>());
        for (applied, number) in database.applied.iter_mut().zip(runs) {
            let Record::Recorded { run, .. } = &mut applied.record else { panic!() };
            *run = number;
        }
        assert_eq!(Comparison::of(&image, &database).verdict(), expected, "{verdict:?} {runs:?}");
        // Another tool has applied it, and dbmig what is newer.
        database.applied[1] = unverified("2");
        assert_eq!(Comparison::of(&image, &database).verdict(), Relation::BelowFloor);
        // All of it was there before dbmig came.
        database.applied[2] = unverified("3");
        assert_eq!(Comparison::of(&image, &database).verdict(), Relation::Same);
    }
}

#[test]
fn a_loss_is_counted_before_it_is_refused() {
    let reason = || Reason::inferred("drops", None);
    let lossy = |losses| {
        let reversibility =
            Reversibility { reversal: ReversalVerdict::Lossy(losses), reason: reason() };
        let compatibility = Compatibility { verdict: Compatible, reason: reason() };
        Impact::new(&compatibility, &reversibility)
    };
    let table = |name: &str| Loss::Table(vec![name.to_owned()]);
    let mut case = case(&[Compatible; 4], 1, 4);
    let losses = [
        Losses::Unknown,
        Losses::Known(vec![table("empty")]),
        Losses::Known(vec![table("empty"), table("full"), table("gone")]),
        Losses::Unknown,
    ];
    for (applied, losses) in case.database.applied.iter_mut().zip(losses) {
        applied.impact = lossy(losses);
    }
    let target = Target::MatchSet(Beyond::Revert);
    let plan = decide(&case.image, &case.database, &target).unwrap();
    let count = |loss: &Loss| match loss.to_string().as_str() {
        "table empty" => Ok(0),
        "table full" => Ok(12),
        other => Err(format!("no {other}")),
    };
    let lossy = plan.lossy(&case.database).into_iter();
    let losses: Vec<_> = lossy.filter_map(|one| one.count(count)).collect();
    let error = allow_loss(&losses, DataLoss::Refuse).unwrap_err();
    assert_eq!(
        error.to_string(),
        "going back would lose data, so nothing was done:\n  \
         4_m: how much is lost cannot be counted: lossy: drops\n  \
         3_m: table full (12 rows), table gone (rows could not be counted: no table gone)"
    );
    assert!(matches!(error, Blocked::DataLoss(all) if all == losses));
    assert_eq!(allow_loss(&losses, DataLoss::Allow), Ok(()));
    assert_eq!(allow_loss(&[], DataLoss::Refuse), Ok(()));
}

proptest! {
    /// Random versions of one app, in any order: no image that starts up or syncs ends below its
    /// floor, and a sync is the same once and twice.
    #[test]
    fn no_image_runs_below_its_floor(
        impacts in proptest::collection::vec(prop_oneof![Just(Compatible), Just(Breaking)], 1..9),
        moves in proptest::collection::vec((0..9_usize, 0..3_usize), 1..20),
    ) {
        let all = app(&impacts);
        let mut model = Model::default();
        for (size, how) in moves {
            let image = set(all.iter().take(size.max(1)).cloned().collect());
            let target = match how {
                0 => Target::Latest,
                1 => Target::MatchSet(Beyond::Keep),
                _ => Target::MatchSet(Beyond::Revert),
            };
            let before = model.history();
            let beyond = all.iter().skip(image.as_slice().len());
            let unknown: Vec<_> = beyond.filter(|m| before.find(&m.version).is_some()).collect();
            let floor = unknown.iter().any(|m| m.compatibility().verdict == Breaking);
            match plan(&image, &before, &target, &Policy::default()) {
                Err(error) => {
                    prop_assert!(floor && target != Target::MatchSet(Beyond::Revert), "{error}");
                }
                Ok(planned) => {
                    prop_assert!(!floor || target == Target::MatchSet(Beyond::Revert));
                    model.execute(&planned);
                    let again = plan(&image, &model.history(), &target, &Policy::default()).unwrap();
                    prop_assert!(again.is_empty());
                    if target == Target::MatchSet(Beyond::Revert) {
                        let applied: Vec<_> = model.0.keys().collect();
                        let own: Vec<_> = image.iter().map(|m| &m.version).collect();
                        prop_assert_eq!(applied, own);
                    }
                }
            }
        }
    }
}
