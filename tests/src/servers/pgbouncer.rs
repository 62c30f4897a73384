//! A private pooler in front of a PostgreSQL server.

use std::fs;
use std::path::Path;

use super::supervisor::{Programs, Signal, Supervisor};
use super::{Server, start_on_free_port};
use crate::{Backend, Engine, Session, TestDatabase, programs};

/// How long a client keeps the connection to the server that the pooler has lent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// Until the client disconnects; the session is reset before another client gets it.
    Session,
    /// Until its transaction ends: the next one may run on another connection, and what a client
    /// leaves behind in the session is there for the next client.
    Transaction,
    /// Until its statement ends: no transaction may stay open.
    Statement,
}

/// A running pgbouncer. Dropping it stops it and waits until its folder is gone.
#[derive(Debug)]
pub struct Pgbouncer {
    port: u16,
    supervisor: Supervisor,
}

impl Pgbouncer {
    /// Starts a pooler that keeps up to `pool_size` connections per database to `server`.
    ///
    /// While the server is down, clients are refused at once, except for the one that finds out:
    /// it waits for the server, as pgbouncer's clients do, for two minutes (`query_wait_timeout`).
    pub fn start(server: &Server, mode: PoolMode, pool_size: u32) -> Self {
        Self::start_with(server, mode, pool_size, &[])
    }

    /// The same with settings by name, as in its own configuration; they win over the harness's.
    pub fn start_with(
        server: &Server,
        mode: PoolMode,
        pool_size: u32,
        settings: &[(&str, &str)],
    ) -> Self {
        assert_eq!(server.engine(), Engine::Postgres, "pgbouncer speaks with PostgreSQL only");
        let start = |port| {
            let mut configuration = configuration(port, server.port(), mode, pool_size);
            for (name, value) in settings {
                configuration.push_str(&format!("{name} = {value}\n"));
            }
            let supervisor = Supervisor::start(|folder| programs(folder, &configuration));
            Self { port, supervisor }
        };
        start_on_free_port(start, |pooler| pooler.supervisor.await_ready(|| pooler.connect()))
    }

    /// The port on the loopback address; the same after a restart.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process that listens.
    pub fn pid(&self) -> u32 {
        self.supervisor.pid()
    }

    /// Everything that it keeps: its configuration and its log.
    pub fn folder(&self) -> &Path {
        self.supervisor.folder()
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> String {
        self.supervisor.log()
    }

    /// The same database through the pooler, for the same role.
    pub fn url(&self, database: &TestDatabase) -> String {
        self.url_of(database.name())
    }

    /// A connection to its console, which knows `SHOW POOLS`, `PAUSE`, `RECONNECT` and the like.
    pub fn admin(&self) -> Session {
        self.connect().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Stops it: all connections of clients end at once.
    pub fn stop(&self) {
        self.supervisor.end(Signal::Term);
    }

    /// Kills it, as the kernel does when memory runs out.
    pub fn kill(&self) {
        self.supervisor.end(Signal::Kill);
    }

    /// Starts it again on the same port; one that still runs is killed first.
    pub fn restart(&self) {
        if self.supervisor.runs() {
            self.kill();
        }
        self.supervisor.start_again(|| self.connect());
    }

    /// To the console, which answers whether or not the server behind does.
    fn connect(&self) -> Result<Session, String> {
        Session::connect(Backend::Postgres, &self.url_of("pgbouncer"))
    }

    fn url_of(&self, database: &str) -> String {
        let (user, password, port) = (crate::USER, crate::PASSWORD, self.port);
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
    }
}

fn programs(folder: &Path, configuration: &str) -> Programs {
    let file = folder.join("pgbouncer.ini");
    fs::write(&file, configuration).unwrap();
    // The plain password: with it pgbouncer can also log in to the server.
    let users = format!("\"{}\" \"{}\"\n", crate::USER, crate::PASSWORD);
    fs::write(folder.join("users.txt"), users).unwrap();
    let text = |path: &Path| path.to_str().expect("a temporary folder in UTF-8").to_owned();
    Programs {
        init: vec!["true".into()],
        serve: vec![text(&programs::pgbouncer()), text(&file)],
        quick: Signal::Kill,
        users: ["postgres", "nobody"],
    }
}

/// Paths in it are relative to the folder, in which the supervisor starts it.
fn configuration(port: u16, server: u16, mode: PoolMode, pool_size: u32) -> String {
    let mode = match mode {
        PoolMode::Session => "session",
        PoolMode::Transaction => "transaction",
        PoolMode::Statement => "statement",
    };
    let user = crate::USER;
    // Without `server_login_retry` a server that was down is not asked again for 15 seconds.
    format!(
        "[databases]\n\
         * = host=127.0.0.1 port={server}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = scram-sha-256\n\
         auth_file = users.txt\n\
         admin_users = {user}\n\
         pool_mode = {mode}\n\
         default_pool_size = {pool_size}\n\
         max_client_conn = 1000\n\
         ignore_startup_parameters = extra_float_digits\n\
         server_login_retry = 0.1\n"
    )
}
