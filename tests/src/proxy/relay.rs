//! One connection through the proxy, on a thread of its own.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::net::sockopt::set_socket_linger;

use super::fault::{Action, Direction};
use super::orders::{GONE, Orders};

/// How much is read at once.
const PART: usize = 64 * 1024;

/// Both sides of a connection, and what is on its way between them.
struct Relay<'a> {
    orders: Orders<'a>,
    client: TcpStream,
    server: TcpStream,
    to_server: Flow,
    to_client: Flow,
    /// The way of what was heard last.
    heard: Direction,
}

/// One way of a connection.
struct Flow {
    /// Read, and not passed on yet. No more is read before that.
    held: Vec<u8>,
    source: Source,
}

/// The side that bytes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Open,
    /// It has said all.
    Ended,
    /// It has said all, and the other side knows.
    Told,
}

/// How long a connection that passes nothing on any more is kept open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    ClientEnds,
    BothEnd,
}

/// Connects to the server and relays until the connection ends. A server that refuses is told to
/// the client as a reset, which is the nearest that a proxy can do.
pub(super) fn run(orders: Orders<'_>, client: TcpStream, server: SocketAddr) {
    let server = TcpStream::connect_timeout(&server, Duration::from_secs(10));
    let ready = server.and_then(|server| prepare(&client).and(prepare(&server)).and(Ok(server)));
    let Ok(server) = ready else { return reset(client) };
    // Connecting is a round trip, too.
    thread::sleep(orders.latency);
    let flow = || Flow { held: Vec::new(), source: Source::Open };
    let (to_server, to_client, heard) = (flow(), flow(), Direction::ToClient);
    let mut relay = Relay { orders, client, server, to_server, to_client, heard };
    if relay.run().is_err() {
        reset(relay.client);
        reset(relay.server);
    }
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)
}

/// Closes a socket so that the other end gets a reset.
fn reset(socket: TcpStream) {
    let _ = set_socket_linger(&socket, Some(Duration::ZERO));
}

impl Relay<'_> {
    /// An error means that both sides get a reset.
    fn run(&mut self) -> io::Result<()> {
        loop {
            match self.orders.due()? {
                Some(Action::Reset) => return Err(ErrorKind::ConnectionReset.into()),
                Some(Action::Close) => return self.close(),
                Some(Action::Drop) => return self.swallow(Until::ClientEnds),
                Some(Action::Vanish) => return self.swallow(Until::BothEnd),
                Some(Action::Stall) if self.stall() == Source::Ended => return Ok(()),
                Some(Action::Stall) => {}
                // A fault may be due now.
                None if self.write()? > 0 => {}
                None if self.is_over() => return Ok(()),
                None => {
                    self.wait();
                    self.read(Direction::ToServer)?;
                    self.read(Direction::ToClient)?;
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.to_server.source == Source::Told && self.to_client.source == Source::Told
    }

    /// Waits until there is something to read or room for what is held.
    fn wait(&self) {
        let interest = |from_here: &Flow, to_here: &Flow| {
            let mut interest = PollFlags::empty();
            interest.set(PollFlags::IN, from_here.wants_more());
            interest.set(PollFlags::OUT, !to_here.held.is_empty());
            interest
        };
        let (to_server, to_client) = (&self.to_server, &self.to_client);
        let client = (&self.client, interest(to_server, to_client));
        let server = (&self.server, interest(to_client, to_server));
        self.orders.wait(&[client, server]);
    }

    fn read(&mut self, direction: Direction) -> io::Result<()> {
        let (mut from, flow) = match direction {
            Direction::ToServer => (&self.client, &mut self.to_server),
            Direction::ToClient => (&self.server, &mut self.to_client),
        };
        if !flow.wants_more() {
            return Ok(());
        }
        flow.held.resize(PART, 0);
        let length = attempt(from.read(&mut flow.held));
        flow.held.truncate(length.as_ref().map_or(0, |length| length.unwrap_or(0)));
        match length? {
            None => {}
            Some(0) => flow.source = Source::Ended,
            Some(_) => self.hear(direction),
        }
        Ok(())
    }

    fn hear(&mut self, direction: Direction) {
        if (self.heard, direction) == (Direction::ToServer, Direction::ToClient) {
            self.orders.line.count_turn();
            thread::sleep(self.orders.latency);
        }
        self.heard = direction;
    }

    /// Passes on what the faults and the sockets allow; how much that was.
    fn write(&mut self) -> io::Result<usize> {
        let orders = &self.orders;
        let passed = self.to_server.write(orders, Direction::ToServer, &self.server)?;
        Ok(passed + self.to_client.write(orders, Direction::ToClient, &self.client)?)
    }

    /// Tells both sides the end, and hears them out: a socket that is closed with something to read
    /// in it sends a reset.
    fn close(&self) -> io::Result<()> {
        let _ = self.client.shutdown(Shutdown::Write);
        let _ = self.server.shutdown(Shutdown::Write);
        self.swallow(Until::BothEnd)
    }

    /// Reads and throws away.
    fn swallow(&self, until: Until) -> io::Result<()> {
        let (mut client, mut server) = (Source::Open, Source::Open);
        while client == Source::Open || until == Until::BothEnd && server == Source::Open {
            let interest = |source| match source {
                Source::Open => PollFlags::IN,
                _ => PollFlags::empty(),
            };
            self.orders.wait(&[(&self.client, interest(client)), (&self.server, interest(server))]);
            self.orders.due()?;
            client = throw_away(&self.client, client);
            server = throw_away(&self.server, server);
        }
        Ok(())
    }

    /// Waits without reading until there are new orders or the client has ended.
    fn stall(&self) -> Source {
        let seen = self.orders.wait(&[(&self.client, GONE)]);
        if seen[0].is_empty() { Source::Open } else { Source::Ended }
    }
}

impl Flow {
    fn wants_more(&self) -> bool {
        self.source == Source::Open && self.held.is_empty()
    }

    fn write(
        &mut self,
        orders: &Orders<'_>,
        direction: Direction,
        mut to: &TcpStream,
    ) -> io::Result<usize> {
        let passed = orders.pass(direction, &self.held, |part| attempt(to.write(part)))?;
        self.held.drain(..passed);
        if self.held.is_empty() && self.source == Source::Ended {
            let _ = to.shutdown(Shutdown::Write);
            self.source = Source::Told;
        }
        Ok(passed)
    }
}

fn throw_away(mut socket: &TcpStream, source: Source) -> Source {
    match attempt(socket.read(&mut [0; PART])) {
        Ok(Some(0)) | Err(_) => Source::Ended,
        Ok(_) => source,
    }
}

/// `None` where there is nothing to be done now.
fn attempt(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(length) => Ok(Some(length)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
