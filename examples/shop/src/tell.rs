//! What is printed about the migrations.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

use dbmig_runtime::{Error, Event};

/// Prints what happens, line by line.
pub(crate) fn tell(event: &Event<'_>) {
    match event {
        Event::Connecting { waited, .. } if waited.is_zero() => {}
        Event::Connecting { error, .. } => println!("  {}; trying again", error.gist()),
        Event::StartingOver { error, .. } => println!("  {error}; trying again"),
        Event::Waiting { holder, waited } => {
            let holder = holder.unwrap_or("another process");
            println!("  waiting for {holder}, which is migrating ({} s)", waited.as_secs());
        }
        Event::StepDone { done, .. } => {
            println!("  applied {:<56} {:>7.1} ms", done.name, done.elapsed.as_secs_f64() * 1000.0);
        }
        Event::Retrying { name, message, .. } => println!("  {name}: {message}; trying again"),
        Event::Ready { report, elapsed } => {
            let took = elapsed.as_secs_f64() * 1000.0;
            match (report.done.len(), report.ahead.len()) {
                (0, 0) => println!("the schema is up to date, nothing to migrate ({took:.1} ms)"),
                (0, ahead) => println!("the schema is {ahead} migrations ahead of this version"),
                (done, _) => println!("{done} migrations applied in {took:.1} ms"),
            }
        }
        Event::BreakingAhead { breaking, .. } => {
            eprintln!("warning: it goes on beside what it may not be able to live with:");
            breaking.iter().for_each(|one| eprintln!("  {one}"));
        }
        Event::Stale { restart, breaking } => {
            let names = |names: &[String]| names.join(", ");
            if !restart.is_empty() {
                eprintln!("warning: this process must be restarted: {}", names(restart));
            }
            if !breaking.is_empty() {
                eprintln!("warning: it may not be able to live with {}", names(breaking));
            }
        }
        Event::Failed { error: Error::Cancelled(_) } => {}
        Event::Failed { error } => {
            eprintln!("error: {error}");
            if let Some(remedy) = error.remedy("shop migrate") {
                eprintln!("next: {remedy}");
            }
        }
        _ => {}
    }
}
