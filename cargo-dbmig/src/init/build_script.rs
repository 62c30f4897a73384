//! The build script, which makes cargo notice every change of the migrations.

use std::fs;

use toml_edit::Item;

use super::Target;
use crate::change::SetupStep;
use crate::failure::{Failure, Result};

pub(super) fn step(target: &Target<'_>) -> Result<SetupStep> {
    let manifest = target.manifest;
    let package = manifest.document.get("package");
    let named = package.and_then(|package| package.get("build")).and_then(Item::as_str);
    let path = target.folder().join(named.unwrap_or("build.rs"));
    let template = super::rendered(BUILD, target);
    if !path.is_file() {
        return Ok(SetupStep::create(path, template));
    }
    let text = fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
    if text.contains("dbmig_core") {
        return Ok(SetupStep::Nothing);
    }
    let call = body_of_main(&template);
    Ok(match with_call(&text, &call) {
        Some(after) => SetupStep::edit(&path, &text, after),
        None => SetupStep::ByHand(format!(
            "call this in `main` of {}:\n{}",
            path.display(),
            call.trim_end()
        )),
    })
}

pub(super) const BUILD: &str = include_str!("../../templates/build.rs");

/// The lines between `fn main() {` and its `}`.
fn body_of_main(script: &str) -> String {
    let after = script.lines().skip_while(|line| !is_main(line)).skip(1);
    after.take_while(|line| *line != "}").map(|line| format!("{line}\n")).collect()
}

/// `script` with `call` as the first thing that its `main` does, where that is plainly to be seen.
fn with_call(script: &str, call: &str) -> Option<String> {
    let mut mains = script.split_inclusive('\n').enumerate().filter(|(_, line)| is_main(line));
    let (index, _) = mains.next()?;
    if mains.next().is_some() {
        return None;
    }
    let lines = script.split_inclusive('\n');
    Some(
        lines
            .enumerate()
            .map(|(at, line)| if at == index { format!("{line}{call}") } else { line.to_owned() })
            .collect(),
    )
}

/// A line that opens `main` and ends there.
fn is_main(line: &str) -> bool {
    line.starts_with("fn main()") && line.trim_end().ends_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_is_the_body_of_the_template() {
        let body = body_of_main(BUILD);
        assert!(body.contains("dbmig_core"), "{body}");
        assert!(!body.contains("fn main"));
    }

    #[test]
    fn a_plain_main_is_edited() {
        let call = "    call();\n";
        assert_eq!(
            with_call("// why\nfn main() {\n    old();\n}\n", call).unwrap(),
            "// why\nfn main() {\n    call();\n    old();\n}\n"
        );
        let fallible = "fn main() -> Result<(), Box<dyn Error>> {\n    Ok(())\n}\n";
        assert!(with_call(fallible, call).unwrap().contains("{\n    call();\n    Ok"));
    }

    #[test]
    fn anything_else_is_left_to_a_person() {
        assert_eq!(with_call("fn main() {}\n", "x"), None);
        assert_eq!(with_call("#[tokio::main]\nasync fn main() {\n}\n", "x"), None);
        assert_eq!(with_call("fn main()\n{\n}\n", "x"), None);
    }
}
