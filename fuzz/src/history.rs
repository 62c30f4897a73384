//! The history reader, and what is decided from what it reads.

use std::borrow::Cow;

use dbmig_core::history::{RunRow, RunState, read};
use dbmig_core::migration::{Body, Down, Execution, Script, Settings, SqlBody};
use dbmig_core::plan::{
    self, Action, Beyond, Direction, Extent, History, Policy, Repair, Target, diagnose, plan,
};
use dbmig_core::status::status;
use dbmig_core::{Checksum, Dialect, Migration, MigrationSet, Version};

use crate::dialect;

/// The first byte chooses the dialect; then, line by line: `L` a version of the ledger; `H` a row
/// of the history, its columns separated by `|`; `S` what the catalogue says now.
pub fn history(data: &[u8]) {
    let (dialect, rest) = dialect::chosen(data);
    let text = String::from_utf8_lossy(rest);
    let (mut versions, mut rows, mut catalog_now) = (Vec::new(), Vec::new(), None);
    for line in text.lines() {
        match line.split_at_checked(1) {
            Some(("L", version)) => versions.push(version.to_owned()),
            Some(("H", columns)) => rows.push(row(columns)),
            Some(("S", text)) => catalog_now = Some(text.to_owned()),
            _ => {}
        }
    }
    let mut history = read(versions, &rows);
    assert!(history.applied.is_sorted_by(|a, b| a.version < b.version), "sorted, none twice");
    for run in &mut history.interrupted {
        run.catalog_now.clone_from(&catalog_now);
        let applied = history.applied.iter().any(|a| a.version == run.version);
        assert_eq!(applied, run.direction == Direction::Down, "what is settled is not open");
    }
    decide(&set(dialect), &history);
}

fn row(columns: &str) -> RunRow {
    let columns: Vec<_> = columns.split('|').map(ToOwned::to_owned).collect();
    let text = |i: usize| columns.get(i).cloned().unwrap_or_default();
    let number = |i| text(i).parse().unwrap_or_default();
    RunRow {
        id: 0,
        version: text(0),
        format: number(1),
        name: text(2),
        direction: Direction::of(&text(3)),
        state: RunState::of(&text(4)),
        execution: Execution::of(&text(5)),
        checksum: text(6),
        started: number(7),
        done: number(8),
        down: text(9) == "1",
        // As many statements as one line can hold.
        script: text(10).replace("\\n", "\n"),
        error: text(11),
        session: columns.get(12).cloned(),
        catalog_before: columns.get(13).cloned(),
        compatible: text(14),
        impact: text(15).replace("\\n", "\n"),
        app: text(16),
        at: text(17),
        host: text(18),
        user: text(19),
    }
}

/// Three migrations, as a build would have them.
fn set(dialect: Dialect) -> MigrationSet {
    let migrations = ["1", "2", "3"].map(|version| {
        let up =
            format!("CREATE TABLE t{version} (id INTEGER);\nINSERT INTO t{version} VALUES (1);");
        let script = |file: &str, text: String| Script {
            path: Cow::Owned(format!("migrations/{version}_m/{file}")),
            text: Cow::Owned(text),
        };
        Migration {
            impact: dbmig_core::impact::ImpactText::UNREAD,
            version: Version::from_ledger(version),
            name: Cow::Owned(format!("{version}_m")),
            checksum: Checksum::of(dialect, &up),
            body: Body::Sql(SqlBody {
                down: Down::Script(script("down.sql", format!("DROP TABLE t{version}"))),
                up: script("up.sql", up),
            }),
            settings: Settings::DEFAULT,
        }
    });
    MigrationSet::new(dialect, migrations.to_vec()).unwrap()
}

/// A plan does only what is not done, goes on with what is half-done, and every refusal has its words.
fn decide(set: &MigrationSet, history: &History) {
    let last = || Version::from_ledger("3");
    for target in [
        Target::Latest,
        Target::Through(Version::from_ledger("2")),
        Target::Revert(Extent::ONE),
        Target::Revert(Extent::All),
        Target::RevertTo(Version::from_ledger("1")),
        Target::Redo(Extent::All),
        Target::MatchSet(Beyond::Keep),
        Target::MatchSet(Beyond::Revert),
    ] {
        match plan(set, history, &target, &Policy::default()) {
            Err(blocked) => drop(blocked.to_string()),
            Ok(plan) => {
                check(set, history, &target, &plan);
                let lossy = plan.lossy(history).into_iter();
                lossy.for_each(|one| drop(one.count(|_| Ok(1)).map(|one| one.to_string())));
            }
        }
    }
    assert!(status(set, history).len() >= set.as_slice().len());
    for found in diagnose(set, history) {
        let version = || found.version.clone();
        let wanted = [
            Repair::Done(version()),
            Repair::Forget(version()),
            Repair::Accept(last()),
            Repair::Compatible(version()),
        ];
        for wanted in wanted {
            match plan::repair(set, history, &wanted) {
                Ok(action) => drop(action.to_string()),
                Err(unrepairable) => drop(unrepairable.to_string()),
            }
        }
    }
}

fn check(set: &MigrationSet, history: &History, target: &Target, plan: &plan::Plan<'_>) {
    let open = |version: &Version| history.interrupted.iter().find(|run| run.version == *version);
    for step in &plan.steps {
        let redoes = matches!(target, Target::Redo(_));
        let applied = history.find(step.version()).is_some();
        match step.action {
            Action::Apply(_) => assert!(!applied || redoes, "{} again", step.name()),
            Action::Revert { .. } => assert!(applied, "{} is not there", step.name()),
        }
        let run = open(step.version());
        assert!(step.done_before == 0 || run.is_some(), "nothing was begun of {}", step.name());
    }
    for run in &history.interrupted {
        let superseded = |step: &plan::Step<'_>| {
            *step.version() == run.version && step.direction() == run.direction
        };
        // What a newer version of the app is at work on, and this one can live with.
        let foreign = set.get(&run.version).is_none() && plan.is_empty();
        let lived_with = foreign && !run.impact.compatibility().verdict.raises_floor();
        assert!(lived_with || plan.steps.iter().any(superseded), "{} stays half-done", run.name);
    }
}
