//! Private database servers: their data in a temporary folder, on a free port of the loopback
//! address, untouched by whatever else runs on the machine.
//!
//! Each is watched by a small shell, which stops it and removes its folder when the test process
//! ends in any way, `kill -9` included.

mod galera;
mod mariadb;
mod options;
mod pgbouncer;
mod pglite;
mod pgpool;
mod postgres;
mod replica;
mod shared;
mod supervisor;
mod tls;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Engine, Session, TestDatabase, environment, programs};
pub use galera::Galera;
pub use options::{Durability, Encryption, Options};
pub use pgbouncer::{Pgbouncer, PoolMode};
pub use pglite::PGlite;
pub use pgpool::{Pgpool, Reads};
pub use replica::Standby;
pub use shared::{Held, lend_none, mariadb, postgres};
pub(crate) use supervisor::detach;
use supervisor::{Programs, Signal, Supervisor};
pub use tls::Tls;

/// A server's own command line client, `psql` or `mariadb`, with nothing of this process's
/// environment that would tell it where to connect.
pub fn client(engine: Engine) -> Command {
    let mut client = Command::new(match engine {
        Engine::Postgres => programs::postgres(None, "psql"),
        Engine::MariaDb => programs::mariadb("mariadb"),
    });
    environment::clean(&mut client);
    client
}

/// A running database server. Dropping it stops it and waits until its folder is gone.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    port: u16,
    supervisor: Supervisor,
    tls: Option<Tls>,
    version: Option<String>,
}

impl Server {
    /// Starts a server for one test alone, which may stop, kill and restart it.
    pub fn start_dedicated(engine: Engine, options: &Options) -> Self {
        let start = |port| {
            let mut tls = None;
            let supervisor = Supervisor::start(|folder| {
                tls = options.tls(folder);
                match engine {
                    Engine::Postgres => postgres::programs(folder, port, options, tls.as_ref()),
                    Engine::MariaDb => mariadb::programs(folder, port, options, tls.as_ref()),
                }
            });
            Self { engine, port, supervisor, tls, version: options.version.clone() }
        };
        start_on_free_port(start, |server| server.supervisor.await_ready(|| server.connect()))
    }

    /// Which server it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// [`Options::version`]
    pub(crate) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The port on the loopback address; the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process that listens.
    pub fn pid(&self) -> u32 {
        self.supervisor.pid()
    }

    /// Everything that it keeps: its data, its log, its socket.
    pub fn folder(&self) -> &Path {
        self.supervisor.folder()
    }

    /// What the server has written to its log so far.
    pub fn log(&self) -> String {
        self.supervisor.log()
    }

    /// The certificates of a server that was started with [`Options::with_tls`].
    #[track_caller]
    pub fn tls(&self) -> &Tls {
        self.tls.as_ref().expect("a server that was started with TLS")
    }

    /// The URL of a database here, for the role with all rights.
    pub fn url(&self, database: &str) -> String {
        let scheme = match self.engine {
            Engine::Postgres => "postgres",
            Engine::MariaDb => "mysql",
        };
        let (user, password, port) = (crate::USER, crate::PASSWORD, self.port);
        format!("{scheme}://{user}:{password}@127.0.0.1:{port}/{database}")
    }

    /// A connection to the database that every server has.
    pub fn admin(&self) -> Session {
        self.connect().unwrap_or_else(|error| panic!("{:?}: {error}", self.engine))
    }

    /// A name that no database has here, and that tells which test uses it: other processes, too,
    /// may create some.
    pub fn fresh_name(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("test").to_lowercase();
        let test = test.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        // Both servers allow 63 letters, of which a test may add some to name a role. The end of the
        // name tells more than the modules.
        let test = &test[test.len().saturating_sub(40)..];
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        format!("t{process}_{count}_{test}")
    }

    /// A new empty database.
    pub fn database(&self) -> TestDatabase {
        let name = self.fresh_name();
        let mut admin = self.admin();
        match self.engine {
            Engine::Postgres => postgres::create_database(&mut admin, &name),
            Engine::MariaDb => mariadb::create_database(&mut admin, &name),
        }
        TestDatabase::on_server(self, name)
    }

    /// Stops as an administrator would: connections are ended, data are written.
    pub fn stop(&self) {
        self.supervisor.end(match self.engine {
            Engine::Postgres => Signal::Int,
            Engine::MariaDb => Signal::Term,
        });
    }

    /// Stops at once, without writing anything: the next start recovers from the log.
    pub fn stop_immediate(&self) {
        self.supervisor.end(match self.engine {
            Engine::Postgres => Signal::Quit,
            Engine::MariaDb => Signal::Kill,
        });
    }

    /// Kills the process that listens, as the kernel does when memory runs out.
    pub fn kill(&self) {
        self.supervisor.end(Signal::Kill);
    }

    /// Starts a stopped server again, on the same port and data; one that runs is stopped first.
    pub fn restart(&self) {
        if self.supervisor.runs() {
            self.stop();
        }
        self.supervisor.start_again(|| self.connect());
    }

    fn connect(&self) -> Result<Session, String> {
        let database = match self.engine {
            Engine::Postgres => "postgres",
            Engine::MariaDb => "mysql",
        };
        Session::connect(self.engine.into(), &self.client_url(database))
    }

    /// The URL that the harness's own clients take.
    pub(crate) fn client_url(&self, database: &str) -> String {
        match (self.engine, &self.tls) {
            (Engine::Postgres, _) => postgres::socket_url(self.folder(), self.port, database),
            (Engine::MariaDb, None) => self.url(database),
            // The server may be told to refuse all else.
            (Engine::MariaDb, Some(tls)) => {
                format!("{}?ssl_ca={}", self.url(database), tls.ca().display())
            }
        }
    }
}

/// Starts what listens on a port. The port is free when it is chosen; should another program be
/// quicker, another one is chosen.
fn start_on_free_port<S: std::fmt::Debug>(
    start: impl Fn(u16) -> S,
    await_ready: impl Fn(&S) -> Result<(), String>,
) -> S {
    for _ in 0..4 {
        let server = start(free_port());
        match await_ready(&server) {
            Ok(()) => return server,
            Err(log) if log.contains("already in use") => {}
            // Galera's thread has ended before its priority was set: seen in sandboxes.
            Err(log) if log.contains("Failed to set thread schedparams") => {}
            Err(log) => panic!("{server:?} does not start. Its log:\n{log}"),
        }
    }
    panic!("a port that was free was taken, four times in a row");
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port()
}
