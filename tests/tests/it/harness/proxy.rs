//! The proxy: what each side of a broken connection sees, byte for byte on bare sockets.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use dbmig_tests::Proxy;
use dbmig_tests::proxy::{Action, Direction, Fault, Traffic};

/// For what must not happen: long enough that it would.
const MOMENT: Duration = Duration::from_millis(100);

/// For what must happen, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client and a server that are only sockets, with the proxy between them.
struct Bare {
    proxy: Proxy,
    listener: TcpListener,
}

impl Bare {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Proxy::to(&format!("any://user@{}/any", listener.local_addr().unwrap()));
        Self { proxy, listener }
    }

    fn with(direction: Direction, after: u64, action: Action) -> Self {
        let bare = Self::new();
        bare.proxy.fault(Fault { connection: None, direction, after, action });
        bare
    }

    fn connect(&self) -> (TcpStream, TcpStream) {
        let (_, rest) = self.proxy.url().split_once('@').unwrap();
        let client = TcpStream::connect(rest.split_once('/').unwrap().0).unwrap();
        let server = self.listener.accept().unwrap().0;
        (client, server)
    }
}

/// What comes after the bytes that arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Silence,
    End,
    Reset,
}

/// Panics unless exactly `text` arrives, and then that.
#[track_caller]
fn hears(mut socket: &TcpStream, text: &str, then: Then) {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = vec![0; text.len()];
    socket.read_exact(&mut bytes).unwrap_or_else(|error| panic!("{text} {then:?}: {error}"));
    assert_eq!(String::from_utf8_lossy(&bytes), text);
    if then == Then::Silence {
        socket.set_read_timeout(Some(MOMENT)).unwrap();
    }
    // A read that has a time-out is interrupted when the machine pauses the process.
    let mut read = || socket.read(&mut [0]).map_err(|error| error.kind());
    let mut end = read();
    while end == Err(ErrorKind::Interrupted) {
        end = read();
    }
    let heard = match end {
        Ok(0) => Then::End,
        Err(ErrorKind::WouldBlock) => Then::Silence,
        Err(ErrorKind::ConnectionReset) => Then::Reset,
        other => panic!("after {text}: {other:?}"),
    };
    assert_eq!(heard, then, "after {text}");
}

#[test]
fn an_undisturbed_connection_is_passed_on_and_counted() {
    let bare = Bare::new();
    let (client, server) = bare.connect();
    (&client).write_all(b"question").unwrap();
    hears(&server, "question", Then::Silence);
    (&server).write_all(b"an answer").unwrap();
    hears(&client, "an answer", Then::Silence);
    let (other, _) = bare.connect();
    drop(client);
    hears(&server, "", Then::End);
    // Half of it closed, the other half still speaks.
    (&other).write_all(b"!").unwrap();
    let expected = [Traffic { to_server: 8, to_client: 9 }, Traffic { to_server: 1, to_client: 0 }];
    let deadline = Instant::now() + PATIENCE;
    while bare.proxy.conversation() != expected && Instant::now() < deadline {}
    assert_eq!(bare.proxy.conversation(), expected);
}

#[test]
fn a_large_message_passes_both_ways_at_once() {
    let bare = Bare::new();
    let (client, server) = bare.connect();
    let size = 8 << 20;
    std::thread::scope(|scope| {
        for socket in [&client, &server] {
            scope.spawn(move || { socket }.write_all(&vec![b'x'; size]).unwrap());
        }
        for socket in [&client, &server] {
            socket.set_read_timeout(None).unwrap();
            scope.spawn(move || { socket }.read_exact(&mut vec![0; size]).unwrap());
        }
    });
    let bytes = size as u64;
    assert_eq!(bare.proxy.conversation(), [Traffic { to_server: bytes, to_client: bytes }]);
}

#[test]
fn a_fault_strikes_at_its_byte_whichever_way_they_go() {
    for (action, then) in [
        (Action::Reset, Then::Reset),
        (Action::Close, Then::End),
        (Action::Drop, Then::Silence),
        (Action::Stall, Then::Silence),
        (Action::Vanish, Then::Silence),
    ] {
        for direction in [Direction::ToServer, Direction::ToClient] {
            let bare = Bare::with(direction, 5, action);
            let (client, server) = bare.connect();
            let (speaker, listener) = match direction {
                Direction::ToServer => (&client, &server),
                Direction::ToClient => (&server, &client),
            };
            { speaker }.write_all(b"123").unwrap();
            hears(listener, "123", Then::Silence);
            { speaker }.write_all(b"456789").unwrap();
            hears(listener, "45", then);
            // The other way is as dead.
            let _ = { listener }.write_all(b"answer");
            hears(speaker, "", then);
            let Traffic { to_server, to_client } = bare.proxy.conversation()[0];
            assert_eq!(to_server + to_client, 5, "{action:?} {direction:?}");
        }
    }
}

#[test]
fn a_fault_may_concern_one_connection_and_strike_before_any_byte() {
    let bare = Bare::new();
    let (direction, action) = (Direction::ToClient, Action::Close);
    bare.proxy.fault(Fault { connection: Some(1), direction, after: 0, action });
    for number in 0..3 {
        let (client, server) = bare.connect();
        (&client).write_all(b"hello").unwrap();
        match number {
            1 => hears(&server, "", Then::End),
            _ => hears(&server, "hello", Then::Silence),
        }
    }
}

#[test]
fn what_stalls_goes_on_when_it_is_healed() {
    let bare = Bare::with(Direction::ToServer, 2, Action::Stall);
    let (client, server) = bare.connect();
    (&client).write_all(b"hello").unwrap();
    (&server).write_all(b"answer").unwrap();
    hears(&server, "he", Then::Silence);
    bare.proxy.heal();
    hears(&server, "llo", Then::Silence);
    (&client).write_all(b" again").unwrap();
    hears(&server, " again", Then::Silence);
    hears(&client, "answer", Then::Silence);
}

#[test]
fn a_stall_reads_nothing_so_that_the_speaker_comes_to_a_halt() {
    let bare = Bare::with(Direction::ToServer, 0, Action::Stall);
    let (client, _server) = bare.connect();
    client.set_write_timeout(Some(MOMENT)).unwrap();
    let error = (&client).write_all(&vec![b'x'; 64 << 20]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_server_hears_of_a_client_that_is_gone_unless_its_host_has_vanished() {
    for (action, then) in
        [(Action::Drop, Then::End), (Action::Stall, Then::End), (Action::Vanish, Then::Silence)]
    {
        let bare = Bare::with(Direction::ToServer, 2, action);
        let (client, server) = bare.connect();
        // With something unread behind the fault, which must not hide the end.
        (&client).write_all(b"hello").unwrap();
        hears(&server, "he", Then::Silence);
        drop(client);
        hears(&server, "", then);
        bare.proxy.heal();
        hears(&server, "", then);
    }
}

#[test]
fn a_fault_can_be_set_while_the_connection_is_open() {
    for set in [
        (|proxy| {
            let (direction, after) = (Direction::ToServer, 1);
            proxy.fault(Fault { connection: None, direction, after, action: Action::Reset });
        }) as fn(&Proxy),
        Proxy::cut_all,
    ] {
        let bare = Bare::new();
        let (client, server) = bare.connect();
        (&client).write_all(b"hello").unwrap();
        hears(&server, "hello", Then::Silence);
        set(&bare.proxy);
        hears(&server, "", Then::Reset);
        hears(&client, "", Then::Reset);
        // The next one is of no concern to what was cut.
        bare.proxy.heal();
        let (client, server) = bare.connect();
        (&client).write_all(b"hello").unwrap();
        hears(&server, "hello", Then::Silence);
    }
}

#[test]
fn a_dropped_proxy_leaves_no_connection() {
    let bare = Bare::with(Direction::ToServer, 0, Action::Vanish);
    let (client, server) = bare.connect();
    let url = bare.proxy.url().to_owned();
    drop(bare.proxy);
    hears(&client, "", Then::Reset);
    hears(&server, "", Then::Reset);
    let (_, rest) = url.split_once('@').unwrap();
    assert!(TcpStream::connect(rest.split_once('/').unwrap().0).is_err());
}
