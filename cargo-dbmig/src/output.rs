//! What is printed beside the runtime's own output: questions, diffs, scripts.

use std::io::{self, BufRead, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use dbmig_runtime::cli::{Confirmation, Exit, Format, Output, Verbosity};

use crate::Invocation;
use crate::change::FileChange;
use crate::failure::{Failure, Result};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();

/// A line only for those who asked for more.
pub(crate) fn detail(output: Output, text: &str) {
    if output.verbosity == Verbosity::Verbose {
        output.note(text);
    }
}

/// A line of a diff.
pub(crate) fn diff_line(output: Output, line: &str) {
    match line.as_bytes().first() {
        Some(b'+') => output.note(format!("{ADDED}{line}{ADDED:#}")),
        Some(b'-') => output.note(format!("{REMOVED}{line}{REMOVED:#}")),
        _ => output.note(line),
    }
}

/// A change to a file, with its lines.
pub(crate) fn show(change: &FileChange, session: &Invocation) {
    let path = session.project.shown(&change.path);
    session.output.note(format_args!("{} {}", change.verb(), path.display()));
    change.diff().lines().for_each(|line| diff_line(session.output, line));
    session.output.note("");
}

/// A script, which is the result in every format. A closed pipe is no reason to panic.
pub(crate) fn script(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Goes on after a yes, from `--yes` or from the terminal.
pub(crate) fn confirm(output: Output, confirmation: Confirmation, question: &str) -> Result<()> {
    if confirmation == Confirmation::Given {
        return Ok(());
    }
    let can_ask =
        output.format == Format::Human && io::stdin().is_terminal() && io::stderr().is_terminal();
    if !can_ask {
        return Err(Failure::usage("nothing was done: there is no terminal to ask on")
            .help("add --yes if that is what you want, or --dry-run to see what would be done"));
    }
    let mut stderr = anstream::stderr();
    let mut answer = String::new();
    write!(stderr, "{question} [y/N] ")
        .and_then(|()| stderr.flush())
        .and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(|error| Failure::failed(format!("cannot ask: {error}")))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure {
            exit: Exit::Refused,
            message: "not confirmed, so nothing was done".to_owned(),
            help: None,
        }),
    }
}
