//! The example app as a process that serves.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use dbmig_example_shop::send;
use serde_json::Value;

const LONG: Duration = Duration::from_secs(60);

/// The app while it serves. It is killed when it is dropped.
pub(crate) struct Serving {
    process: Child,
    said: Arc<Mutex<String>>,
    listeners: Vec<JoinHandle<()>>,
    pub(crate) address: SocketAddr,
}

impl Serving {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::default();
        let out = listen(process.stdout.take().unwrap(), &said);
        let listeners = vec![out, listen(process.stderr.take().unwrap(), &said)];
        let line = wait_for(&said, "listening on http://");
        let address = line.split(' ').next().unwrap().parse().unwrap();
        Self { process, said, listeners, address }
    }

    /// As soon as its schema is there.
    pub(crate) fn until_ready(self) -> Self {
        self.until(|status, _| status == 200);
        self
    }

    /// Waits for an answer of `/readyz`, and returns it.
    pub(crate) fn until(&self, wanted: impl Fn(u16, &Value) -> bool) -> Value {
        let deadline = Instant::now() + LONG;
        loop {
            let (status, body) = self.ask("GET", "/readyz", "");
            let state = serde_json::from_str(&body).unwrap();
            if wanted(status, &state) {
                return state;
            }
            assert!(Instant::now() < deadline, "{state}\n{}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// What stands behind `text` in its line, as soon as it says so.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        wait_for(&self.said, text)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let answer = send(self.address, method, path, body).unwrap();
        (answer.status, answer.body)
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Its exit code, once it has ended.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let code = self.process.wait().unwrap().code();
        // To its last word.
        self.listeners.drain(..).for_each(|listener| listener.join().unwrap());
        (code, self.said())
    }

    /// Asks it to end as a service manager does, and returns its exit code and all that it said.
    pub(crate) fn stop(self) -> (Option<i32>, String) {
        self.signal("-TERM");
        self.end()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn listen(from: impl Read + Send + 'static, said: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            said.push_str(&line);
            said.push('\n');
        }
    })
}

fn wait_for(said: &Mutex<String>, text: &str) -> String {
    let deadline = Instant::now() + LONG;
    loop {
        let all = said.lock().unwrap().clone();
        if let Some(rest) = all.lines().find_map(|line| Some(line.split_once(text)?.1.to_owned())) {
            return rest;
        }
        assert!(Instant::now() < deadline, "it did not say `{text}`:\n{all}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
