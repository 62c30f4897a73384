//! A standby of a PostgreSQL server, which may be told to be behind.

use std::path::Path;
use std::time::{Duration, Instant};

use super::supervisor::{Programs, Signal, Supervisor};
use super::{Options, Server, postgres, start_on_free_port};
use crate::{Backend, Engine, Session, TestDatabase, programs};

/// A running standby. Dropping it stops it and waits until its folder is gone.
#[derive(Debug)]
pub struct Standby {
    port: u16,
    supervisor: Supervisor,
}

impl Standby {
    /// What its primary has to be started with.
    pub fn primary() -> Options {
        Options::default().with("wal_level", "replica").with("max_wal_senders", "5")
    }

    /// Copies `primary` and follows it. What is committed there is to be seen here after `behind`.
    pub fn of(primary: &Server, behind: Duration) -> Self {
        assert_eq!(primary.engine(), Engine::Postgres, "MariaDB replicates in other ways");
        let start = |port| {
            let supervisor = Supervisor::start(|folder| programs(folder, port, primary, behind));
            Self { port, supervisor }
        };
        start_on_free_port(start, |standby| {
            standby.supervisor.await_ready(|| standby.connect("postgres"))
        })
    }

    /// The port on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its socket is.
    pub fn folder(&self) -> &Path {
        self.supervisor.folder()
    }

    /// The same database here, for the same role.
    pub fn url(&self, database: &TestDatabase) -> String {
        let (user, password, port) = (crate::USER, crate::PASSWORD, self.port);
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{}", database.name())
    }

    /// Waits until the database has come here.
    pub fn await_database(&self, database: &TestDatabase) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while let Err(error) = self.connect(database.name()) {
            assert!(Instant::now() < deadline, "{error}\n{}", self.supervisor.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn connect(&self, database: &str) -> Result<Session, String> {
        let url = postgres::socket_url(self.folder(), self.port, database);
        Session::connect(Backend::Postgres, &url)
    }
}

fn programs(folder: &Path, port: u16, primary: &Server, behind: Duration) -> Programs {
    let text = |path: &Path| path.to_str().expect("a temporary folder in UTF-8").to_owned();
    let version = primary.version();
    let options = Options { version: version.map(str::to_owned), ..Options::default() }
        .with("recovery_min_apply_delay", &format!("{}ms", behind.as_millis()))
        .with("max_wal_senders", "5")
        .with("wal_level", "replica");
    let data = text(&folder.join("data"));
    let mut copy = vec![text(&programs::postgres(version, "pg_basebackup"))];
    let (host, primary) = (text(primary.folder()), primary.port().to_string());
    copy.extend(["--pgdata", &data, "--host", &host, "--port", &primary].map(Into::into));
    copy.extend(["--username", crate::USER, "--checkpoint", "fast"].map(Into::into));
    copy.extend(["--write-recovery-conf", "--wal-method", "stream", "--no-sync"].map(Into::into));
    Programs {
        init: copy,
        serve: postgres::programs(folder, port, &options, None).serve,
        quick: Signal::Quit,
        users: ["postgres", "nobody"],
    }
}
