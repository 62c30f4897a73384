//! PGlite's socket server: PostgreSQL in one process and one session, for however many connections.

use std::path::Path;

use super::start_on_free_port;
use super::supervisor::{Programs, Signal, Supervisor};
use crate::{Backend, Session, programs};

/// A running server with an empty database in memory. Dropping it stops it.
#[derive(Debug)]
pub struct PGlite {
    port: u16,
    supervisor: Supervisor,
}

impl PGlite {
    /// Starts one that takes so many connections at once.
    pub fn start(connections: u32) -> Self {
        let start = |port| {
            let supervisor = Supervisor::start(|folder| programs(folder, port, connections));
            Self { port, supervisor }
        };
        start_on_free_port(start, |server| server.supervisor.await_ready(|| server.connect()))
    }

    /// The URL of its database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// A connection that shares no code with what is tested; in the only session that there is.
    pub fn session(&self) -> Session {
        self.connect().unwrap_or_else(|error| panic!("{error}"))
    }

    fn connect(&self) -> Result<Session, String> {
        Session::connect(Backend::Postgres, &format!("{}?sslmode=disable", self.url()))
    }
}

fn programs(_folder: &Path, port: u16, connections: u32) -> Programs {
    let server = programs::pglite().to_str().expect("a path in UTF-8").to_owned();
    let mut serve = vec!["node".to_owned(), server];
    serve.extend(["--port".to_owned(), port.to_string()]);
    serve.extend(["--max-connections".to_owned(), connections.to_string()]);
    // It is no server of the system: whoever may read the folder that it was installed in runs it.
    Programs { init: vec!["true".into()], serve, quick: Signal::Kill, users: ["root", "nobody"] }
}
