//! Clients that never pause, and what they are led to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use dbmig_example_shop::send;
use serde_json::Value;

use super::release::Release;

const LONG: Duration = Duration::from_secs(60);
const ORDER: &str = r#"{"customer": 1, "lines": [{"sku": "TEA-ASSAM", "quantity": 2}]}"#;

/// The replicas that get requests, as a service knows them.
#[derive(Clone, Default)]
pub(crate) struct Endpoints(Arc<(Mutex<Listed>, Condvar)>);

#[derive(Default)]
struct Listed {
    replicas: Vec<Endpoint>,
    turn: usize,
    /// How many requests each address is at.
    busy: BTreeMap<SocketAddr, usize>,
}

#[derive(Clone, Copy)]
struct Endpoint {
    release: Release,
    address: SocketAddr,
}

impl Endpoints {
    pub(crate) fn add(&self, release: Release, address: SocketAddr) {
        self.0.0.lock().unwrap().replicas.push(Endpoint { release, address });
    }

    /// From now on it gets no requests; returns when it has none left.
    pub(crate) fn remove(&self, address: SocketAddr) {
        let (listed, changed) = &*self.0;
        let mut listed = listed.lock().unwrap();
        listed.replicas.retain(|replica| replica.address != address);
        let busy = |listed: &mut Listed| listed.busy.get(&address).is_some_and(|n| *n > 0);
        let waited = changed.wait_timeout_while(listed, LONG, busy).unwrap().1;
        assert!(!waited.timed_out(), "{address} does not answer");
    }

    /// Each in its turn.
    fn take(&self) -> Option<Endpoint> {
        let mut listed = self.0.0.lock().unwrap();
        listed.turn += 1;
        let turn = listed.turn.checked_rem(listed.replicas.len())?;
        let taken = listed.replicas[turn];
        *listed.busy.entry(taken.address).or_default() += 1;
        Some(taken)
    }

    fn give_back(&self, taken: Endpoint) {
        let (listed, changed) = &*self.0;
        *listed.lock().unwrap().busy.entry(taken.address).or_default() -= 1;
        changed.notify_all();
    }
}

/// What the clients have seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Requests that were answered as they should, by the release that did.
    pub(crate) answered: BTreeMap<Release, usize>,
    /// Orders that were accepted.
    pub(crate) placed: usize,
    pub(crate) failures: Vec<String>,
}

#[derive(PartialEq, Eq)]
enum Shift {
    On,
    Over,
}

/// Several clients that order and read all the time, each request from the next replica.
pub(crate) struct Clients {
    endpoints: Endpoints,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    shift: Arc<Mutex<Shift>>,
    threads: Vec<JoinHandle<()>>,
}

impl Clients {
    pub(crate) fn start(endpoints: &Endpoints) -> Self {
        let mut clients = Self {
            endpoints: endpoints.clone(),
            seen: Arc::default(),
            shift: Arc::new(Mutex::new(Shift::On)),
            threads: Vec::new(),
        };
        clients.threads = (0..4).map(|_| clients.one()).collect();
        clients
    }

    fn one(&self) -> JoinHandle<()> {
        let (shift, seen) = (Arc::clone(&self.shift), Arc::clone(&self.seen));
        let client = Client { endpoints: self.endpoints.clone(), seen };
        std::thread::spawn(move || {
            while *shift.lock().unwrap() == Shift::On {
                client.round();
                std::thread::sleep(Duration::from_millis(5));
            }
        })
    }

    /// Returns when `release` has answered some more requests; panics at a failure.
    #[track_caller]
    pub(crate) fn go_on_with(&self, release: Release) {
        let (seen, changed) = &*self.seen;
        let count = |seen: &Seen| seen.answered.get(&release).copied().unwrap_or_default();
        let seen = seen.lock().unwrap();
        let wanted = count(&seen) + 20;
        let too_few = |seen: &mut Seen| count(seen) < wanted && seen.failures.is_empty();
        let (seen, waited) = changed.wait_timeout_while(seen, LONG, too_few).unwrap();
        assert!(seen.failures.is_empty(), "{:#?}", seen.failures);
        assert!(!waited.timed_out(), "{release:?} gets no requests: {seen:?}");
    }

    /// The first request that was not answered as it should; waits for one.
    #[track_caller]
    pub(crate) fn first_failure(&self) -> String {
        let (seen, changed) = &*self.seen;
        let none = |seen: &mut Seen| seen.failures.is_empty();
        let seen = changed.wait_timeout_while(seen.lock().unwrap(), LONG, none).unwrap().0;
        seen.failures.first().expect("a failure").clone()
    }

    /// Ends them, and returns what they have seen.
    pub(crate) fn stop(mut self) -> Seen {
        *self.shift.lock().unwrap() = Shift::Over;
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
        self.seen.0.lock().unwrap().clone()
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        *self.shift.lock().unwrap() = Shift::Over;
    }
}

struct Client {
    endpoints: Endpoints,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Client {
    /// Places an order through one replica, and reads it through the next one, which is perhaps of
    /// another release.
    fn round(&self) {
        let Some(placed) = self.ask("POST", "/orders", ORDER, 201) else { return };
        let order: Value = serde_json::from_str(&placed).unwrap();
        self.seen(|seen| seen.placed += 1);
        let path = format!("/orders/{}", order["id"]);
        let read = self.ask("GET", &path, "", 200);
        if read.as_ref().is_some_and(|read| *read != placed) {
            self.seen(|seen| seen.failures.push(format!("{placed} became {read:?}")));
        }
        self.ask("GET", "/products", "", 200);
        self.ask("GET", "/customers", "", 200);
    }

    /// The body, where the answer has the wanted status.
    fn ask(&self, method: &str, path: &str, body: &str, wanted: u16) -> Option<String> {
        let Some(replica) = self.endpoints.take() else {
            self.seen(|seen| seen.failures.push("there is no replica".to_owned()));
            return None;
        };
        let answer = send(replica.address, method, path, body);
        self.endpoints.give_back(replica);
        match answer {
            Ok(answer) if answer.status == wanted => {
                self.seen(|seen| *seen.answered.entry(replica.release).or_default() += 1);
                Some(answer.body)
            }
            other => {
                let failure = format!("{:?}: {method} {path}: {other:?}", replica.release);
                self.seen(|seen| seen.failures.push(failure));
                None
            }
        }
    }

    fn seen(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.0.lock().unwrap());
        self.seen.1.notify_all();
    }
}
