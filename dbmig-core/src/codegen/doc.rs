//! The documentation of a migration, as an editor shows it.

use std::fmt::Write as _;

use crate::Migration;
use crate::impact::{Compatibility, MUST_BE_RESTARTED, Verdict};
use crate::migration::{Down, Script};

/// Who looks at a name wants a glance; a dump of a schema stays in its file.
const LINES: usize = 100;

/// Markdown with the directory's name, what its SQL means for the previous version, and both
/// scripts.
pub(super) fn of(migration: &Migration) -> String {
    let mut doc = format!("`{}`\n\n{}\n", migration.name, verdict(&migration.compatibility()));
    add(&mut doc, "up.sql", migration.up());
    match migration.down() {
        Down::Script(script) => add(&mut doc, "down.sql", script),
        Down::Missing => doc.push_str("\nNo `down.sql`.\n"),
    }
    doc
}

/// `breaking (3:1): drops the column users.nick`
fn verdict(Compatibility { verdict, reason }: &Compatibility) -> String {
    let place = reason.position.map_or_else(String::new, |place| format!(" ({place})"));
    // In a block of code, nothing in a name is a link or a mark.
    let after = match verdict {
        Verdict::CompatibleAfterRestart => format!("; {MUST_BE_RESTARTED}"),
        Verdict::Compatible | Verdict::Breaking => String::new(),
    };
    let text = format!("{}{place}: {}{after}", verdict.in_words(), reason.text);
    let fence = fence(&text);
    format!("{fence}text\n{}\n{fence}", text.replace(['\n', '\r'], " "))
}

fn add(doc: &mut String, title: &str, script: &Script) {
    let fence = fence(&script.text);
    let lines: Vec<_> = script.text.lines().collect();
    let shown = lines[..lines.len().min(LINES)].join("\n");
    // Writing to a string cannot fail.
    let _ = write!(doc, "\n`{title}`\n{fence}sql\n{shown}\n{fence}\n");
    if lines.len() > LINES {
        let _ = writeln!(doc, "… and {} more lines", lines.len() - LINES);
    }
}

/// Longer than every run of backticks in `text`, so that nothing in it ends the block.
fn fence(text: &str) -> String {
    // Nearly every text, and a build script is compiled without optimization.
    if !text.contains('`') {
        return "```".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat((longest + 1).max(3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::migrations;

    fn doc(up: &'static str, down: Option<&'static str>) -> String {
        let [down_path, down] = down.map_or(["", ""], |text| ["down.sql", text]);
        let impact = "breaking inferred 1:1 drops `a`\nno inferred - x\n";
        let texts = ["1", "1_a", "up.sql", up, down_path, down, impact];
        let [migration] = migrations(&texts, &[0; 32], &[]);
        of(&migration)
    }

    #[test]
    fn both_scripts_are_shown() {
        let expected = "`1_a`\n\n```text\nbreaking (1:1): drops `a`\n```\n\n`up.sql`\n```sql\nSELECT 1;\n```\n\n\
             `down.sql`\n```sql\nSELECT 2;\n```\n";
        assert_eq!(doc("SELECT 1;\r\n", Some("SELECT 2;")), expected);
        assert!(doc("SELECT 1;", None).ends_with("```\n\nNo `down.sql`.\n"));
    }

    #[test]
    fn backticks_do_not_end_the_block() {
        let shown = doc("-- ````\nSELECT `a`", None);
        assert!(shown.contains("\n`````sql\n-- ````\nSELECT `a`\n`````\n"), "{shown}");
    }

    #[test]
    fn a_long_script_is_cut() {
        let shown = doc("SELECT 1;\n".repeat(250).leak(), None);
        assert_eq!(shown.matches("SELECT 1;").count(), LINES);
        assert!(shown.contains("```\n… and 150 more lines\n"), "{shown}");
    }
}
