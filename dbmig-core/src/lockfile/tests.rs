use proptest::prelude::*;
use std::time::Duration;

use super::*;
use crate::impact::{Loss, Losses, Reason, ReversalVerdict, Verdict};
use crate::migration::{DeclaredCompatibility, DeclaredReversibility, Execution, ForeignKeys};
use crate::sql::Position;

fn entry(name: &str, reason: &str) -> LockEntry {
    let at = Some(Position { line: 3, column: 1 });
    let reason = Reason::inferred(reason, at);
    LockEntry {
        version: Version::of_directory(name).expect("a short version"),
        name: name.to_owned(),
        settings: Settings::DEFAULT,
        compatibility: Compatibility { verdict: Verdict::Compatible, reason: reason.clone() },
        reversibility: Reversibility { reversal: ReversalVerdict::Restores, reason },
        notes: Vec::new(),
        checksum: Checksum::from_bytes([7; 32]),
        files: FileSums { up: FileSum::of("SELECT 1"), down: None, metadata: None },
    }
}

fn lock(names: &[&str]) -> LockFile {
    let entries = names.iter().map(|name| entry(name, "only adds")).collect();
    LockFile::default().with(Section { dialect: Dialect::Sqlite, inference: 1, entries })
}

/// What Git writes where both sides have changed the same lines.
fn merged(ours: &LockFile, theirs: &LockFile) -> String {
    let (ours, theirs) = (ours.to_string(), theirs.to_string());
    let pairs = ours.lines().zip(theirs.lines());
    let same = pairs.take_while(|(one, other)| one == other).count();
    let rest = |text: &str| text.lines().skip(same).map(|l| format!("{l}\n")).collect::<String>();
    let common: String = ours.lines().take(same).map(|line| format!("{line}\n")).collect();
    let (ours, theirs) = (rest(&ours), rest(&theirs));
    format!("{common}<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n")
}

#[test]
fn a_reviewer_reads_what_a_migration_means() {
    let mut drops = entry("2_drop_nick", "drops the column users.nick");
    drops.compatibility.verdict = Verdict::Breaking;
    drops.settings.lock_timeout = Some(Duration::from_secs(5));
    drops.notes = vec![Note { rule: None, text: "up.sql:3:1: is slow".to_owned() }];
    let text = lock(&[]).with(Section {
        dialect: Dialect::Sqlite,
        inference: 1,
        entries: vec![entry("1_a", "new table users"), drops.clone()],
    });
    let mut declared = drops;
    declared.settings.compatibility = DeclaredCompatibility::Compatible;
    let column = Loss::Column { table: vec!["users".to_owned()], column: "e \"mail".to_owned() };
    declared.reversibility.reversal = ReversalVerdict::Lossy(Losses::Known(vec![column]));
    declared.reversibility.reason = Reason::inferred("drops it (all)", None);
    declared.files.down = Some(FileSum::of("SELECT -1"));
    declared.files.metadata = Some(FileSum::of(""));
    let rule = Some(Rule::WrongDeclarations);
    declared.notes = vec![Note { rule, text: "up.sql:3:1: does not\tfit".to_owned() }];
    let entries = vec![declared];
    let text = text.with(Section { dialect: Dialect::Postgres, inference: 12, entries });
    let expected = include_str!("golden.lock");
    assert_eq!(text.to_string(), expected);
    assert_eq!(LockFile::parse(expected), Ok(text));
}

#[test]
fn line_ends_and_byte_order_marks_change_nothing() {
    let lock = lock(&["1_a", "2_b"]);
    let text = lock.to_string();
    assert_eq!(LockFile::parse(&text.replace('\n', "\r\n")), Ok(lock.clone()));
    assert_eq!(LockFile::parse(&format!("\u{feff}{text}")), Ok(lock));
    assert_eq!(FileSum::of("a\r\nb\r"), FileSum::of("a\nb\r"));
    assert_ne!(FileSum::of("a\nb"), FileSum::of("ab"));
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let text = lock(&["1_a", "2_b"]).to_string();
    let after = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        LockFile::parse(&changed).expect_err(to).to_string()
    };
    for (from, to, expected) in [
        ("only adds", "adds", "9:1: the digest is not that of the lines above"),
        ("compatible", "harmless", "6:7: this compatibility is not understood"),
        ("reversible", "fine", "6:42: this reversibility is not understood"),
        ("1\t1_a", "2\t1_a", "6:1: this is not the version of the name behind it"),
        ("1\t1_a", "3\t3_a", "7:1: the migrations are not in the order of their versions"),
        ("checksum 0", "checksum x", "6:88: this is no checksum"),
        ("[sqlite]", "[oracle]", "5:1: this section is not understood"),
        ("[sqlite] inference 1\n", "", "5:1: a migration stands before the first section"),
        ("[format] 1", "[format] 2", "3:1: the format is 2, which this version of dbmig"),
        ("[format] 1\n", "", "4:1: this is no lock file of dbmig"),
    ] {
        let found = after(from, to);
        assert!(found.starts_with(&format!("dbmig.lock:{expected}")), "{from}: {found}");
        assert!(found.contains("cargo dbmig lock"), "{found}");
    }
    let at = text.find("[digest]").expect("a digest");
    let cut = LockFile::parse(&text[..at]).expect_err("no digest");
    assert_eq!((cut.position.line, cut.kind), (9, ParseErrorKind::NoDigest));
    let more = LockFile::parse(&format!("{text}1\t1_a\n")).expect_err("more");
    assert!(more.to_string().contains("nothing stands behind the digest"), "{more}");
}

#[test]
fn a_conflict_says_who_has_added_what() {
    let before = lock(&["1_a"]);
    let (ours, theirs) = (lock(&["1_a", "4_ours", "6_ours"]), lock(&["1_a", "5_theirs"]));
    let text = merged(&ours, &theirs);
    let error = LockFile::parse(&text).expect_err("a conflict");
    assert_eq!((error.position.line, &error.kind), (7, &ParseErrorKind::Conflict));
    assert!(error.to_string().contains("run `cargo dbmig lock`"), "{error}");
    let late = late_in_merge(&sides(&text).expect("a conflict"));
    let named: Vec<_> = late.iter().map(|it| (it.name.as_str(), it.newest.as_str())).collect();
    assert_eq!(named, [("4_ours", "5_theirs"), ("5_theirs", "6_ours")]);
    assert_eq!(sides(&ours.to_string()), None);
    assert_eq!(super::late(&before, &ours), []);
    let late = super::late(&theirs, &lock(&["1_a", "4_ours", "5_theirs"]));
    assert_eq!((late[0].name.as_str(), late[0].newest.as_str()), ("4_ours", "5_theirs"));
    // With the base in between, as `merge.conflictStyle = diff3` has it, nothing else is said.
    let base = "||||||| base\n9\t9_base\n=======\n";
    let with_base = text.replace("=======\n", base);
    assert_eq!(sides(&with_base), sides(&text));
}

#[test]
fn a_change_is_named() {
    let before = lock(&["1_a", "2_b", "3_c", "4_d"]);
    let mut after = lock(&["1_a", "2_b", "3_c", "5_e"]);
    after.sections[0].entries[1].files.down = Some(FileSum::of("SELECT -1"));
    after.sections[0].entries[2].compatibility.verdict = Verdict::Breaking;
    let found = changes(&before, &after);
    let found: Vec<_> = found.iter().map(|change| (change.name.as_str(), change.what)).collect();
    let expected = [
        ("2_b", What::File("down.sql")),
        ("3_c", What::Meaning),
        ("4_d", What::Removed),
        ("5_e", What::Added),
    ];
    assert_eq!(found, expected);
    assert_eq!(changes(&before, &before), []);
}

/// Whatever SQL, names of directories and messages hold.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,12}", "[ ()\\\\\t\n\r:;a\"#\\[<=>|1]{0,12}", "x \\(up\\.sql:1:1\\)"]
}

fn any_settings() -> impl Strategy<Value = Settings> {
    let compatibility = prop_oneof![
        Just(DeclaredCompatibility::Undeclared),
        Just(DeclaredCompatibility::Compatible),
        Just(DeclaredCompatibility::AfterRestart),
        Just(DeclaredCompatibility::Breaking)
    ];
    let reversible = prop_oneof![
        Just(DeclaredReversibility::Undeclared),
        Just(DeclaredReversibility::Yes),
        Just(DeclaredReversibility::Lossy),
        Just(DeclaredReversibility::No)
    ];
    let time = || proptest::option::of((1u64..1 << 31).prop_map(Duration::from_millis));
    let retries = proptest::option::of(any::<u32>());
    (any::<[bool; 2]>(), compatibility, reversible, time(), time(), retries).prop_map(
        |([statements, off], compatibility, reversible, lock, statement, retries)| Settings {
            execution: if statements { Execution::Statements } else { Execution::Transaction },
            compatibility,
            reversible,
            foreign_keys: if off { ForeignKeys::Off } else { ForeignKeys::Unchanged },
            lock_timeout: lock,
            statement_timeout: statement,
            retries,
        },
    )
}

fn any_reason() -> impl Strategy<Value = Reason> {
    let place = (1u32..99, 1u32..99).prop_map(|(line, column)| Position { line, column });
    (any_text(), proptest::option::of(place))
        .prop_map(|(reason, position)| Reason::inferred(reason, position))
}

fn any_loss() -> impl Strategy<Value = Loss> {
    let table = || proptest::collection::vec(any_text(), 1..3);
    prop_oneof![
        table().prop_map(Loss::Table),
        (table(), any_text()).prop_map(|(table, column)| Loss::Column { table, column })
    ]
}

fn any_reversal() -> impl Strategy<Value = ReversalVerdict> {
    prop_oneof![
        Just(ReversalVerdict::Restores),
        Just(ReversalVerdict::Impossible),
        Just(ReversalVerdict::Lossy(Losses::Unknown)),
        proptest::collection::vec(any_loss(), 1..3)
            .prop_map(|all| ReversalVerdict::Lossy(Losses::Known(all)))
    ]
}

fn any_entry() -> impl Strategy<Value = LockEntry> {
    let rule = prop_oneof![Just(None), Just(Some(Rule::BrokenDowns))];
    let note = (rule, any_text()).prop_map(|(rule, text)| Note { rule, text });
    let sum = || any::<[u8; 16]>().prop_map(FileSum);
    let files = (sum(), proptest::option::of(sum()), proptest::option::of(sum()))
        .prop_map(|(up, down, metadata)| FileSums { up, down, metadata });
    let verdict = prop_oneof![
        Just(Verdict::Compatible),
        Just(Verdict::CompatibleAfterRestart),
        Just(Verdict::Breaking)
    ];
    let compatibility =
        (verdict, any_reason()).prop_map(|(verdict, reason)| Compatibility { verdict, reason });
    let reversibility = (any_reversal(), any_reason())
        .prop_map(|(reversal, reason)| Reversibility { reversal, reason });
    let notes = proptest::collection::vec(note, 0..3);
    let name = (any_text(), any_text()).prop_map(|(version, name)| format!("{version}_{name}"));
    let name = name.prop_filter("a version", |name| Version::of_directory(name).is_ok());
    (name, any_settings(), compatibility, reversibility, notes, any::<[u8; 32]>(), files).prop_map(
        |(name, settings, compatibility, reversibility, notes, checksum, files)| LockEntry {
            version: Version::of_directory(&name).expect("filtered"),
            name,
            settings,
            compatibility,
            reversibility,
            notes,
            checksum: Checksum::from_bytes(checksum),
            files,
        },
    )
}

fn any_lock() -> impl Strategy<Value = LockFile> {
    let section = |dialect| {
        let entries = proptest::collection::vec(any_entry(), 0..4);
        let section = (entries, any::<u32>()).prop_map(move |(mut entries, inference)| {
            entries.sort_by(|a, b| a.version.cmp(&b.version));
            entries.dedup_by(|a, b| a.version == b.version);
            Section { dialect, inference, entries }
        });
        proptest::option::of(section)
    };
    Dialect::ALL
        .map(section)
        .prop_map(|sections| LockFile { sections: sections.into_iter().flatten().collect() })
}

proptest! {
    #[test]
    fn what_is_written_is_read(lock in any_lock()) {
        let text = lock.to_string();
        prop_assert_eq!(LockFile::parse(&text).map_err(|error| format!("{error}\n{text}")), Ok(lock));
    }

    /// However few the changes, their digests differ on one line.
    #[test]
    fn two_changes_always_meet(lock in any_lock(), ours in any_entry(), theirs in any_entry()) {
        prop_assume!(ours.version != theirs.version);
        let with = |entry: &LockEntry| {
            let section = Section { dialect: Dialect::Mysql, inference: 1, entries: vec![entry.clone()] };
            lock.clone().with(section).to_string()
        };
        let (ours, theirs) = (with(&ours), with(&theirs));
        prop_assert_ne!(ours.lines().last(), theirs.lines().last());
    }

    #[test]
    fn no_text_makes_it_panic(text in any_text(), line in 0usize..9) {
        let whole = lock(&["1_a", "2_b"]).to_string();
        let mut lines: Vec<&str> = whole.lines().collect();
        if let Some(line) = lines.get_mut(line) { *line = &text; }
        let _ = LockFile::parse(&lines.join("\n"));
        let _ = sides(&lines.join("\n"));
    }
}
