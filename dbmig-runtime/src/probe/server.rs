//! Probes for an app that speaks no HTTP itself.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Semaphore, oneshot};

use super::Probes;
use crate::startup::Startup;

/// More are not served at once: each of them ends soon.
const CONNECTIONS: usize = 512;
/// How long a client may take to say what it wants: a kubelet does at once.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a connection may last.
const LONGEST: Duration = Duration::from_secs(5);

/// Answers probes on a port of its own, on a thread of its own, until it is dropped.
///
/// A client that says nothing loses its connection after half a second, and no more than 512 are
/// served at once: who opens more than a thousand idle ones a second keeps others waiting.
///
/// ```no_run
/// # use dbmig_runtime::{Migrations, Migrator, Sqlite};
/// # static ALL: Migrations<Sqlite> = Migrations::from_static(&[]);
/// # fn main() -> std::io::Result<()> {
/// let migrations = Migrator::new(&ALL).start("sqlite://app.db");
/// let probes = migrations.probes().serve("0.0.0.0:8081")?;
/// println!("probes on http://{}/readyz", probes.address());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it ends when it is dropped"]
pub struct ProbeServer {
    address: SocketAddr,
    /// Dropped, it ends the server.
    _stop: oneshot::Sender<Infallible>,
}

impl Probes {
    /// Answers on `address`, until the value is dropped.
    ///
    /// # Errors
    /// When nobody can listen there, for instance because somebody else does.
    pub fn serve(self, address: impl ToSocketAddrs) -> io::Result<ProbeServer> {
        let wanted: Vec<_> = address.to_socket_addrs()?.collect();
        let listener = TcpListener::bind(&wanted[..]).map_err(|error| unusable(&wanted, &error))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        std::thread::Builder::new().name("dbmig-probes".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    _ = listen(listener, self) => {}
                }
            });
        })?;
        Ok(ProbeServer { address, _stop: stop })
    }
}

impl ProbeServer {
    /// Where it listens: the port, too, if any free one was asked for.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Startup {
    /// [`Probes::serve`] with the usual answers.
    ///
    /// # Errors
    /// As there.
    pub fn serve_probes(&self, address: impl ToSocketAddrs) -> io::Result<ProbeServer> {
        self.probes().serve(address)
    }
}

async fn listen(listener: TcpListener, probes: Probes) -> io::Result<Infallible> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&free).acquire_owned().await else { continue };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: not to be answered with a busy loop.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let probes = probes.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                ready(Ok::<_, Infallible>(probes.answer(request.method(), request.uri().path())))
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .max_headers(64)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            // Whoever goes away or says nothing sensible has no answer to wait for.
            let _ = tokio::time::timeout(LONGEST, served).await;
            drop(place);
        });
    }
}

fn unusable(wanted: &[SocketAddr], error: &io::Error) -> io::Error {
    let where_to: Vec<_> = wanted.iter().map(ToString::to_string).collect();
    let where_to = where_to.join(", ");
    let text = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "cannot answer probes on {where_to}: somebody else listens there already; choose another port, \
             also in the manifest"
        ),
        _ => format!("cannot answer probes on {where_to}: {error}"),
    };
    io::Error::new(error.kind(), text)
}
