//! `cargo dbmig completions`

use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};

use crate::args::{Cargo, Cli};

/// Hands `cargo dbmig ..` to our function and everything else to whoever completed it before.
const BASH_HOOK: &str = include_str!("completions.bash");

/// The script for `shell`, for `cargo dbmig` as far as the shell lets a subcommand in, and for
/// `cargo-dbmig`.
pub(crate) fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => format!("{}\n{BASH_HOOK}", generated(shell, Cli::command(), "cargo-dbmig")),
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
        // The hook calls what is defined before it.
        assert!(
            bash.contains("\n        _cargo__dbmig cargo-dbmig")
                && bash.starts_with("_cargo__dbmig()")
        );
        assert!(script(Shell::Zsh).starts_with("#compdef cargo-dbmig"));
        assert!(script(Shell::Fish).contains("complete -c cargo"));
    }
}
