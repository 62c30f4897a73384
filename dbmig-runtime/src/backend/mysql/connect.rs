//! Connections to MySQL and MariaDB.

use crate::database::Database;
use crate::database::connection::{ConnectionOrigin, establish};
use crate::error::{ConnectReason, Error};
use crate::url::DatabaseUrl;

/// libmariadb knows no `ssl_mode`: it goes on without encryption where the server offers none,
/// and checks a certificate only against an authority that it was given
/// (Connector/C 3.3, tried in `tests/tests/it/tls.rs`). So what the URL asks for is checked here.
pub(crate) fn connect(
    origin: ConnectionOrigin,
    url: &DatabaseUrl,
) -> Result<Box<dyn Database>, Error> {
    let mode = url.parameter("ssl_mode").unwrap_or_default().to_ascii_lowercase();
    let verifies = mode.starts_with("verify");
    let wants = verifies || mode == "required" || url.parameter("ssl_ca").is_some();
    let untrusted = |message: &str| Error::Connect {
        url: url.to_string(),
        reason: ConnectReason::Untrusted,
        message: message.to_owned(),
    };
    if verifies && url.parameter("ssl_ca").is_none() {
        return Err(untrusted(
            "`ssl_mode` asks to verify a certificate, and no `ssl_ca` says against what",
        ));
    }
    let mut db = establish::<diesel::MysqlConnection>(origin, url, url.expose())?;
    let encrypted = |db: &mut dyn Database| {
        let rows = db.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
        rows.is_ok_and(|rows| rows.first().is_some_and(|row| !row.text(1).is_empty()))
    };
    if wants && mode != "disabled" && !encrypted(&mut *db) {
        return Err(untrusted("the connection is not encrypted: the server offers no TLS"));
    }
    Ok(db)
}
