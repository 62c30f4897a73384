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
