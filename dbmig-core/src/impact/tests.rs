use super::*;
use crate::Dialect;

fn reason(basis: Basis, reason: &str, position: Option<(u32, u32)>) -> Reason {
    let position = position.map(|(line, column)| Position { line, column });
    Reason { basis, text: reason.to_owned(), position }
}

#[test]
fn what_is_written_is_read() {
    let losses = vec![
        Loss::Table(vec!["audit".to_owned(), "a\tb\\n\nc".to_owned()]),
        Loss::Column { table: vec!["users".to_owned()], column: "e mail".to_owned() },
    ];
    let reversals = [
        ReversalVerdict::Restores,
        ReversalVerdict::Impossible,
        ReversalVerdict::Lossy(Losses::Unknown),
        ReversalVerdict::Lossy(Losses::Known(losses)),
    ];
    for reversal in reversals {
        for basis in Basis::ALL {
            for verdict in Verdict::ALL {
                let because = |why, place| reason(basis, why, place);
                let why = because("drops\nwhat \\ is there", Some((3, 14)));
                let compatibility = Compatibility { verdict, reason: why };
                let reversibility =
                    Reversibility { reversal: reversal.clone(), reason: because("", None) };
                let impact = ImpactText::new(&compatibility, &reversibility);
                assert_eq!(impact.compatibility(), compatibility, "{impact:?}");
                assert_eq!(impact.reversibility(), reversibility, "{impact:?}");
            }
        }
    }
}

#[test]
fn who_must_restart_is_told_so() {
    let why = reason(Basis::Inferred, "a wider type of a.b", Some((3, 1)));
    let compatibility = Compatibility { verdict: Verdict::CompatibleAfterRestart, reason: why };
    assert_eq!(
        compatibility.to_string(),
        "compatible after a restart: a wider type of a.b (up.sql:3:1); processes that run now must \
         be restarted"
    );
    // MySQL's column.
    assert!(Verdict::ALL.iter().all(|verdict| verdict.stored().len() <= 16));
}

#[test]
fn what_is_not_understood_is_the_worst() {
    let unread = ImpactText::UNREAD;
    let texts = ["", "fine", "compatible", "Compatible inferred - x\nYes inferred - x", "\n\n"];
    for text in texts {
        let impact = ImpactText::from_history(text.to_owned());
        assert_eq!(impact.compatibility(), unread.compatibility(), "{text:?}");
        assert_eq!(impact.reversibility(), unread.reversibility(), "{text:?}");
    }
    // A newer dbmig may know of more that can be lost.
    let newer = "compatible inferred - x\nlossy inferred - x\ntable\ta\nrows\tb\n";
    let reversibility = ImpactText::from_history(newer.to_owned()).reversibility();
    assert_eq!(reversibility.reversal, ReversalVerdict::Lossy(Losses::Unknown));
}

#[test]
fn losses_are_counted_in_the_words_of_the_database() {
    let column = Loss::Column { table: vec!["a b".into(), "c".into()], column: "d".into() };
    let counted = column.count(Dialect::Postgres);
    assert!(counted.contains(r#"row_security_active('"a b"."c"'::pg_catalog.text)"#), "{counted}");
    assert!(counted.ends_with(r#" FROM "a b"."c" WHERE "d" IS NOT NULL"#), "{counted}");
    let table = Loss::Table(vec!["t".into()]);
    assert_eq!(table.count(Dialect::Mysql), "SELECT CAST(COUNT(*) AS CHAR) FROM `t`");
    assert_eq!(column.to_string(), "column a b.c.d");
}
