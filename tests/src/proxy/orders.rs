//! What the thread of one connection asks before each step, and what it waits for.

use std::io::{self, ErrorKind, PipeReader, Read as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::fault::{self, Action, Direction, Fault};
use super::line::Line;

/// The other end is gone, even when something that it said before is still to be read.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) const GONE: PollFlags = PollFlags::RDHUP;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) const GONE: PollFlags = PollFlags::HUP;

/// What concerns one connection.
pub(super) struct Orders<'a> {
    pub(super) number: usize,
    pub(super) line: &'a Line,
    pub(super) faults: &'a Mutex<Vec<Fault>>,
    pub(super) woken: PipeReader,
    /// How long an answer is on its way.
    pub(super) latency: Duration,
}

impl Orders<'_> {
    /// The action that is due; an error where the connection is to be cut.
    pub(super) fn due(&self) -> io::Result<Option<Action>> {
        if self.line.is_cut() {
            return Err(ErrorKind::ConnectionReset.into());
        }
        let traffic = self.line.traffic();
        Ok(fault::due(&self.faults.lock().unwrap(), self.number, traffic))
    }

    /// Gives `write` the bytes that may pass before a fault strikes, and counts what it has taken.
    pub(super) fn pass(
        &self,
        direction: Direction,
        bytes: &[u8],
        write: impl FnOnce(&[u8]) -> io::Result<Option<usize>>,
    ) -> io::Result<usize> {
        self.line.count(|traffic| {
            let left = fault::left(&self.faults.lock().unwrap(), self.number, direction, *traffic);
            let length = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
            if length == 0 {
                return Ok(0);
            }
            let passed = write(&bytes[..length])?.unwrap_or(0);
            traffic.count(direction, passed);
            Ok(passed)
        })
    }

    /// Waits until something has happened on a socket that is of interest, or there is something
    /// new to obey; what happened on each.
    pub(super) fn wait(&self, sockets: &[(&TcpStream, PollFlags)]) -> Vec<PollFlags> {
        // A socket of no interest is left out: that its other end is gone would be told all the
        // time.
        let asked = sockets.iter().filter(|(_, interest)| !interest.is_empty());
        let mut asked: Vec<_> =
            asked.map(|(socket, interest)| PollFd::new(*socket, *interest)).collect();
        asked.push(PollFd::new(&self.woken, PollFlags::IN));
        if poll(&mut asked, None).is_err() {
            return vec![PollFlags::empty(); sockets.len()];
        }
        let mut seen = asked.iter().map(PollFd::revents);
        let seen_on = |(_, interest): &(_, PollFlags)| match interest.is_empty() {
            true => PollFlags::empty(),
            false => seen.next().unwrap_or(PollFlags::empty()),
        };
        let on_sockets = sockets.iter().map(seen_on).collect();
        if seen.next().is_some_and(|seen| !seen.is_empty()) {
            let _ = (&self.woken).read(&mut [0; 64]);
        }
        on_sockets
    }
}
