//! What this program is called.

use std::ffi::OsStr;
use std::path::Path;

use clap::Command;

/// How a person calls `command` of this process.
pub(super) fn program(command: &Command) -> String {
    let executable = executable();
    match command.get_name() {
        // A program of the app's that is nothing else.
        name if name == executable => executable,
        name => format!("{executable} {name}"),
    }
}

/// The name of the file that runs.
pub(super) fn executable() -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&path).file_stem().unwrap_or(OsStr::new("app"));
    name.to_string_lossy().into_owned()
}
