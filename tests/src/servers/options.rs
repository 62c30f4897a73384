//! How a server is started.

use std::path::Path;

use super::Tls;

/// Whether what is committed must survive a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Nothing is flushed to the disk: fast. What is committed survives a crash of the server, not
    /// one of the machine.
    #[default]
    Fast,
    /// As the server does by itself.
    Durable,
}

/// Whether clients may speak TLS with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// They cannot.
    #[default]
    Plain,
    /// They can, and need not: a setting of the server can demand it.
    Tls,
}

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whether commits are flushed to the disk.
    pub durability: Durability,
    /// Whether it has certificates.
    pub encryption: Encryption,
    /// Of PostgreSQL: another version than the suite runs on, one that `tests/postgres` unpacks.
    pub version: Option<String>,
    /// Settings by name, as in the server's own configuration; they win over the harness's.
    pub settings: Vec<(String, String)>,
}

impl Options {
    /// A server that flushes its commits.
    pub fn durable() -> Self {
        Self { durability: Durability::Durable, ..Self::default() }
    }

    /// PostgreSQL of that major version, as `tests/postgres` unpacks it.
    pub fn postgres(version: &str) -> Self {
        Self { version: Some(version.to_owned()), ..Self::default() }
    }

    /// Adds a setting of the server, for example `("max_connections", "20")`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Gives the server a certificate: [`Server::tls`](super::Server::tls) tells who signed it.
    #[must_use]
    pub fn with_tls(mut self) -> Self {
        self.encryption = Encryption::Tls;
        self
    }

    /// Makes the certificates, where the server is to have some.
    pub(super) fn tls(&self, folder: &Path) -> Option<Tls> {
        (self.encryption == Encryption::Tls).then(|| Tls::create(folder))
    }
}
