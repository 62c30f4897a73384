//! Counts round trips on the wire, where no library can hide any.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::TestDatabase;

/// A proxy in front of a server. A round trip is counted when the server answers after the client
/// has spoken; what a client says last and nobody answers (its good-bye) is none.
#[derive(Debug)]
pub struct Wire {
    url: String,
    /// Over all connections.
    turns: Arc<AtomicUsize>,
}

/// Who has spoken last on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Client,
    Server,
}

impl Wire {
    /// A proxy to the server of `database`, on a port of its own, without encryption.
    pub fn to(database: &TestDatabase) -> Self {
        let (before, rest) = database.url().rsplit_once('@').expect("a server's URL");
        let (server, name) = rest.split_once('/').expect("the URL of a database");
        let server: SocketAddr = server.parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        // What libpq would ask for first costs round trips that a real server may not have.
        let url = format!("{before}@{here}/{name}?sslmode=disable&gssencmode=disable");
        let turns = Arc::new(AtomicUsize::new(0));
        let shared = Arc::clone(&turns);
        // Ends with the process, as its threads do.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                relay(client, server, &shared);
            }
        });
        Self { url, turns }
    }

    /// The URL of the same database, through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Round trips so far. A client that has its answer has been counted: the count is taken
    /// before the answer is passed on.
    pub fn turns(&self) -> usize {
        self.turns.load(Ordering::SeqCst)
    }

    /// The round trips of `action`, and what it returns.
    pub fn count<T>(&self, action: impl FnOnce() -> T) -> (usize, T) {
        let before = self.turns();
        let value = action();
        (self.turns() - before, value)
    }
}

fn relay(client: TcpStream, server: SocketAddr, turns: &Arc<AtomicUsize>) {
    let server = TcpStream::connect(server).expect("the server that the proxy stands for");
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let last = Arc::new(Mutex::new(Speaker::Server));
    let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let spoken = Arc::clone(&last);
    thread::spawn(move || {
        pump(from_client, to_server, || *spoken.lock().unwrap() = Speaker::Client);
    });
    let turns = Arc::clone(turns);
    thread::spawn(move || {
        pump(server, client, || {
            let mut last = last.lock().unwrap();
            if *last == Speaker::Client {
                turns.fetch_add(1, Ordering::SeqCst);
            }
            *last = Speaker::Server;
        });
    });
}

/// Passes bytes on until one side is gone; `heard` is called before each part is passed on.
fn pump(mut from: TcpStream, mut to: TcpStream, heard: impl Fn()) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        heard();
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
