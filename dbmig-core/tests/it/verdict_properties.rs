//! Laws of the verdicts on generated and on arbitrary text.
#![cfg(feature = "infer")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use dbmig_core::embed::migrations;
use dbmig_core::impact::{ImpactText, Losses, ReversalVerdict, Verdict};
use dbmig_core::infer::{Inferred, infer};
use dbmig_core::migration::{Body, Down, Script, SqlBody};
use dbmig_core::sql::split;
use dbmig_core::{Dialect, Migration};
use proptest::prelude::*;

use crate::cases;

fn judge(dialect: Dialect, text: &str) -> Inferred {
    let script = || Script { path: "x.sql".into(), text: text.to_owned().into() };
    let [migration] = migrations(&["1", "1", "", "", "", "", ""], &[0; 32], &[]);
    let body = Body::Sql(SqlBody { up: script(), down: Down::Script(script()) });
    infer(dialect, &[Migration { body, ..migration }]).pop().unwrap()
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(Dialect::ALL.to_vec())
}

/// Words of the golden cases, in any order.
fn soup() -> impl Strategy<Value = (Dialect, String)> {
    dialect().prop_flat_map(|dialect| {
        let text = cases::text(dialect, "up.sql");
        let words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
        let soup = prop::collection::vec(prop::sample::select(words), 0..30);
        (Just(dialect), soup.prop_map(|words| words.join(" ")))
    })
}

/// A golden case that ends in no comment.
fn golden() -> impl Strategy<Value = (Dialect, String)> {
    dialect().prop_flat_map(|dialect| {
        let mut all = cases::cases(dialect, "up.sql");
        all.retain(|case| {
            ["compatible", "compatible_after_restart", "breaking"].contains(&case.verdict.as_str())
        });
        all.retain(|case| !case.flags.contains(&"alone".to_owned()) && !case.expected.is_empty());
        let texts: Vec<_> = all.into_iter().map(|case| case.sql).collect();
        (Just(dialect), prop::sample::select(texts))
    })
}

fn keeps_the_laws(dialect: Dialect, text: &str) -> Result<(), TestCaseError> {
    let found = judge(dialect, text);
    // What panics is caught, and said like this.
    prop_assert!(!found.compatibility.reason.text.contains("could not be read"), "{}", text);
    let read = ImpactText::from_history(found.impact().as_str().to_owned());
    prop_assert_eq!(read.compatibility(), found.compatibility);
    prop_assert_eq!(read.reversibility(), found.reversibility);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text((dialect, text) in (dialect(), any::<String>())) {
        keeps_the_laws(dialect, &text)?;
    }

    #[test]
    fn any_words((dialect, text) in soup()) {
        keeps_the_laws(dialect, &text)?;
    }

    /// Whatever else a script does, dropping an old table is not made good by it.
    #[test]
    fn nothing_hides_a_drop((dialect, text) in golden()) {
        let both = format!("{text}\nDROP TABLE never_made;");
        prop_assume!(split(dialect, &both).is_ok() && !text.contains("DELIMITER"));
        let found = judge(dialect, &both);
        prop_assert_eq!(found.compatibility.verdict, Verdict::Breaking, "{}", both);
        prop_assert!(found.breaks.is_some());
        let lost = !matches!(found.reversibility.reversal, ReversalVerdict::Restores | ReversalVerdict::Impossible);
        prop_assert!(lost, "{}", both);
        if let ReversalVerdict::Lossy(Losses::Known(losses)) = found.reversibility.reversal {
            prop_assert!(losses.iter().any(|loss| loss.to_string() == "table never_made"));
        }
    }

    /// Comments, and where lines end, change nothing.
    #[test]
    fn blind_to_comments((dialect, text) in golden()) {
        let commented = format!("-- first\n/* DROP TABLE users; */ {text} -- last");
        prop_assume!(!text.contains("DELIMITER"));
        let (plain, commented) = (judge(dialect, &text), judge(dialect, &commented));
        prop_assert_eq!(plain.compatibility.verdict, commented.compatibility.verdict);
        prop_assert_eq!(plain.compatibility.reason.text, commented.compatibility.reason.text);
        prop_assert_eq!(plain.reversibility.reversal, commented.reversibility.reversal);
    }
}
