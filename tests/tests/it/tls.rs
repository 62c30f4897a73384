//! The TLS settings of a URL, against servers that have certificates.

use dbmig_tests::servers::{Options, Server};
use dbmig_tests::{Engine, Project};

use super::faults::{finish, start};
use crate::project;

fn one(project: &Project, encrypted: &str) {
    // Fails unless the connection that works is encrypted.
    project.migration(
        "1_a",
        &format!("CREATE TABLE t1 (id INTEGER);\n{encrypted}"),
        "DROP TABLE t1;",
    );
}

#[test]
fn postgres_by_the_settings_of_the_url() {
    let server = Server::start_dedicated(Engine::Postgres, &Options::default().with_tls());
    let (project, db) = (project(), server.database());
    one(
        &project,
        "SELECT 1 / (CASE WHEN ssl THEN 1 ELSE 0 END) FROM pg_stat_ssl WHERE pid = pg_backend_pid();",
    );
    let (ca, another) = (server.tls().ca().display(), server.tls().another_ca().display());
    let run = |command: &str, parameters: &str| {
        finish(start(&project, &format!("{}?{parameters}", db.url()), &[command]))
    };
    let wrong = run("run", &format!("sslmode=verify-full&sslrootcert={another}")).expect(1);
    assert!(
        wrong.stderr.contains("the server's certificate is not to be trusted"),
        "{}",
        wrong.stderr
    );
    assert!(wrong.stderr.contains("certificate verify failed"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("sslrootcert"), "{}", wrong.stderr);
    // The right authority, but another host than the certificate is for.
    let host = db.url().replace("127.0.0.1", "db.internal");
    let url = format!("{host}?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={ca}");
    let other = finish(start(&project, &url, &["run"])).expect(1);
    assert!(other.stderr.contains("does not match host name"), "{}", other.stderr);
    let missing = run("run", "sslmode=verify-full&sslrootcert=/nowhere/ca.pem").expect(1);
    assert!(missing.stderr.contains("/nowhere/ca.pem"), "{}", missing.stderr);
    assert_eq!(db.tables(), [""; 0], "nothing was done before");

    run("run", &format!("sslmode=verify-full&sslrootcert={ca}")).success();
    run("revert", &format!("sslmode=verify-full&sslrootcert={ca}")).success();
    run("run", "sslmode=require").success();
    run("revert", "sslmode=require").success();
    // Both connections are as the URL says: without, the migration itself finds out.
    run("run", "sslmode=disable").expect(1);

    let plain = dbmig_tests::database(dbmig_tests::Backend::Postgres);
    let url = format!("{}?sslmode=require", plain.url());
    let refused = finish(start(&project, &url, &["run"])).expect(1);
    assert!(refused.stderr.contains("does not support SSL"), "{}", refused.stderr);
}

#[test]
fn mariadb_by_the_settings_of_the_url() {
    let options = Options::default().with_tls().with("require_secure_transport", "1");
    let server = Server::start_dedicated(Engine::MariaDb, &options);
    let (project, db) = (project(), server.database());
    one(&project, "");
    let (ca, another) = (server.tls().ca().display(), server.tls().another_ca().display());
    let run = |command: &str, url: &str, parameters: &str| {
        finish(start(&project, &format!("{url}?{parameters}"), &[command]))
    };
    // The library checks the authority where it is given one, whatever the mode is.
    for parameters in ["", "&ssl_mode=REQUIRED", "&ssl_mode=VERIFY_CA"] {
        let wrong = run("run", db.url(), &format!("ssl_ca={another}{parameters}")).expect(1);
        assert!(
            wrong.stderr.contains("the server's certificate is not to be trusted"),
            "{}",
            wrong.stderr
        );
        assert!(wrong.stderr.contains("ssl_ca"), "{}", wrong.stderr);
        run("run", db.url(), &format!("ssl_ca={ca}{parameters}")).success();
        run("revert", db.url(), &format!("ssl_ca={ca}{parameters}")).success();
    }
    // And nothing where it is not.
    let unchecked = run("run", db.url(), "ssl_mode=VERIFY_CA").expect(1);
    assert!(unchecked.stderr.contains("no `ssl_ca` says against what"), "{}", unchecked.stderr);
    // The library goes on without a word where the server has no TLS; we do not.
    let plain = dbmig_tests::database(dbmig_tests::Backend::MariaDb);
    for parameters in [&format!("ssl_ca={ca}"), "ssl_mode=REQUIRED"] {
        let refused = run("run", plain.url(), parameters).expect(1);
        assert!(refused.stderr.contains("the connection is not encrypted"), "{}", refused.stderr);
    }
    assert_eq!(plain.tables(), [""; 0]);
}
