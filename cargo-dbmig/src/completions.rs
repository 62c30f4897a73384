//! `cargo dbmig completions`

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};

use crate::args::{Cargo, Cli};

/// Hands `cargo dbmig ..` to our function and everything else to whoever completed it before.
const BASH_HOOK: &str = include_str!("completions.bash");

const BASH_NAME: &str = "cargo_dbmig";

/// The script for `shell`, for `cargo dbmig` as far as the shell lets a subcommand in, and for
/// `cargo-dbmig`.
pub(crate) fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => {
            // clap_complete names the functions of subcommands in two ways where there is a `-`.
            let command = Cli::command().name(BASH_NAME).bin_name(BASH_NAME);
            format!("{}\n{BASH_HOOK}", generated(shell, command, BASH_NAME))
        }
        // fish merges what several files say of one command.
        Shell::Fish => generated(shell, Cargo::command(), "cargo"),
        // zsh's own completion of cargo calls `_cargo-dbmig`.
        _ => generated(shell, Cli::command(), "cargo-dbmig"),
    }
}

fn generated(shell: Shell, mut command: Command, name: &str) -> String {
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_completes_the_subcommand_of_cargo() {
        let bash = script(Shell::Bash);
        assert!(bash.contains("complete -F _cargo_with_dbmig"));
        // The hook calls what is defined before it, and each choice has its case.
        assert!(bash.contains("\n        _cargo_dbmig cargo-dbmig"));
        assert!(bash.starts_with("_cargo_dbmig()"));
        let choices =
            bash.lines().filter_map(|line| line.trim().strip_prefix("cmd=\"")?.strip_suffix('"'));
        for choice in choices.filter(|choice| !choice.is_empty()) {
            assert!(bash.contains(&format!("        {choice})\n")), "{choice}");
        }
        assert!(script(Shell::Zsh).starts_with("#compdef cargo-dbmig"));
        assert!(script(Shell::Fish).contains("complete -c cargo"));
    }
}
