//! Options of every command.

use clap::{Args, ValueEnum};

use super::confirm::Confirmation;
use super::output::{Format, Output, Verbosity};
use super::waits::WaitArgs;

/// Options of every command. Their ids are their own: an app that has a `verbose` of another type
/// must not meet ours.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Common options")]
pub struct CommonArgs {
    /// Print one JSON value instead of text
    #[arg(id = "dbmig_json", long = "json", global = true)]
    pub json: bool,
    /// Print results and errors only
    #[arg(
        id = "dbmig_quiet",
        long = "quiet",
        short = 'q',
        global = true,
        conflicts_with = "dbmig_verbose"
    )]
    pub quiet: bool,
    /// Say more: each statement, and which database was chosen and why
    #[arg(id = "dbmig_verbose", long = "verbose", short = 'v', global = true)]
    pub verbose: bool,
    /// When to use colour; `auto` honours NO_COLOR
    #[arg(
        id = "dbmig_color",
        long = "color",
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: Color,
    /// Say yes to every question
    #[arg(id = "dbmig_yes", long = "yes", short = 'y', global = true)]
    pub yes: bool,
    /// How long to wait for what.
    #[command(flatten)]
    pub waits: WaitArgs,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl CommonArgs {
    /// The output that they ask for. Colour is chosen for the whole process.
    pub fn output(&self) -> Output {
        match self.color {
            // anstream's own choice: a terminal, and neither NO_COLOR nor TERM=dumb.
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
        Output {
            format: if self.json { Format::Json } else { Format::Human },
            verbosity: match (self.quiet, self.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Normal,
            },
        }
    }

    /// Whether questions are answered.
    pub const fn confirmation(&self) -> Confirmation {
        if self.yes { Confirmation::Given } else { Confirmation::Ask }
    }
}
