//! How many instructions a program executes: the same each time within a few thousandths, however
//! busy the machine is.

use std::process::{Command, Stdio};

/// Counts the instructions of a program that must succeed, with valgrind's cachegrind, which is twice
/// as fast as callgrind; the kernel's own counters are not to be had in a container or a virtual
/// machine.
///
/// The program gets of the environment what is set on `command`.
#[track_caller]
pub fn instructions(command: &Command) -> u64 {
    let told = valgrind(
        command,
        &["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"],
    );
    number_after(&told, "refs:")
}

/// Counts how often it asks for memory on the heap.
#[track_caller]
pub fn allocations(command: &Command) -> u64 {
    let told =
        valgrind(command, &["--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"]);
    number_after(&told, "total heap usage:")
}

/// What valgrind has told.
#[track_caller]
fn valgrind(command: &Command, options: &[&str]) -> String {
    let folder = crate::folder();
    let log = folder.path().join("valgrind.log");
    let mut valgrind = Command::new("valgrind");
    valgrind.arg(format!("--log-file={}", log.display())).args(options);
    valgrind.arg(command.get_program()).args(command.get_args()).env_clear();
    valgrind.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        valgrind.current_dir(folder);
    }
    let output = valgrind.stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("valgrind: {error}. Install it (Debian: `apt-get install valgrind`)")
    });
    let told = std::fs::read_to_string(log).unwrap_or_default();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}\n{told}", output.status);
    told
}

#[track_caller]
fn number_after(told: &str, words: &str) -> u64 {
    let rest = told.split_once(words).map(|(_, rest)| rest.trim_start());
    let number = rest.and_then(|rest| rest.split_whitespace().next());
    let number = number.and_then(|number| number.replace(',', "").parse().ok());
    number.unwrap_or_else(|| panic!("no `{words}` in what valgrind tells:\n{told}"))
}
