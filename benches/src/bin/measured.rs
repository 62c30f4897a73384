//! `measured FILE PROGRAM ARGUMENT..`: runs a program and writes into a file what it took: nanoseconds,
//! microseconds of processor time, and KiB of memory at its peak.
//!
//! A process of its own, because Linux lets a child begin with its parent's peak: this one links
//! nothing, so that what it hands down is less than any program needs.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on panics")]

use std::process::{Command, ExitCode};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let file = arguments.next().expect("a file");
    let mut program = Command::new(arguments.next().expect("a program"));
    let begun = Instant::now();
    let status = program.args(arguments).status().expect("the program starts");
    let wall = begun.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the usage of the program");
    let [user, system] = [usage.user_time(), usage.system_time()];
    let cpu = (user.tv_sec() + system.tv_sec()) * 1_000_000 + user.tv_usec() + system.tv_usec();
    let figures = format!("{} {cpu} {}", wall.as_nanos(), usage.max_rss());
    std::fs::write(file, figures).expect("the file can be written");
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
