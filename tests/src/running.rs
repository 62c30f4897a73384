//! Programs while they run.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

use crate::eventually;
use crate::project::Output;

/// Asks a process to end, as a service manager does.
#[track_caller]
pub fn terminate(process: &Child) {
    kill_process(Pid::from_child(process), Signal::TERM).unwrap();
}

/// A program whose output is heard while it runs.
#[derive(Debug)]
pub struct Running {
    process: Child,
    out: Heard,
    err: Heard,
}

#[derive(Debug)]
struct Heard {
    text: Arc<Mutex<String>>,
    listener: JoinHandle<()>,
}

impl Heard {
    fn on(pipe: Option<impl Read + Send + 'static>) -> Self {
        let pipe = BufReader::new(pipe.expect("a pipe"));
        let text = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&text);
        let listener = std::thread::spawn(move || {
            for line in pipe.lines().map_while(Result::ok) {
                let mut text = heard.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self { text, listener }
    }

    fn now(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    fn all(self) -> String {
        self.listener.join().unwrap();
        self.text.lock().unwrap().clone()
    }
}

impl Running {
    /// Listens to a process that was started with both its outputs as pipes.
    pub fn listen(mut process: Child) -> Self {
        let (out, err) = (Heard::on(process.stdout.take()), Heard::on(process.stderr.take()));
        Self { process, out, err }
    }

    /// The process.
    pub fn process(&self) -> &Child {
        &self.process
    }

    /// Waits until it has said `text`.
    #[track_caller]
    pub fn says(&self, text: &str) {
        let what = format!("it says {text:?}");
        eventually(&what, || self.out.now().contains(text) || self.err.now().contains(text));
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Output {
        let code = ExitStatus::code(&self.process.wait().unwrap());
        Output { code, stdout: self.out.all(), stderr: self.err.all() }
    }
}
