//! Private database servers: their data in a temporary folder, on a free port of the loopback
//! address, untouched by whatever else runs on the machine.
//!
//! Each is watched by a small shell, which stops it and removes its folder when the test process
//! ends in any way, `kill -9` included.

mod mariadb;
mod postgres;
mod supervisor;

use std::net::TcpListener;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::{Engine, Session, TestDatabase};
pub(crate) use supervisor::detach;
use supervisor::{Programs, Signal, Supervisor};

/// How long a server may take to start, stop or recover, on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The PostgreSQL server that all tests of this process share.
pub fn postgres() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start_dedicated(Engine::Postgres, &Options::default()))
}

/// The MariaDB server that all tests of this process share.
pub fn mariadb() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start_dedicated(Engine::MariaDb, &Options::default()))
}

/// Whether what is committed must survive a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Nothing is flushed to the disk: fast. What is committed survives a crash of the server, not
    /// one of the machine.
    #[default]
    Fast,
    /// As the server does by itself.
    Durable,
}

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether commits are flushed to the disk.
    pub durability: Durability,
    /// Settings by name, as in the server's own configuration; they win over the harness's.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A server that flushes its commits.
    pub fn durable() -> Self {
        Self { durability: Durability::Durable, settings: Vec::new() }
    }

    /// Adds a setting of the server, for example `("max_connections", "20")`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A running database server. Dropping it stops it and waits until its folder is gone.
#[derive(Debug)]
pub struct Server {
    engine: Engine,
    port: u16,
    supervisor: Supervisor,
}

impl Server {
    /// Starts a server for one test alone, which may stop, kill and restart it.
    pub fn start_dedicated(engine: Engine, options: &Options) -> Self {
        // The port is free when it is chosen; should another program be quicker, choose again.
        for _ in 0..4 {
            let port = free_port();
            let supervisor = Supervisor::start(|folder| match engine {
                Engine::Postgres => postgres::programs(folder, port, options),
                Engine::MariaDb => mariadb::programs(folder, port, options),
            });
            let server = Self { engine, port, supervisor };
            match server.await_ready() {
                Ok(()) => return server,
                Err(log) if log.contains("already in use") => {}
                Err(log) => panic!("{engine:?} does not start. Its log:\n{log}"),
            }
        }
        panic!("{engine:?} found its port taken four times in a row");
    }

    /// Which server it is.
    pub fn engine(&self) -> Engine {
        self.engine
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

    /// A name that no database has here, and that tells which test uses it.
    pub fn fresh_name(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("test").to_lowercase();
        let test = test.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        // Both servers allow 63 letters, and the end of the name tells more than the modules.
        let test = &test[test.len().saturating_sub(48)..];
        format!("t{}_{test}", COUNT.fetch_add(1, Ordering::Relaxed))
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
        self.end(match self.engine {
            Engine::Postgres => Signal::Int,
            Engine::MariaDb => Signal::Term,
        });
    }

    /// Stops at once, without writing anything: the next start recovers from the log.
    pub fn stop_immediate(&self) {
        self.end(match self.engine {
            Engine::Postgres => Signal::Quit,
            Engine::MariaDb => Signal::Kill,
        });
    }

    /// Kills the process that listens, as the kernel does when memory runs out.
    pub fn kill(&self) {
        self.end(Signal::Kill);
    }

    /// Starts a stopped server again, on the same port and data; one that runs is stopped first.
    pub fn restart(&self) {
        if self.supervisor.exit().is_none() {
            self.stop();
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.supervisor.start_again();
            match self.await_ready() {
                Ok(()) => return,
                // After a kill, what the dead server's children still hold: they end by themselves.
                Err(_) if Instant::now() < deadline => pause(),
                Err(log) => panic!("{:?} does not start again. Its log:\n{log}", self.engine),
            }
        }
    }

    fn end(&self, signal: Signal) {
        self.supervisor.signal(signal);
        let deadline = Instant::now() + PATIENCE;
        while self.supervisor.exit().is_none() {
            assert!(Instant::now() < deadline, "{:?} does not stop: {}", self.engine, self.log());
            pause();
        }
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
        match self.engine {
            Engine::Postgres => postgres::socket_url(self.folder(), self.port, database),
            Engine::MariaDb => self.url(database),
        }
    }

    /// Waits until a connection succeeds; the log if the server ends instead.
    fn await_ready(&self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Asked before connecting: a server that has ended since is still found next time.
            let exit = self.supervisor.exit();
            match self.connect() {
                Ok(_) => return Ok(()),
                Err(_) if exit.is_some() => return Err(self.log()),
                Err(error) if Instant::now() > deadline => {
                    return Err(format!("{}\n{error}", self.log()));
                }
                Err(_) => pause(),
            }
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port()
}

fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}
