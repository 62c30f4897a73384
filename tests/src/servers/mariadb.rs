//! How a MariaDB server is created and run.

use std::path::Path;

use super::{Durability, Options, Programs, Signal, Tls};
use crate::{Session, programs};

const FAST: [&str; 5] = [
    "--innodb-flush-method=nosync",
    // Written at each commit, so that a killed server has it, but not flushed.
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--sync-frm=0",
    "--performance-schema=0",
];

const ALWAYS: [&str; 8] = [
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--max-connections=300",
    // The harness connects until the server answers: that must not get it locked out.
    "--max-connect-errors=1000000",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=32M",
    "--default-time-zone=+00:00",
];

/// The commands that make the data folder and that serve it.
pub(super) fn programs(folder: &Path, port: u16, options: &Options, tls: Option<&Tls>) -> Programs {
    let text = |path: &Path| path.to_str().expect("a temporary folder in UTF-8").to_owned();
    let data = format!("--datadir={}", folder.join("data").display());
    // A server that starts removes what others have left in their common folder, or still use.
    let temporary = format!("--tmpdir={}", folder.display());
    let users = folder.join("users.sql");
    std::fs::write(&users, create_user()).unwrap();

    let mut init = vec![text(&programs::mariadb("mariadb-install-db")), "--no-defaults".into()];
    init.extend([data.clone(), temporary.clone()]);
    init.push("--auth-root-authentication-method=normal".into());
    init.extend(["--skip-test-db", "--skip-name-resolve"].map(Into::into));
    init.extend(["--innodb-flush-method=nosync", "--innodb-log-file-size=32M"].map(Into::into));

    let mut serve = vec![text(&programs::mariadb("mariadbd")), "--no-defaults".into(), data];
    serve.push(temporary);
    serve.push(format!("--port={port}"));
    serve.push(format!("--socket={}", folder.join("socket").display()));
    serve.push(format!("--pid-file={}", folder.join("server.pid").display()));
    serve.push(format!("--init-file={}", users.display()));
    serve.extend(ALWAYS.map(Into::into));
    if options.durability == Durability::Fast {
        serve.extend(FAST.map(Into::into));
    }
    if let Some(tls) = tls {
        serve.push(format!("--ssl-ca={}", tls.ca().display()));
        serve.push(format!("--ssl-cert={}", tls.certificate().display()));
        serve.push(format!("--ssl-key={}", tls.key().display()));
    }
    serve.extend(options.settings.iter().map(|(name, value)| format!("--{name}={value}")));

    Programs { init, serve, quick: Signal::Kill, users: ["mysql", "nobody"] }
}

/// Run by the server at each start, before it accepts connections. One statement per line.
fn create_user() -> String {
    let (user, password) = (crate::USER, crate::PASSWORD);
    format!(
        "CREATE USER IF NOT EXISTS '{user}'@'127.0.0.1' IDENTIFIED BY '{password}';\n\
         GRANT ALL PRIVILEGES ON *.* TO '{user}'@'127.0.0.1' WITH GRANT OPTION;\n"
    )
}

pub(super) fn create_database(admin: &mut Session, name: &str) {
    admin.execute(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
}
