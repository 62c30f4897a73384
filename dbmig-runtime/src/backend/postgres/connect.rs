//! Connections to PostgreSQL.

use crate::database::Database;
use crate::database::connection::{ConnectionOrigin, establish};
use crate::error::Error;
use crate::url::DatabaseUrl;

/// What libpq is told where the URL does not say it, in its own words and units: a server that
/// has vanished is noticed in half a minute, not after hours.
const PARAMETERS: [(&str, &str); 5] = [
    ("connect_timeout", "10"),
    ("keepalives_idle", "15"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "30000"),
];

pub(crate) fn connect(
    origin: ConnectionOrigin,
    url: &DatabaseUrl,
) -> Result<Box<dyn Database>, Error> {
    establish::<diesel::PgConnection>(origin, url, url.with_parameters(&PARAMETERS).expose())
}
