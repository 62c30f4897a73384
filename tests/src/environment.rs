//! The environment of the programs that tests start.

use std::env;
use std::process::Command;

/// What a program may see of the environment that the tests were started in. All else is taken
/// away: a `DATABASE_URL`, `PGHOST`, `NO_COLOR` or `CARGO_..` of a developer or of CI would decide
/// a test's outcome.
const KEPT: [&str; 9] = [
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
];

/// Leaves `command` only the environment variables that every machine has.
pub fn clean(command: &mut Command) -> &mut Command {
    command.env_clear();
    command.envs(KEPT.iter().filter_map(|name| env::var_os(name).map(|value| (*name, value))));
    command.env("LC_ALL", "C.UTF-8").env("TZ", "UTC")
}
