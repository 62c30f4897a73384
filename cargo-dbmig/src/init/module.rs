//! The module that holds the embedded migrations.

use std::fs;
use std::path::Path;

use super::Target;
use crate::change::SetupStep;
use crate::failure::{Failure, Result};

pub(super) const MODULE: &str = include_str!("../../templates/migrations.rs");

/// `src/migrations.rs`
pub(super) fn file_step(target: &Target<'_>) -> Result<SetupStep> {
    let source = target.folder().join("src");
    for path in [source.join("migrations.rs"), source.join("migrations/mod.rs")] {
        if !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        return Ok(if text.contains("dbmig_runtime") {
            SetupStep::Nothing
        } else {
            SetupStep::ByHand(format!(
                "{} is there and does not embed the migrations; put this into it or into another \
                 module:\n{}",
                path.display(),
                super::rendered(MODULE, target).trim_end()
            ))
        });
    }
    Ok(SetupStep::create(source.join("migrations.rs"), super::rendered(MODULE, target)))
}

/// `mod migrations;` in the library, else in the program.
pub(super) fn declaration_step(target: &Target<'_>) -> Result<SetupStep> {
    let roots = [("src/lib.rs", "pub mod migrations;"), ("src/main.rs", "mod migrations;")]
        .map(|(path, line)| (target.folder().join(path), line));
    for (path, _) in &roots {
        if is_declared(path)? {
            return Ok(SetupStep::Nothing);
        }
    }
    for (path, line) in roots {
        if !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
        return Ok(match with_declaration(&text, line) {
            Some(after) => SetupStep::edit(&path, &text, after),
            None => SetupStep::ByHand(format!("add `{line}` to {}", path.display())),
        });
    }
    Ok(SetupStep::ByHand(
        "add `mod migrations;` to the file that cargo compiles; there is neither src/main.rs nor \
         src/lib.rs"
            .to_owned(),
    ))
}

fn is_declared(path: &Path) -> Result<bool> {
    if !path.is_file() {
        return Ok(false);
    }
    let text = fs::read_to_string(path).map_err(Failure::io("read", path))?;
    let declared = |line: &str| {
        let line = line.trim();
        let item = line.find("mod migrations").map(|at| (&line[..at], &line[at + 14..]));
        item.is_some_and(|(before, after)| {
            !before.contains("//") && after.trim_start().starts_with([';', '{'])
        })
    };
    Ok(text.lines().any(declared))
}

/// `text` with `line` in front of its first item. `None` where an attribute of the file spans
/// lines, so that its end is not plainly to be seen.
fn with_declaration(text: &str, line: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let head = head_of(&lines)?;
    let (before, after) = lines.split_at(head);
    let mut edited = before.concat();
    if before.last().is_some_and(|last| !last.trim().is_empty()) {
        edited += "\n";
    }
    edited += line;
    edited += "\n";
    let next = after.first().map_or("", |next| next.trim_start());
    let is_module = next.starts_with("mod ") || next.starts_with("pub mod ");
    if !next.is_empty() && !is_module {
        edited += "\n";
    }
    edited += &after.concat();
    Some(edited)
}

/// How many lines are the file's own comments and attributes.
fn head_of(lines: &[&str]) -> Option<usize> {
    let mut head = 0;
    for (index, line) in lines.iter().enumerate() {
        let line = line.trim();
        if line.starts_with("#![") && !line.ends_with(']') || line.starts_with("/*") {
            return None;
        }
        let is_shebang = index == 0 && line.starts_with("#!") && !line.starts_with("#![");
        if line.starts_with("#![") || line.starts_with("//!") || line.is_empty() || is_shebang {
            head = index + 1;
        } else if !line.starts_with("//") || line.starts_with("///") {
            break;
        }
    }
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str) -> Option<String> {
        with_declaration(text, "mod migrations;")
    }

    #[test]
    fn the_declaration_goes_before_the_first_item() {
        for (before, after) in [
            ("", "mod migrations;\n"),
            ("fn main() {}\n", "mod migrations;\n\nfn main() {}\n"),
            ("mod a;\n\nfn main() {}\n", "mod migrations;\nmod a;\n\nfn main() {}\n"),
            ("//! Docs.\n#![x]\n\nuse a;\n", "//! Docs.\n#![x]\n\nmod migrations;\n\nuse a;\n"),
            ("//! Docs.\nfn f() {}\n", "//! Docs.\n\nmod migrations;\n\nfn f() {}\n"),
            (
                "// Licence.\n\n#[cfg(x)]\nmod a;\n",
                "// Licence.\n\nmod migrations;\n\n#[cfg(x)]\nmod a;\n",
            ),
            ("// About f.\nfn f() {}\n", "mod migrations;\n\n// About f.\nfn f() {}\n"),
            ("/// About f.\nfn f() {}\n", "mod migrations;\n\n/// About f.\nfn f() {}\n"),
        ] {
            assert_eq!(edited(before).as_deref(), Some(after));
        }
        assert_eq!(edited("#![warn(\n    x\n)]\nfn main() {}\n"), None);
    }

    #[test]
    fn a_declaration_is_seen_in_every_usual_form() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.rs");
        let declared = |text: &str| {
            fs::write(&path, text).unwrap();
            is_declared(&path).unwrap()
        };
        assert!(declared("pub(crate) mod migrations;\n"));
        assert!(declared("mod migrations {\n}\n"));
        assert!(!declared("mod migrations_old;\n// mod migrations;\n"));
    }
}
