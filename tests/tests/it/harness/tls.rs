//! Servers with certificates, asked by their own clients.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use dbmig_tests::project::{Output, run};
use dbmig_tests::servers::{Options, Server, client};
use dbmig_tests::{Engine, PASSWORD, TestDatabase, USER};

fn psql(database: &TestDatabase, host: &str, parameters: &str) -> Output {
    let url = database.url().replace("127.0.0.1", host);
    let mut psql = client(Engine::Postgres);
    psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command"]);
    psql.arg("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    run(psql.arg(format!("{url}?{parameters}")))
}

#[test]
fn postgres_shows_a_certificate_that_verifies() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default().with_tls());
    let database = server.database();
    let (ca, another) = (server.tls().ca().display(), server.tls().another_ca().display());
    for host in ["127.0.0.1", "localhost"] {
        let output = psql(&database, host, &format!("sslmode=verify-full&sslrootcert={ca}"));
        assert_eq!(output.success().stdout, "t\n", "{host}");
    }
    let output = psql(&database, "127.0.0.1", &format!("sslmode=verify-ca&sslrootcert={another}"));
    assert!(output.expect(2).stderr.contains("certificate verify failed"));
    assert_eq!(psql(&database, "127.0.0.1", "sslmode=disable").success().stdout, "f\n");

    let key = server.folder().join("server.key").metadata().unwrap();
    assert_eq!(key.permissions().mode() & 0o077, 0);
}

fn mariadb(server: &Server, args: &[&str]) -> Output {
    let mut mariadb = client(Engine::MariaDb);
    mariadb.args(["--no-defaults", "--protocol=tcp", "--skip-column-names", "--batch"]);
    mariadb.args([format!("--port={}", server.port()), format!("--user={USER}")]);
    mariadb.args(["--host=127.0.0.1"]).args(args).env("MYSQL_PWD", PASSWORD);
    run(mariadb.args(["--execute", "SHOW STATUS LIKE 'Ssl_cipher'"]))
}

#[test]
fn mariadb_shows_a_certificate_that_verifies_and_can_demand_encryption() {
    let options = Options::default().with_tls().with("require_secure_transport", "1");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let ca = |path: &Path| format!("--ssl-ca={}", path.display());
    let verify = "--ssl-verify-server-cert";
    let output = mariadb(&server, &[verify, &ca(server.tls().ca())]).success();
    assert!(output.stdout.contains("TLS_"), "{}", output.stdout);
    let output = mariadb(&server, &[verify, &ca(server.tls().another_ca())]);
    assert!(output.expect(1).stderr.contains("certificate"));
    // So MariaDB 10.11 says it, though the password is right.
    let output = mariadb(&server, &["--skip-ssl"]).expect(1);
    assert!(output.stderr.contains("Access denied"), "{}", output.stderr);
    // The harness's own client and the dump get in.
    let database = server.database();
    database.execute("CREATE TABLE t (x INTEGER)");
    assert!(database.dump().contains("CREATE TABLE"));
}
