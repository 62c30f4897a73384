//! The one place that writes to the terminal.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::exit::Exit;
use super::json;
use crate::error::Error;
use crate::url::without_urls;

/// For people or for programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Tables and lines.
    #[default]
    Human,
    /// One JSON object on standard output.
    Json,
}

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Results and errors only.
    Quiet,
    /// What is done.
    #[default]
    Normal,
    /// Each statement, too.
    Verbose,
}

/// Where and how a command tells what it did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Output {
    /// For people or for programs.
    pub format: Format,
    /// How much.
    pub verbosity: Verbosity,
}

/// How a word looks on a terminal that shows colour.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Good,
    Warning,
    Bad,
    Faint,
}

impl Tone {
    const fn style(self) -> Style {
        let color = match self {
            Self::Good => AnsiColor::Green,
            Self::Warning => AnsiColor::Yellow,
            Self::Bad => AnsiColor::Red,
            Self::Faint => return Style::new().dimmed(),
        };
        Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
    }

    pub(super) fn paint(self, text: impl Display) -> String {
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

/// Ends the process as clap would, but for arguments that may hold a password: they are not repeated.
pub fn end_with(error: &clap::Error) -> ! {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let message = without_urls(&error.render().ansi().to_string(), arguments);
    // A closed pipe is no reason to panic.
    let _ = match error.use_stderr() {
        true => write!(anstream::stderr(), "{message}"),
        false => write!(anstream::stdout(), "{message}"),
    };
    process::exit(error.exit_code())
}

impl Output {
    /// A line of a result, on standard output; nothing with JSON.
    pub fn line(&self, text: impl Display) {
        if self.format == Format::Human {
            out(&text);
        }
    }

    /// Many of them, written at once.
    pub(super) fn lines(&self, lines: &[String]) {
        if !lines.is_empty() {
            self.line(lines.join("\n"));
        }
    }

    /// A line about what is going on, on standard error; nothing with `--quiet` or JSON.
    pub fn note(&self, text: impl Display) {
        if self.format == Format::Human && self.verbosity > Verbosity::Quiet {
            err(&text);
        }
    }

    /// A line for `--verbose`, on standard error.
    pub(super) fn detail(&self, text: impl Display) {
        if self.format == Format::Human && self.verbosity == Verbosity::Verbose {
            err(&text);
        }
    }

    /// A warning, on standard error.
    pub fn warning(&self, text: impl Display) {
        if self.verbosity > Verbosity::Quiet {
            err(&format_args!("{} {text}", Tone::Warning.paint("warning:")));
        }
    }

    /// The result for programs; nothing for people.
    pub fn json(&self, value: &impl Serialize) {
        if self.format == Format::Json {
            out(&serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string()));
        }
    }

    /// An error: on standard error for people, on standard output for programs.
    pub fn error(&self, error: &Error, program: &str) -> Exit {
        let exit = Exit::from(error);
        self.failure(&error.to_string(), error.remedy(program).as_deref(), exit);
        exit
    }

    /// An error that is none of the runtime's.
    pub fn failure(&self, message: &str, remedy: Option<&str>, exit: Exit) {
        if self.format == Format::Json {
            self.json(&json::FailureRow::new(message, remedy, exit));
        }
        self.tell_error(message, remedy);
    }

    /// Tells people of an error and its remedy; nothing with `--json`.
    pub(super) fn tell_error(&self, message: &str, remedy: Option<&str>) {
        if self.format == Format::Json {
            return;
        }
        err(&format_args!("{} {message}", Tone::Bad.paint("error:")));
        if let Some(remedy) = remedy {
            err(&format_args!("{} {remedy}", Tone::Good.paint("next:")));
        }
    }

    /// Whether a moving progress line makes sense.
    pub(super) fn is_live(&self) -> bool {
        self.format == Format::Human
            && self.verbosity == Verbosity::Normal
            && std::io::stderr().is_terminal()
            && anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
    }
}

/// A closed pipe (`| head`) is no reason to panic.
fn out(text: &dyn Display) {
    let _ = match anstream::AutoStream::choice(&std::io::stdout()) {
        // As one piece: what takes the colours out line by line writes line by line.
        anstream::ColorChoice::Never => {
            let text = format!("{text}\n");
            let plain = anstream::adapter::strip_str(&text).to_string();
            std::io::stdout().write_all(plain.as_bytes())
        }
        anstream::ColorChoice::Auto
        | anstream::ColorChoice::Always
        | anstream::ColorChoice::AlwaysAnsi => writeln!(anstream::stdout(), "{text}"),
    };
}

/// As one piece: standard error has no buffer, and lines of several processes stay whole.
fn err(text: &dyn Display) {
    let _ = anstream::stderr().write_all(format!("{text}\n").as_bytes());
}
