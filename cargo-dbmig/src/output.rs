//! The one place that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this module is the output")]

use std::io::{self, IsTerminal, Write};

use anstream::{eprint, eprintln, print, println};
use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::args::{Color, Common};
use crate::failure::{Exit, Failure, Result};

/// What the results are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Volume {
    Quiet,
    Normal,
    Verbose,
}

/// Results on standard output, everything else on standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
    volume: Volume,
}

/// What the person said to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// Nobody is there to answer.
    NoTerminal,
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();

impl Output {
    pub(crate) fn new(common: &Common) -> Self {
        match common.color {
            // anstream's own choice: a terminal, and neither NO_COLOR nor TERM=dumb.
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        let format = if common.json { Format::Json } else { Format::Text };
        let volume = match (common.quiet, common.verbose) {
            (true, _) => Volume::Quiet,
            (false, true) => Volume::Verbose,
            (false, false) => Volume::Normal,
        };
        Self { format, volume }
    }

    /// A line of the result, for people.
    pub(crate) fn line(self, text: &str) {
        if self.format == Format::Text && self.volume > Volume::Quiet {
            println!("{text}");
        }
    }

    /// A line only for those who asked for more.
    pub(crate) fn detail(self, text: &str) {
        if self.format == Format::Text && self.volume == Volume::Verbose {
            eprintln!("{text}");
        }
    }

    /// A line of a diff.
    pub(crate) fn diff_line(self, line: &str) {
        match line.as_bytes().first() {
            Some(b'+') => self.line(&format!("{ADDED}{line}{ADDED:#}")),
            Some(b'-') => self.line(&format!("{REMOVED}{line}{REMOVED:#}")),
            _ => self.line(line),
        }
    }

    /// The whole result, for programs.
    pub(crate) fn json(self, value: &Value) {
        if self.format == Format::Json {
            println!("{value}");
        }
    }

    /// Bytes that are the result in every format.
    pub(crate) fn raw(self, text: &str) {
        print!("{text}");
    }

    pub(crate) fn warn(self, text: &str) {
        eprintln!("{WARNING}warning{WARNING:#}: {text}");
    }

    pub(crate) fn failure(self, failure: &Failure) {
        match self.format {
            Format::Json => self.json(&json!({ "error": {
                "message": failure.message,
                "help": failure.help,
                "exit": failure.exit as u8,
            }})),
            Format::Text => {
                eprintln!("{ERROR}error{ERROR:#}: {}", failure.message);
                if let Some(help) = &failure.help {
                    eprintln!("{HELP}help{HELP:#}: {help}");
                }
            }
        }
    }

    /// Asks on the terminal; anything but a `y` or `yes` is a no.
    pub(crate) fn ask(self, question: &str) -> Result<Answer> {
        if self.format == Format::Json || !io::stdin().is_terminal() {
            return Ok(Answer::NoTerminal);
        }
        eprint!("{question} [y/N] ");
        let unanswered = |error| Failure::failed(format!("cannot ask: {error}"));
        io::stderr().flush().map_err(unanswered)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(unanswered)?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(Answer::Yes),
            _ => Ok(Answer::No),
        }
    }

    /// Goes on after a yes, from `--yes` or from the terminal.
    pub(crate) fn confirm(self, common: &Common, question: &str) -> Result<()> {
        if common.yes {
            return Ok(());
        }
        match self.ask(question)? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure { exit: Exit::Refused, ..Failure::failed("nothing was done") }),
            Answer::NoTerminal => Err(Failure::refused(format!(
                "{question} There is no terminal to ask on, so nothing was done"
            ))
            .help("pass --yes to say yes in advance")),
        }
    }
}
