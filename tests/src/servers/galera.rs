//! Nodes of a Galera cluster, each a MariaDB server of its own.

use std::time::{Duration, Instant};

use super::{Options, Server, free_port};
use crate::{Engine, TestDatabase, programs};

/// How long a node may take to find the others, or to notice that they are gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// A cluster. Dropping it stops its nodes.
#[derive(Debug)]
pub struct Galera {
    nodes: Vec<Server>,
}

impl Galera {
    /// Starts so many nodes. The first one begins the cluster, the others get its data with rsync.
    pub fn start(nodes: usize) -> Self {
        let mut cluster = Self { nodes: Vec::new() };
        let mut members = Vec::new();
        for number in 0..nodes {
            let (options, member) = node(number, &members);
            cluster.nodes.push(Server::start_dedicated(Engine::MariaDb, &options));
            members.push(member);
            cluster.await_status(number, "wsrep_ready", "ON");
        }
        let size = nodes.to_string();
        (0..nodes).for_each(|number| cluster.await_status(number, "wsrep_cluster_size", &size));
        cluster
    }

    /// The node with this number, from 0.
    pub fn node(&self, number: usize) -> &Server {
        &self.nodes[number]
    }

    /// How many there are.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// A new empty database, seen through the first node; all nodes have it when this returns.
    pub fn database(&self) -> TestDatabase {
        let database = self.nodes[0].database();
        let deadline = Instant::now() + PATIENCE;
        for node in &self.nodes {
            let there = format!("SHOW DATABASES LIKE '{}'", database.name());
            while node.admin().query(&there).is_empty() {
                assert!(Instant::now() < deadline, "{} is not on each node", database.name());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        database
    }

    /// The same database through the node with this number.
    pub fn url(&self, number: usize, database: &TestDatabase) -> String {
        self.nodes[number].url(database.name())
    }

    /// Kills a node, as the kernel does when memory runs out; the others notice after a while.
    pub fn kill(&self, number: usize) {
        self.nodes[number].kill();
    }

    /// Waits until the server's status says so on the node with this number.
    #[track_caller]
    pub fn await_status(&self, number: usize, name: &str, value: &str) {
        let node = &self.nodes[number];
        let deadline = Instant::now() + PATIENCE;
        let says = || {
            let rows = node.connect()?.try_query(&format!("SHOW STATUS LIKE '{name}'"))?;
            Ok::<_, String>(rows.into_iter().next().and_then(|mut row| row.pop().flatten()))
        };
        loop {
            let said = says();
            if said.as_ref().is_ok_and(|said| said.as_deref() == Some(value)) {
                return;
            }
            assert!(Instant::now() < deadline, "{name} is {said:?}. The log:\n{}", node.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// How a node is started, and where the others find it.
fn node(number: usize, members: &[String]) -> (Options, String) {
    let [group, incremental, state] = [free_port(), free_port(), free_port()];
    let provider = format!(
        "base_host=127.0.0.1;base_port={group};gmcast.listen_addr=tcp://127.0.0.1:{group};\
         ist.recv_addr=127.0.0.1:{incremental};gcache.size=16M"
    );
    let options = Options::default()
        .with("binlog_format", "ROW")
        .with("innodb_autoinc_lock_mode", "2")
        .with("wsrep_on", "ON")
        .with("wsrep_provider", programs::galera().to_str().expect("a path in UTF-8"))
        .with("wsrep_provider_options", &provider)
        .with("wsrep_cluster_name", "dbmig")
        .with("wsrep_cluster_address", &format!("gcomm://{}", members.join(",")))
        .with("wsrep_node_address", "127.0.0.1")
        .with("wsrep_node_name", &format!("node{number}"))
        .with("wsrep_sst_method", "rsync")
        .with("wsrep_sst_receive_address", &format!("127.0.0.1:{state}"));
    (options, format!("127.0.0.1:{group}"))
}
