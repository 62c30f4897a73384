//! The shell that watches one server.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::Session;

/// How long a server may take to start, stop or recover, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The commands of one server.
pub(super) struct Programs {
    /// Creates the data folder.
    pub(super) init: Vec<String>,
    /// Serves it in the foreground.
    pub(super) serve: Vec<String>,
    /// Stops the server fastest, leaving no process behind.
    pub(super) quick: Signal,
    /// Who runs it when the tests run as root, the first one that exists: the servers refuse root.
    pub(super) users: [&'static str; 2],
}

/// What a server can be sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signal {
    Int,
    Quit,
    Term,
    Kill,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Int => "INT",
            Self::Quit => "QUIT",
            Self::Term => "TERM",
            Self::Kill => "KILL",
        }
    }
}

/// A server's folder and the shell that watches over it.
#[derive(Debug)]
pub(super) struct Supervisor {
    folder: PathBuf,
    shell: Shell,
}

#[derive(Debug)]
enum Shell {
    /// Ends with this process, by its pipe.
    Own { process: Child, orders: Mutex<Option<ChildStdin>> },
    /// Takes no orders from here.
    OfAnotherProcess,
}

impl Supervisor {
    /// Creates the folder, then the server in it. Does not wait until the server is ready.
    pub(super) fn start(programs: impl FnOnce(&Path) -> Programs) -> Self {
        let folder = tempfile::Builder::new().prefix("dbmig-").tempdir().unwrap().keep();
        let programs = programs(&folder);
        let mut command = Command::new("sh");
        let script = folder.join("supervisor.sh");
        fs::write(&script, text(&folder, &programs)).unwrap();
        command.arg(script);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        crate::environment::clean(&mut command);
        detach(&mut command);
        give_up_root(&mut command, &folder, &programs.users);
        let mut process = command.spawn().expect("`sh` starts");
        let orders = Mutex::new(process.stdin.take());
        Self { folder, shell: Shell::Own { process, orders } }
    }

    /// Of a server that another process has started, and keeps: it is used, never stopped.
    pub(super) fn of_another_process(folder: PathBuf) -> Self {
        Self { folder, shell: Shell::OfAnotherProcess }
    }

    /// Waits until `connect` succeeds; the log if the server ends instead.
    pub(super) fn await_ready(
        &self,
        connect: impl Fn() -> Result<Session, String>,
    ) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Asked before connecting: a server that has ended since is still found next time.
            let runs = self.runs();
            match connect() {
                // A quick server may answer before the shell has noted its number.
                Ok(_) if self.folder.join("pid").exists() => return Ok(()),
                Ok(_) => pause(),
                Err(_) if !runs => return Err(self.log()),
                Err(error) if Instant::now() > deadline => {
                    return Err(format!("{}\n{error}", self.log()));
                }
                Err(_) => pause(),
            }
        }
    }

    /// Sends a signal that ends the server, and waits until it has ended.
    pub(super) fn end(&self, signal: Signal) {
        self.order(signal.name());
        let deadline = Instant::now() + PATIENCE;
        while self.runs() {
            assert!(Instant::now() < deadline, "still runs after {signal:?}:\n{}", self.log());
            pause();
        }
    }

    /// Starts a server again that has ended, and waits until `connect` succeeds.
    pub(super) fn start_again(&self, connect: impl Fn() -> Result<Session, String>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Gone before the order is given, so that whoever waits does not see the old end.
            for file in ["exited", "pid"] {
                let _ = fs::remove_file(self.folder.join(file));
            }
            self.order("start");
            match self.await_ready(&connect) {
                Ok(()) => return,
                // After a kill, what the dead server's children still hold: they end by themselves.
                Err(_) if Instant::now() < deadline => pause(),
                Err(log) => panic!("does not start again. Its log:\n{log}"),
            }
        }
    }

    /// Whether the server has not ended.
    pub(super) fn runs(&self) -> bool {
        !self.folder.join("exited").exists()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn pid(&self) -> u32 {
        let text = fs::read_to_string(self.folder.join("pid")).expect("a started server");
        text.trim().parse().expect("a process number")
    }

    pub(super) fn log(&self) -> String {
        let bytes = fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn order(&self, order: &str) {
        let Shell::Own { orders, .. } = &self.shell else {
            panic!(
                "`{order}` for a server that other tests use, too: start one for this test alone"
            )
        };
        let mut orders = orders.lock().unwrap();
        writeln!(orders.as_mut().unwrap(), "{order}").expect("the supervisor listens");
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Shell::Own { process, orders } = &mut self.shell {
            // The end of the pipe is the order to stop and to clean up.
            *orders.get_mut().unwrap() = None;
            let _ = process.wait();
        }
    }
}

fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

/// In a process group of its own: Ctrl-C at the terminal is for the tests, and the shell must
/// outlive them to clean up.
pub(crate) fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

/// As root, hands the folder over to the server's usual user and runs the shell as that user.
fn give_up_root(command: &mut Command, folder: &Path, users: &[&str]) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    // The owner of what this process has just made is this process's user.
    if fs::metadata(folder).unwrap().uid() != 0 {
        return;
    }
    let ids = users.iter().find_map(|user| Some((id("-u", user)?, id("-g", user)?)));
    let (uid, gid) = ids.unwrap_or_else(|| panic!("no user to run a server as: none of {users:?}"));
    for entry in fs::read_dir(folder).unwrap() {
        chown(entry.unwrap().path(), Some(uid), Some(gid)).unwrap();
    }
    chown(folder, Some(uid), Some(gid)).unwrap();
    command.uid(uid).gid(gid);
}

fn id(kind: &str, user: &str) -> Option<u32> {
    let output = Command::new("id").args([kind, user]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn text(folder: &Path, programs: &Programs) -> String {
    let dir = quote(folder.to_str().expect("a temporary folder in UTF-8"));
    let command =
        |words: &[String]| words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
    let (init, serve) = (command(&programs.init), command(&programs.serve));
    let quick = programs.quick.name();
    format!(
        "dir={dir}\nquick={quick}\ninit() {{ {init}; }}\nserve() {{ exec {serve}; }}\n{}",
        include_str!("supervisor.sh")
    )
}

/// A word that the shell takes as it is.
fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
