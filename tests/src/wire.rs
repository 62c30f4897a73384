//! Counts round trips on the wire, where no library can hide any.

use std::time::Duration;

use crate::{Proxy, TestDatabase};

/// A proxy in front of a server. A round trip is counted when the server answers after the client
/// has spoken; what a client says last and nobody answers (its good-bye) is none.
#[derive(Debug)]
pub struct Wire {
    proxy: Proxy,
}

impl Wire {
    /// A proxy to the server of `database`, on a port of its own, without encryption.
    pub fn to(database: &TestDatabase) -> Self {
        Self::with_latency(database, Duration::ZERO)
    }

    /// The same, as far away from the server as a round trip of that time.
    pub fn with_latency(database: &TestDatabase, latency: Duration) -> Self {
        // What libpq would ask for first costs round trips that a real server may not have.
        let url = format!("{}?sslmode=disable&gssencmode=disable", database.url());
        Self { proxy: Proxy::with_latency(&url, latency) }
    }

    /// The URL of the same database, through the proxy.
    pub fn url(&self) -> &str {
        self.proxy.url()
    }

    /// Round trips so far. A client that has its answer has been counted: the count is taken
    /// before the answer is passed on.
    pub fn turns(&self) -> usize {
        self.proxy.turns()
    }

    /// How many connections there were so far.
    pub fn connections(&self) -> usize {
        self.proxy.conversation().len()
    }

    /// The round trips of `action`, and what it returns.
    pub fn count<T>(&self, action: impl FnOnce() -> T) -> (usize, T) {
        let before = self.turns();
        let value = action();
        (self.turns() - before, value)
    }
}
