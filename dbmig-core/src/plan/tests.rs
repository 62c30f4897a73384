use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;

mod decision;
mod home;
mod resume;
use crate::impact::{
    Compatibility, Impact, ImpactText, Reason, ReversalVerdict, Reversibility, Verdict,
};
use crate::migration::{Body, Down, Script, Settings, SqlBody};
use crate::status::{MigrationState, status};
use crate::{Checksum, Dialect, Version};

fn script(path: &str, text: &str) -> Script {
    Script { path: Cow::Owned(path.to_owned()), text: Cow::Owned(text.to_owned()) }
}

fn migration_with(name: &str, up: &str, down: Option<&str>) -> Migration {
    Migration {
        impact: crate::impact::ImpactText::UNREAD,
        version: Version::of_directory(name).unwrap(),
        name: Cow::Owned(name.to_owned()),
        body: Body::Sql(SqlBody {
            up: script(&format!("migrations/{name}/up.sql"), up),
            down: match down {
                Some(down) => Down::Script(script(&format!("migrations/{name}/down.sql"), down)),
                None => Down::Missing,
            },
        }),
        settings: Settings::DEFAULT,
        checksum: Checksum::of(Dialect::Postgres, up),
    }
}

fn migration(name: &str) -> Migration {
    migration_with(name, &format!("CREATE TABLE t{name} ()"), Some(&format!("DROP TABLE t{name}")))
}

/// `migration`, whose SQL shows that it is so, and that its way back loses nothing.
fn means(migration: Migration, verdict: Verdict) -> Migration {
    let reason = || Reason::inferred("the test says so", None);
    let reversibility = Reversibility { reversal: ReversalVerdict::Restores, reason: reason() };
    let impact = ImpactText::new(&Compatibility { verdict, reason: reason() }, &reversibility);
    Migration { impact, ..migration }
}

fn set(migrations: Vec<Migration>) -> MigrationSet {
    MigrationSet::new(Dialect::Postgres, migrations).unwrap()
}

fn named(names: &[&str]) -> MigrationSet {
    set(names.iter().map(|name| migration(name)).collect())
}

fn recorded(migration: &Migration) -> Applied {
    Applied {
        version: migration.version.clone(),
        record: Record::Recorded {
            name: migration.name.to_string(),
            checksum: migration.checksum,
            down: StoredDown::Present,
            run: Some(0),
        },
        impact: migration.impact.clone().read(),
        app: "app 1".to_owned(),
        occasion: RunCircumstances::default(),
    }
}

fn history(applied: &[&Migration]) -> History {
    let mut applied: Vec<_> = applied.iter().map(|m| recorded(m)).collect();
    applied.sort_by(|a, b| a.version.cmp(&b.version));
    History { applied, ..History::default() }
}

fn unverified(version: &str) -> Applied {
    Applied {
        version: Version::from_ledger(version),
        record: Record::Unverified,
        impact: Impact::unread(),
        app: String::new(),
        occasion: RunCircumstances::default(),
    }
}

fn decide<'s>(
    set: &'s MigrationSet,
    history: &History,
    target: &Target,
) -> Result<Plan<'s>, Blocked> {
    plan(set, history, target, &Policy::default())
}

fn words(plan: &Plan<'_>) -> Vec<String> {
    plan.steps.iter().map(|s| format!("{} {}", s.direction().name(), s.name())).collect()
}

fn interrupted(cause: Cause, started: usize, done: usize, script: &str) -> History {
    let run = Interrupted {
        run: 1,
        version: Version::from_ledger("2"),
        name: "2_b".to_owned(),
        direction: Direction::Up,
        started,
        done,
        cause,
        script: script.to_owned(),
        session: None,
        catalog_before: None,
        impact: Impact::unread(),
        app: String::new(),
        catalog_now: None,
    };
    History { interrupted: vec![run], ..History::default() }
}

#[test]
fn latest_applies_what_is_pending_in_text_order() {
    let set = named(&["1_a", "10_b", "9_c"]);
    let plan = decide(&set, &history(&[&set.as_slice()[0]]), &Target::Latest).unwrap();
    assert_eq!(words(&plan), ["up 10_b", "up 9_c"]);
}

#[test]
fn through_stops_there_and_knows_only_versions_of_the_set() {
    let set = named(&["1_a", "2_b", "3_c"]);
    let through = |v: &str| Target::Through(Version::from_ledger(v));
    assert_eq!(
        words(&decide(&set, &History::default(), &through("2")).unwrap()),
        ["up 1_a", "up 2_b"]
    );
    let error = decide(&set, &History::default(), &through("7")).unwrap_err();
    assert_eq!(error.to_string(), "there is no migration 7 here; the newest is 3_c");
}

#[test]
fn an_older_pending_migration_is_refused_unless_allowed() {
    let set = named(&["1_a", "2_late", "3_c"]);
    let history = history(&[&set.as_slice()[0], &set.as_slice()[2]]);
    let error = decide(&set, &history, &Target::Latest).unwrap_err();
    assert!(
        error.to_string().contains("older than the newest applied one, 3_c:\n  2_late"),
        "{error}"
    );
    assert!(matches!(&error, Blocked::OutOfOrder { late, .. } if *late == ["2_late"]));
    let policy = Policy { out_of_order: OutOfOrder::Allow, ..Policy::default() };
    assert_eq!(words(&plan(&set, &history, &Target::Latest, &policy).unwrap()), ["up 2_late"]);
}

#[test]
fn what_each_side_lacks_of_the_other_is_refused_unless_allowed() {
    let set = named(&["1_a", "2_b"]);
    let mut history = history(&[&set.as_slice()[0]]);
    history.applied.push(unverified("5"));
    let error = decide(&set, &history, &Target::Latest).unwrap_err().to_string();
    assert!(error.contains("foreign to this set:\n  5\nIn this set, and not"), "{error}");
    assert!(error.ends_with(":\n  2_b"), "{error}");
    let policy = Policy { diverged: Diverged::Allow, ..Policy::default() };
    assert_eq!(words(&plan(&set, &history, &Target::Latest, &policy).unwrap()), ["up 2_b"]);
    let entry = status(&set, &history).into_iter().last().unwrap();
    assert_eq!((entry.name.as_str(), entry.state), ("5", MigrationState::Missing));
}

#[test]
fn a_past_that_was_tidied_away_does_not_stop_a_run() {
    let set = named(&["3_a", "4_b"]);
    let mut history = history(&[&set.as_slice()[0]]);
    history.applied.insert(0, unverified("1"));
    assert_eq!(words(&decide(&set, &history, &Target::Latest).unwrap()), ["up 4_b"]);
    assert!(history.beyond(&set).is_empty());
}

#[test]
fn a_newer_database_needs_nothing() {
    let set = named(&["1_a"]);
    let newer = means(migration("5_e"), Verdict::Compatible);
    let history = history(&[&set.as_slice()[0], &newer]);
    assert!(decide(&set, &history, &Target::Latest).unwrap().is_empty());
    assert_eq!(history.beyond(&set).len(), 1);
    assert!(history.beyond(&named(&[])).is_empty());
}

#[test]
fn what_was_there_before_dbmig_came_lives_beside_the_sets_own() {
    let set = named(&["1_a", "3_c", "4_d"]);
    let applied = ["1", "2", "3"].map(unverified).to_vec();
    let history = History { applied, ..History::default() };
    assert_eq!(words(&decide(&set, &history, &Target::Latest).unwrap()), ["up 4_d"]);
    assert_eq!(history.unknown_to(&set), ["2"]);
}

#[test]
fn what_another_runner_has_failed_at_is_not_tried_again_by_those_who_waited() {
    let set = named(&["1_a", "2_b"]);
    let before = history(&[&set.as_slice()[0]]);
    let failed = |version: &str, run, checksum| FailedRun {
        version: Version::from_ledger(version),
        run,
        checksum: Some(checksum),
        error: "no".to_owned(),
    };
    let checksum = set.as_slice()[1].checksum;
    let plan = decide(&set, &before, &Target::Latest).unwrap();
    let now = History { failures: vec![failed("2", 7, checksum)], ..before.clone() };
    assert_eq!(failed_meanwhile(&plan, &before, &now), Some(&now.failures[0]));
    // It was there before, or is about another text, or about another migration.
    assert_eq!(failed_meanwhile(&plan, &now, &now), None);
    for other in [failed("2", 7, set.as_slice()[0].checksum), failed("1", 7, checksum)] {
        let now = History { failures: vec![other], ..before.clone() };
        assert_eq!(failed_meanwhile(&plan, &before, &now), None);
    }
}

#[test]
fn drift_refuses_a_run_but_not_a_redo() {
    let before = migration_with("1_a", "CREATE TABLE a ()", Some("DROP TABLE a"));
    let set = set(vec![
        migration_with("1_a", "CREATE TABLE b ()", Some("DROP TABLE b")),
        migration("2_b"),
    ]);
    let history = history(&[&before]);
    let error = decide(&set, &history, &Target::Latest).unwrap_err();
    assert!(matches!(&error, Blocked::Drift(d) if d.len() == 1), "{error}");
    assert!(error.to_string().contains("1_a (migrations/1_a/up.sql)"));
    assert!(matches!(&error, Blocked::Drift(d) if d[0].redo == NonZeroUsize::new(1)), "{error:?}");
    let redo = decide(&set, &history, &Target::Redo(Extent::ONE)).unwrap();
    assert_eq!(words(&redo), ["down 1_a", "up 1_a"]);
    // The file's down.sql belongs to another up.sql; the stored one to the one that was applied.
    assert!(matches!(&redo.steps[0].action, Action::Revert { script: DownScript::Stored, .. }));
}

#[test]
fn a_migration_of_another_tool_is_no_drift() {
    let set = named(&["1_a"]);
    let history = History { applied: vec![unverified("1")], ..History::default() };
    assert!(decide(&set, &history, &Target::Latest).unwrap().is_empty());
    assert_eq!(status(&set, &history)[0].state, MigrationState::Unverified);
    assert_eq!(words(&decide(&set, &history, &Target::Revert(Extent::ONE)).unwrap()), ["down 1_a"]);
}

#[test]
fn what_cannot_be_reverted_refuses_the_whole_revert() {
    let set = set(vec![
        migration("1_ok"),
        migration_with("2_none", "SELECT 1", None),
        migration_with("3_empty", "SELECT 1", Some("-- nothing\n")),
        migration("4_ok"),
    ]);
    let all: Vec<_> = set.iter().collect();
    let error = decide(&set, &history(&all), &Target::Revert(Extent::All)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("2_none: it has no down.sql"), "{text}");
    assert!(text.contains("3_empty: migrations/3_empty/down.sql holds no statement"), "{text}");
    assert!(!text.contains("1_ok") && !text.contains("4_ok"), "{text}");
    let newest = decide(&set, &history(&all), &Target::Revert(Extent::ONE)).unwrap();
    assert_eq!(words(&newest), ["down 4_ok"]);
}

#[test]
fn a_migration_gone_from_disk_is_reverted_with_its_stored_script() {
    let gone = migration("3_gone");
    let set = named(&["1_a"]);
    let history_with = history(&[&set.as_slice()[0], &gone]);
    let back = decide(&set, &history_with, &Target::Revert(Extent::ONE)).unwrap();
    assert!(matches!(&back.steps[0].action, Action::Revert { script: DownScript::Stored, .. }));
    let again = decide(&set, &history_with, &Target::Redo(Extent::ONE)).unwrap_err();
    assert!(again.to_string().contains("could not be applied again"), "{again}");

    let mut without = history(&[&set.as_slice()[0]]);
    without.applied.push(unverified("3"));
    let error = decide(&set, &without, &Target::Revert(Extent::ONE)).unwrap_err();
    assert!(error.to_string().contains("the database holds no script to revert it"), "{error}");
}

#[test]
fn back_to_a_version_keeps_it() {
    let set = named(&["1_a", "2_b", "3_c"]);
    let all: Vec<_> = set.iter().collect();
    let to = Target::RevertTo(Version::from_ledger("1"));
    assert_eq!(words(&decide(&set, &history(&all), &to).unwrap()), ["down 3_c", "down 2_b"]);
    let error = decide(&set, &History::default(), &to).unwrap_err();
    assert_eq!(error.to_string(), "cannot go back to 1: it is not applied");
}

/// A database that does what it is told.
#[derive(Clone, Debug, Default)]
struct Model(BTreeMap<Version, Applied>);

impl Model {
    fn history(&self) -> History {
        History { applied: self.0.values().cloned().collect(), ..History::default() }
    }

    fn execute(&mut self, plan: &Plan<'_>) {
        for step in &plan.steps {
            match &step.action {
                Action::Apply(m) => {
                    let before = self.0.insert(m.version.clone(), recorded(m));
                    assert!(before.is_none(), "{} applied twice", m.name);
                }
                Action::Revert { version, .. } => {
                    assert!(self.0.remove(version).is_some(), "{version} reverted twice");
                }
            }
        }
    }
}

fn sets() -> impl Strategy<Value = MigrationSet> {
    proptest::collection::btree_set("[0-9]{1,3}", 0..12)
        .prop_map(|versions| set(versions.iter().map(|v| migration(&format!("{v}_m"))).collect()))
}

fn targets() -> impl Strategy<Value = Target> {
    let extent = prop_oneof![
        (1..5_usize).prop_map(|n| Extent::Last(NonZeroUsize::new(n).unwrap())),
        Just(Extent::All)
    ];
    let version = || "[0-9]{1,3}".prop_map(Version::from_ledger);
    prop_oneof![
        3 => Just(Target::Latest),
        1 => prop_oneof![Just(Beyond::Keep), Just(Beyond::Revert)].prop_map(Target::MatchSet),
        2 => version().prop_map(Target::Through),
        2 => extent.clone().prop_map(Target::Revert),
        1 => version().prop_map(Target::RevertTo),
        2 => extent.prop_map(Target::Redo),
    ]
}

proptest! {
    /// Random work on a model database: the model itself refuses to do anything twice.
    #[test]
    fn a_plan_does_everything_once_and_then_nothing(
        set in sets(),
        foreign in proptest::collection::btree_set("[0-9]{4}", 0..3),
        targets in proptest::collection::vec(targets(), 1..12),
        allow in any::<bool>(),
    ) {
        let policy = Policy { out_of_order: if allow { OutOfOrder::Allow } else { OutOfOrder::Refuse }, ..Policy::default() };
        let mut model = Model::default();
        for version in &foreign {
            model.0.insert(Version::from_ledger(version.as_str()), unverified(version));
        }
        for target in &targets {
            let before = model.clone();
            let Ok(planned) = plan(&set, &model.history(), target, &policy) else { continue };
            model.execute(&planned);
            let ups: Vec<_> = planned.steps.iter().filter(|s| s.direction() == Direction::Up).map(Step::version).collect();
            let downs: Vec<_> = planned.steps.iter().filter(|s| s.direction() == Direction::Down).map(Step::version).collect();
            prop_assert!(ups.is_sorted(), "oldest first");
            prop_assert!(downs.iter().rev().is_sorted(), "newest first");
            match target {
                Target::Latest | Target::Through(_) | Target::RevertTo(_) | Target::MatchSet(_) => {
                    let again = plan(&set, &model.history(), target, &policy);
                    prop_assert!(again.is_ok_and(|p| p.is_empty()), "nothing is left to do");
                }
                Target::Redo(_) => {
                    let versions = |m: &Model| m.0.keys().cloned().collect::<Vec<_>>();
                    prop_assert_eq!(versions(&before), versions(&model));
                }
                Target::Revert(extent) => {
                    let wanted = match extent { Extent::Last(n) => n.get().min(before.0.len()), Extent::All => before.0.len() };
                    prop_assert_eq!(model.0.len() + wanted, before.0.len());
                }
            }
            if *target == Target::Latest {
                prop_assert!(set.iter().all(|m| model.0.contains_key(&m.version)));
            }
        }
    }

    /// Planning is a function of what it is given, and status agrees with it.
    #[test]
    fn pending_in_status_is_what_latest_applies(set in sets(), cut in 0..12_usize) {
        let applied: Vec<_> = set.iter().take(cut).collect();
        let history = history(&applied);
        let planned = decide(&set, &history, &Target::Latest).unwrap();
        let pending: Vec<_> = status(&set, &history).into_iter().filter(|e| e.state == MigrationState::Pending).map(|e| e.version).collect();
        prop_assert_eq!(planned.steps.iter().map(|s| s.version().clone()).collect::<Vec<_>>(), pending);
    }
}
