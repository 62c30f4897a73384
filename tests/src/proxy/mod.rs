//! A proxy in front of a server, which counts what passes and breaks the connection at a byte that
//! the test chooses.
//!
//! Nothing is random: a test measures an undisturbed conversation first ([`Proxy::conversation`]),
//! then cuts the same one wherever it wants.

mod fault;
mod line;
mod orders;
mod relay;

use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use fault::{Action, Direction, Fault, Traffic};
use line::Line;
use orders::Orders;

/// How long a connection may take to end, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A proxy on a port of its own, which numbers connections from 0 as it accepts them. Dropping it
/// resets what is still connected.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    here: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What the proxy and its threads share.
#[derive(Debug, Default)]
struct Shared {
    faults: Mutex<Vec<Fault>>,
    /// All connections so far, by number.
    lines: Mutex<Vec<Arc<Line>>>,
    closed: AtomicBool,
    latency: Duration,
}

impl Proxy {
    /// A proxy to the server in the URL of a database.
    pub fn to(url: &str) -> Self {
        Self::with_latency(url, Duration::ZERO)
    }

    /// The same, as far away from the server as a round trip of that time.
    pub fn with_latency(url: &str, latency: Duration) -> Self {
        let (before, rest) = url.rsplit_once('@').expect("a server's URL");
        let (server, after) = rest.split_once('/').expect("the URL of a database");
        let server = server.to_socket_addrs().ok().and_then(|mut all| all.next());
        let server = server.expect("an address with a port");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let url = format!("{before}@{here}/{after}");
        let shared = Arc::new(Shared { latency, ..Shared::default() });
        let accepting = Some(thread::spawn({
            let shared = Arc::clone(&shared);
            move || shared.accept(&listener, server)
        }));
        Self { url, here, shared, accepting }
    }

    /// The URL of the same database, through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds a fault: each one that is set strikes where it says. Of several that are due on a
    /// connection, the one set last does.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.lock().unwrap().push(fault);
        self.shared.lines().iter().for_each(|line| line.wake());
    }

    /// Takes all faults away: what stalls goes on, and what is to come is left alone. A connection
    /// that has lost bytes stays lost.
    pub fn heal(&self) {
        self.shared.faults.lock().unwrap().clear();
        self.shared.lines().iter().for_each(|line| line.wake());
    }

    /// Resets all open connections, and waits until that is done.
    pub fn cut_all(&self) {
        let lines = self.shared.lines();
        lines.iter().for_each(|line| line.cut());
        lines.iter().for_each(|line| line.await_end(PATIENCE));
    }

    /// The bytes of each connection so far, in the order in which they were accepted. A client that
    /// has its answer has been counted.
    pub fn conversation(&self) -> Vec<Traffic> {
        self.shared.lines().iter().map(|line| line.traffic()).collect()
    }

    /// The bytes of each connection, good-byes included, once all have ended by themselves: what a
    /// client says last may still be on its way when its process has ended.
    pub fn whole_conversation(&self) -> Vec<Traffic> {
        self.shared.lines().iter().for_each(|line| line.await_end(PATIENCE));
        self.conversation()
    }

    /// How often a server has answered after its client had spoken, over all connections. Counted
    /// before the answer is passed on.
    pub(crate) fn turns(&self) -> usize {
        self.shared.lines().iter().map(|line| line.turns()).sum()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts, so that the port is free again.
        let woken = TcpStream::connect(self.here);
        if let (Ok(_), Some(accepting)) = (woken, self.accepting.take()) {
            let _ = accepting.join();
        }
        self.shared.lines().iter().for_each(|line| line.cut());
    }
}

impl Shared {
    fn lines(&self) -> Vec<Arc<Line>> {
        self.lines.lock().unwrap().clone()
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener, server: SocketAddr) {
        for client in listener.incoming().flatten() {
            if self.closed.load(Ordering::SeqCst) {
                return;
            }
            self.open(client, server);
        }
    }

    /// Numbers the connection, and leaves it to a thread of its own.
    fn open(self: &Arc<Self>, client: TcpStream, server: SocketAddr) {
        let (line, woken) = Line::new();
        let line = Arc::new(line);
        let number = {
            let mut lines = self.lines.lock().unwrap();
            lines.push(Arc::clone(&line));
            lines.len() - 1
        };
        let shared = Arc::clone(self);
        thread::spawn(move || {
            let (line, faults) = (&line, &shared.faults);
            let latency = shared.latency;
            relay::run(Orders { number, line, faults, woken, latency }, client, server);
            line.end();
        });
    }
}
