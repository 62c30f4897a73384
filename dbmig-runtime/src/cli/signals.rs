//! SIGTERM, Ctrl-C, and a database that does not answer.

use std::time::Duration;

use super::exit::Exit;
use super::output::Output;
use crate::control::Control;

/// Asks the run to stop when the process is asked to end (SIGINT, SIGTERM, SIGHUP; Ctrl-C on
/// Windows), and ends the process at once when that happens again. Both times the exit code is
/// that of [`Exit::TryAgain`].
///
/// It takes the place of what the process did on these signals before. An app that handles them
/// itself calls [`Control::cancel`] instead.
pub fn stop_on_signals(control: &Control, output: Output) {
    let control = control.clone();
    let handled = ctrlc::set_handler(move || {
        if control.is_cancelled() {
            std::process::exit(Exit::TryAgain.code().into());
        }
        control.cancel();
        output.note(
            "stopping: a transaction is rolled back, a statement outside of one is waited for \
             (once more stops at once)",
        );
    });
    if let Err(error) = handled {
        output.warning(format!("signals cannot be handled, so they end the process: {error}"));
    }
}

/// Ends the process when the database has not answered for longer than `patience`: the thread
/// that waits for it cannot be woken.
pub(super) fn end_when_silent(control: &Control, output: Output, patience: Duration) {
    let control = control.clone();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(patience.min(Duration::from_millis(500)));
            let Some(silence) = control.unanswered() else { continue };
            if silence >= patience {
                output.failure(
                    &format!(
                        "the database has not answered for {} s: the connection hangs, or the server does. \
                         What was under way may be in the database or not",
                        silence.as_secs()
                    ),
                    Some("check the network and the server, then run it again: it finds out how far it came"),
                    Exit::TryAgain,
                );
                std::process::exit(Exit::TryAgain.code().into());
            }
        }
    });
}
