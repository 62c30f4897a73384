//! Where a connection breaks, and how. Decides only: [`super::relay`] does it.

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

/// The bytes that were passed on over one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// From the client to the server.
    pub to_server: u64,
    /// From the server to the client.
    pub to_client: u64,
}

impl Traffic {
    fn passed(self, direction: Direction) -> u64 {
        match direction {
            Direction::ToServer => self.to_server,
            Direction::ToClient => self.to_client,
        }
    }

    pub(super) fn count(&mut self, direction: Direction, bytes: usize) {
        *match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        } += bytes as u64;
    }
}

/// What happens to a connection. What was read from one side and not passed on yet is lost, except
/// in [`Action::Stall`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Both sides get a reset, as from a firewall that has forgotten the connection.
    Reset,
    /// Both sides are told the end in the ordinary way.
    Close,
    /// Nothing arrives any more, either way, and neither side is told. When the client is gone, the
    /// server is told.
    Drop,
    /// Nothing is read or passed on, either way, until [`Proxy::heal`](super::Proxy::heal). When
    /// the client is gone, the server is told.
    Stall,
    /// The client's host has vanished: as [`Action::Drop`], but the server never hears of it, even
    /// when the client is gone.
    Vanish,
}

/// Strikes as soon as so many bytes were passed on, and not one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The number of the connection, counted from 0; `None` is each of them.
    pub connection: Option<usize>,
    /// The way of the bytes that count.
    pub direction: Direction,
    /// How many bytes still pass.
    pub after: u64,
    /// What happens then.
    pub action: Action,
}

impl Fault {
    /// How many bytes may still pass; `None` where this fault does not count them.
    fn left(&self, connection: usize, direction: Direction, traffic: Traffic) -> Option<u64> {
        let counts = self.connection.is_none_or(|number| number == connection);
        (counts && self.direction == direction)
            .then(|| self.after.saturating_sub(traffic.passed(direction)))
    }
}

/// The action that is due: of several, the one set last.
pub(super) fn due(faults: &[Fault], connection: usize, traffic: Traffic) -> Option<Action> {
    let is_due = |fault: &&Fault| fault.left(connection, fault.direction, traffic) == Some(0);
    faults.iter().rev().find(is_due).map(|fault| fault.action)
}

/// How many bytes may pass before any fault strikes.
pub(super) fn left(
    faults: &[Fault],
    connection: usize,
    direction: Direction,
    traffic: Traffic,
) -> u64 {
    let left = |fault: &Fault| fault.left(connection, direction, traffic);
    faults.iter().filter_map(left).min().unwrap_or(u64::MAX)
}
