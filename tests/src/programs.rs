//! Where the programs are that the harness runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of PostgreSQL's programs; a `*` stands for any text within one name.
const POSTGRES: [&str; 6] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/pgsql/bin",
];

/// Folders of MariaDB's programs: distributions keep its server off the path of ordinary users.
const MARIADB: [&str; 6] = [
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/libexec",
    "/usr/local/sbin",
    "/opt/homebrew/opt/mariadb*/bin",
    "/usr/local/opt/mariadb*/bin",
];

/// A program of PostgreSQL, of the version that is asked for: a number, whose programs
/// `tests/postgres` unpacks, or a folder of them. Servers and `pg_dump` come from one folder, so their
/// versions agree.
///
/// Without `version` it is the one that `DBMIG_POSTGRES` names, or the newest that is installed.
pub(crate) fn postgres(version: Option<&str>, name: &str) -> PathBuf {
    let named = version.map(str::to_owned).or_else(|| env::var("DBMIG_POSTGRES").ok());
    match named.filter(|named| !named.is_empty()) {
        // Any client speaks with any server; the packages have none.
        Some(named) if name != "psql" => postgres_of(&named, name),
        Some(_) | None => installed_postgres(name),
    }
}

fn postgres_of(version: &str, name: &str) -> PathBuf {
    let installed = format!("/usr/lib/postgresql/{version}/bin");
    let folders = match version.contains('/') {
        true => vec![PathBuf::from(version)],
        false => vec![unpacked_postgres().join(version).join("bin"), installed.into()],
    };
    first(name, &folders).unwrap_or_else(|| {
        panic!("no `{name}` of PostgreSQL {version} in {folders:?}: `tests/postgres {version}` unpacks some versions")
    })
}

/// Where `tests/postgres` unpacks them.
fn unpacked_postgres() -> PathBuf {
    crate::workspace().join("target/postgres")
}

fn installed_postgres(name: &str) -> PathBuf {
    let mut folders = search_path();
    folders.extend(expand(&POSTGRES));
    // A link on the path to one of the programs leads to the folder that has all of them.
    let home =
        |folder: &PathBuf| Some(folder.join("initdb").canonicalize().ok()?.parent()?.to_owned());
    let mut programs = folders.iter().filter_map(home).map(|folder| folder.join(name));
    programs.find(|program| program.is_file()).unwrap_or_else(|| {
        panic!("no `{name}` of a PostgreSQL server found: install PostgreSQL 13 or newer (Debian: `apt-get install postgresql`, Homebrew: `brew install postgresql`)")
    })
}

/// A program of MariaDB.
pub(crate) fn mariadb(name: &str) -> PathBuf {
    let mut folders = search_path();
    folders.extend(expand(&MARIADB));
    first(name, &folders).unwrap_or_else(|| {
        panic!("no `{name}` found: install MariaDB 10.6 or newer (Debian: `apt-get install mariadb-server`, Homebrew: `brew install mariadb`)")
    })
}

/// The pooler, which distributions keep off the path of ordinary users as well.
pub(crate) fn pgbouncer() -> PathBuf {
    let mut folders = search_path();
    folders.extend(["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"].map(Into::into));
    first("pgbouncer", &folders).unwrap_or_else(|| {
        panic!("no `pgbouncer` found: install pgbouncer 1.18 or newer (Debian: `apt-get install pgbouncer`, Homebrew: `brew install pgbouncer`)")
    })
}

/// Galera's library, which a MariaDB server loads.
pub(crate) fn galera() -> PathBuf {
    let folders =
        ["/usr/lib/galera", "/usr/lib64/galera-4", "/usr/lib64/galera"].map(PathBuf::from);
    first("libgalera_smm.so", &folders).unwrap_or_else(|| {
        panic!("no `libgalera_smm.so` found: install Galera 4 (Debian: `apt-get install galera-4 rsync`)")
    })
}

/// The proxy that spreads reads.
pub(crate) fn pgpool() -> PathBuf {
    let mut folders = search_path();
    folders.extend(["/usr/sbin", "/usr/local/bin"].map(Into::into));
    first("pgpool", &folders).unwrap_or_else(|| {
        panic!(
            "no `pgpool` found: install pgpool-II 4.3 or newer (Debian: `apt-get install pgpool2`)"
        )
    })
}

/// The script of PGlite's socket server, which `tests/run setup` installs below the build folder.
pub(crate) fn pglite() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| crate::workspace().join("target"));
    let server = target.join("pglite/node_modules/.bin/pglite-server");
    let server = crate::workspace().join(server);
    assert!(server.is_file(), "no {}: run `tests/run setup`, which needs npm", server.display());
    server
}

/// What makes certificates.
pub(crate) fn openssl() -> PathBuf {
    first("openssl", &search_path()).unwrap_or_else(|| {
        panic!("no `openssl` found: install OpenSSL (Debian: `apt-get install openssl`, Homebrew: `brew install openssl`)")
    })
}

fn first(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    folders.iter().map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// The folders that exist, with the newest version of each pattern first.
fn expand(patterns: &[&str]) -> Vec<PathBuf> {
    patterns.iter().flat_map(|pattern| expand_one(pattern)).collect()
}

fn expand_one(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![pattern.into()] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let rest = after.trim_start_matches('/');
    let Ok(entries) = fs::read_dir(Path::new(parent)) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(number(name)));
    names.iter().map(|name| Path::new(parent).join(name).join(rest)).collect()
}

/// The first number in a name: `postgresql@16` is newer than `postgresql@9`.
fn number(name: &str) -> u32 {
    let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().unwrap_or(0)
}
