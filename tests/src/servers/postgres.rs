//! How a PostgreSQL server is created and run.

use std::path::Path;

use super::{Durability, Options, Programs, Signal, Tls};
use crate::{Session, programs};

const FAST: [&str; 4] = [
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    // `minimal` leaves nothing for replication to read.
    "max_wal_senders=0",
];

const ALWAYS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "timezone=UTC",
    // Tests create and drop schemas all the time: a checkpoint in between is only in the way.
    "max_wal_size=4GB",
    "shared_buffers=64MB",
];

/// The commands that make the data folder and that serve it.
pub(super) fn programs(folder: &Path, port: u16, options: &Options, tls: Option<&Tls>) -> Programs {
    let text = |path: &Path| path.to_str().expect("a temporary folder in UTF-8").to_owned();
    let data = text(&folder.join("data"));
    let password = text(&folder.join("password"));
    std::fs::write(&password, crate::PASSWORD).unwrap();

    let program = |name| text(&programs::postgres(options.version.as_deref(), name));
    let mut init = vec![program("initdb")];
    init.extend(
        ["--pgdata", &data, "--username", crate::USER, "--pwfile", &password].map(Into::into),
    );
    init.extend(
        [
            "--auth-host=scram-sha-256",
            "--auth-local=trust",
            "--locale=C",
            "--encoding=UTF8",
            "--no-sync",
        ]
        .map(Into::into),
    );

    let mut serve = vec![program("postgres"), "-D".into(), data];
    let mut set = |setting: String| serve.extend(["-c".into(), setting]);
    set(format!("port={port}"));
    set(format!("unix_socket_directories={}", folder.display()));
    ALWAYS.iter().for_each(|setting| set((*setting).into()));
    if options.durability == Durability::Fast {
        FAST.iter().for_each(|setting| set((*setting).into()));
    }
    if let Some(tls) = tls {
        set("ssl=on".into());
        set(format!("ssl_cert_file={}", tls.certificate().display()));
        set(format!("ssl_key_file={}", tls.key().display()));
    }
    options.settings.iter().for_each(|(name, value)| set(format!("{name}={value}")));

    Programs { init, serve, quick: Signal::Quit, users: ["postgres", "nobody"] }
}

/// For the harness's own connections: the socket in the server's folder spares them the password,
/// whose check takes ten times as long as all the rest when the client is not optimised.
pub(super) fn socket_url(folder: &Path, port: u16, database: &str) -> String {
    let host = folder.to_str().expect("a temporary folder in UTF-8").replace('/', "%2F");
    format!("postgres://{}@{host}:{port}/{database}", crate::USER)
}

/// `template0` has never a connection in the way of a copy, and copying its files is by far the
/// quickest way; up to version 14 it is the only one, and has no name.
pub(super) fn create_database(admin: &mut Session, name: &str) {
    let version = admin.query("SHOW server_version_num");
    let is_named = version[0][0].as_deref() >= Some("150000");
    let strategy = if is_named { "STRATEGY file_copy" } else { "" };
    admin.execute(&format!("CREATE DATABASE {name} TEMPLATE template0 {strategy}"));
}
