//! Starts everything that the harness can start, says what that is, and waits to be killed.

use std::io::{Result, Write as _};
use std::path::Path;

use dbmig_tests::servers::{Pgbouncer, PoolMode};
use dbmig_tests::{Backend, database, servers};

fn main() -> Result<()> {
    for backend in Backend::ALL {
        database(backend).execute("CREATE TABLE t (x INTEGER)");
    }
    let (postgres, mariadb) = (servers::postgres(), servers::mariadb());
    let pooler = Pgbouncer::start(postgres, PoolMode::Session, 1);
    let scratch = dbmig_tests::folder();
    let scratch = scratch.path().parent().unwrap_or(Path::new("/"));

    let mut out = std::io::stdout();
    writeln!(out, "{}\n{}\n{}", postgres.pid(), mariadb.pid(), pooler.pid())?;
    for folder in [postgres.folder(), mariadb.folder(), pooler.folder(), scratch] {
        writeln!(out, "{}", folder.display())?;
    }
    out.flush()?;
    loop {
        std::thread::park();
    }
}
