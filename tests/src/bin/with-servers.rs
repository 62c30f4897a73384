//! `with-servers COMMAND..` runs a command whose processes share one server of each kind, and exits
//! as it does. The servers end with this process, however it ends.

use std::env;
use std::process::{Command, ExitCode};

use dbmig_tests::servers::Held;

fn main() -> ExitCode {
    let mut words = env::args_os().skip(1);
    let program = words.next().unwrap_or_else(|| panic!("usage: with-servers COMMAND.."));
    let servers = Held::start();
    let mut command = Command::new(&program);
    command.args(words);
    servers.lend(&mut command);
    let status = command.status().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
