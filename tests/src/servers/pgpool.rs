//! A private pgpool-II, which sends what it takes for reading to a standby.

use std::fs;
use std::path::Path;

use super::replica::Standby;
use super::supervisor::{Programs, Signal, Supervisor};
use super::{Server, start_on_free_port};
use crate::{Backend, Session, TestDatabase, programs};

/// How it tells a query that writes from one that reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// By the volatility of the functions in it, as version 4.3 does by itself.
    ByVolatility,
    /// By their names, as versions before did by themselves, and as other proxies do.
    ByName,
}

/// A running pgpool-II. Dropping it stops it and waits until its folder is gone.
#[derive(Debug)]
pub struct Pgpool {
    port: u16,
    supervisor: Supervisor,
}

impl Pgpool {
    /// Starts one that writes to `primary` and sends all that it takes for reading to `standby`.
    pub fn start(primary: &Server, standby: &Standby, reads: Reads) -> Self {
        let start = |port| {
            let supervisor =
                Supervisor::start(|folder| programs(folder, port, primary, standby, reads));
            Self { port, supervisor }
        };
        start_on_free_port(start, |pooler| {
            pooler
                .supervisor
                .await_ready(|| Session::connect(Backend::Postgres, &pooler.url_of("postgres")))
        })
    }

    /// The same database through the proxy, for the same role. It must be on the standby already.
    pub fn url(&self, database: &TestDatabase) -> String {
        self.url_of(database.name())
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn url_of(&self, database: &str) -> String {
        let (user, password, port) = (crate::USER, crate::PASSWORD, self.port);
        format!("postgres://{user}:{password}@127.0.0.1:{port}/{database}")
    }
}

fn programs(
    folder: &Path,
    port: u16,
    primary: &Server,
    standby: &Standby,
    reads: Reads,
) -> Programs {
    let text = |path: &Path| path.to_str().expect("a temporary folder in UTF-8").to_owned();
    let configuration = folder.join("pgpool.conf");
    fs::write(&configuration, settings(folder, port, primary, standby, reads)).unwrap();
    let mut serve = vec![text(&programs::pgpool()), "-n".into(), "-f".into()];
    serve.push(text(&configuration));
    for (option, name) in [("-F", "pcp.conf"), ("-a", "pool_hba.conf")] {
        let file = folder.join(name);
        fs::write(&file, "").unwrap();
        serve.extend([option.into(), text(&file)]);
    }
    // Its children go with it only if it is asked.
    Programs { init: vec!["true".into()], serve, quick: Signal::Int, users: ["postgres", "nobody"] }
}

/// Through the sockets of the servers, which ask for no password.
fn settings(folder: &Path, port: u16, primary: &Server, standby: &Standby, reads: Reads) -> String {
    let by_name = match reads {
        Reads::ByVolatility => "",
        Reads::ByName => "write_function_list = 'currval,lastval,nextval,setval'\n",
    };
    let (own, user) = (folder.display(), crate::USER);
    let (primary_port, standby_port) = (primary.port(), standby.port());
    format!(
        "backend_clustering_mode = 'streaming_replication'\n\
         listen_addresses = '127.0.0.1'\n\
         port = {port}\n\
         socket_dir = '{own}'\n\
         pcp_listen_addresses = ''\n\
         pcp_socket_dir = '{own}'\n\
         wd_ipc_socket_dir = '{own}'\n\
         pid_file_name = '{own}/pgpool.pid'\n\
         logdir = '{own}'\n\
         pool_passwd = ''\n\
         num_init_children = 60\n\
         max_pool = 1\n\
         sr_check_user = '{user}'\n\
         load_balance_mode = on\n\
         backend_hostname0 = '{primary}'\n\
         backend_port0 = {primary_port}\n\
         backend_weight0 = 0\n\
         backend_flag0 = 'ALWAYS_PRIMARY|DISALLOW_TO_FAILOVER'\n\
         backend_hostname1 = '{standby}'\n\
         backend_port1 = {standby_port}\n\
         backend_weight1 = 1\n\
         backend_flag1 = 'DISALLOW_TO_FAILOVER'\n\
         {by_name}",
        primary = primary.folder().display(),
        standby = standby.folder().display(),
    )
}
