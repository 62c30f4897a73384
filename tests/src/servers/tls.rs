//! Certificates for a server, made with the `openssl` command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{environment, programs};

/// The system's own configuration is left out: it is another one on each system.
const CONFIGURATION: &str = "
[req]
distinguished_name = name
prompt = no
[name]
commonName = dbmig tests
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = IP:127.0.0.1, DNS:localhost
";

/// The certificates of one server, which go with its folder.
#[derive(Debug)]
pub struct Tls {
    ca: PathBuf,
    another_ca: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Tls {
    /// Makes them in the server's folder, before it is handed over to the server's user.
    pub(super) fn create(folder: &Path) -> Self {
        fs::write(folder.join("openssl.cnf"), CONFIGURATION).unwrap();
        make_ca(folder, "ca");
        make_ca(folder, "another-ca");
        make_server_certificate(folder);
        let file = |name| folder.join(name);
        Self {
            ca: file("ca.crt"),
            another_ca: file("another-ca.crt"),
            certificate: file("server.crt"),
            key: file("server.key"),
        }
    }

    /// The certificate of the CA that signed the server's, which is for 127.0.0.1 and localhost.
    pub fn ca(&self) -> &Path {
        &self.ca
    }

    /// The certificate of a CA that signed nothing.
    pub fn another_ca(&self) -> &Path {
        &self.another_ca
    }

    pub(super) fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// Only its owner may read it, as `openssl` makes it and PostgreSQL insists.
    pub(super) fn key(&self) -> &Path {
        &self.key
    }
}

fn make_ca(folder: &Path, name: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.crt"));
    let subject = format!("/CN=dbmig tests {name}");
    let mut request = request(folder, &key, &subject);
    request.args(["-x509", "-extensions", "ca", "-days", "2", "-out", &certificate]);
    run(&mut request);
}

fn make_server_certificate(folder: &Path) {
    run(request(folder, "server.key", "/CN=localhost").args(["-out", "server.csr"]));
    let mut sign = openssl(folder, "x509");
    sign.args(["-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial"]);
    sign.args(["1", "-extfile", "openssl.cnf", "-extensions", "server", "-days", "2"]);
    run(sign.args(["-out", "server.crt"]));
}

/// A new key and what is certified about it.
fn request(folder: &Path, key: &str, subject: &str) -> Command {
    let mut command = openssl(folder, "req");
    command.args(["-config", "openssl.cnf", "-newkey", "ec", "-pkeyopt"]);
    command.args(["ec_paramgen_curve:prime256v1", "-nodes", "-sha256", "-keyout", key]);
    command.args(["-subj", subject]);
    command
}

fn openssl(folder: &Path, command: &str) -> Command {
    let mut openssl = Command::new(programs::openssl());
    environment::clean(&mut openssl).current_dir(folder).arg(command);
    openssl
}

fn run(command: &mut Command) {
    crate::project::run(command).success();
}
