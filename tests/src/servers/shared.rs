//! One server of each kind for all tests: of this process, or of a whole run of many processes.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::{env, thread};

use super::supervisor::Supervisor;
use super::{Options, Server};
use crate::Engine;

/// The PostgreSQL server that all tests share.
pub fn postgres() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| server(Engine::Postgres))
}

/// The MariaDB server that all tests share.
pub fn mariadb() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| server(Engine::MariaDb))
}

/// Servers for the processes of one run, kept until this value is dropped.
#[derive(Debug)]
pub struct Held([Server; 2]);

impl Held {
    /// Starts one of each kind, both at once.
    pub fn start() -> Self {
        let start = |engine| move || Server::start_dedicated(engine, &Options::default());
        let mariadb = thread::spawn(start(Engine::MariaDb));
        let postgres = start(Engine::Postgres)();
        Self([postgres, mariadb.join().unwrap()])
    }

    /// Lets `command`, and what it starts in turn, use these servers as its shared ones.
    pub fn lend(&self, command: &mut Command) {
        for server in &self.0 {
            let folder = server.folder().to_str().expect("a temporary folder in UTF-8");
            command.env(variable(server.engine), format!("{} {folder}", server.port));
        }
    }
}

/// Lets `command` start servers of its own, whatever was lent to this process.
pub fn lend_none(command: &mut Command) {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        command.env_remove(variable(engine));
    }
}

/// Holds the port and the folder of a server that another process keeps.
fn variable(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "DBMIG_TEST_SHARED_POSTGRES",
        Engine::MariaDb => "DBMIG_TEST_SHARED_MARIADB",
    }
}

/// The one that was lent to this process, else a new one.
fn server(engine: Engine) -> Server {
    let name = variable(engine);
    let Some(lent) = env::var_os(name) else {
        return Server::start_dedicated(engine, &Options::default());
    };
    let lent = lent.into_string().ok();
    let (port, folder) = lent
        .as_deref()
        .and_then(|lent| lent.split_once(' '))
        .and_then(|(port, folder)| Some((port.parse().ok()?, PathBuf::from(folder))))
        .unwrap_or_else(|| panic!("{name} holds no port and folder: {lent:?}"));
    let supervisor = Supervisor::of_another_process(folder);
    Server { engine, port, supervisor, tls: None, version: None }
}
