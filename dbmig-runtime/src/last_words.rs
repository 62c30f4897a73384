//! Why a connection was lost, as far as that can be found out.
//!
//! A server says why it ends a connection, libpq keeps it, and Diesel does not hand it on: of the two
//! results that libpq makes of it, it takes the last one, which only says that the server is gone. So
//! a new connection is asked what there is to be seen, and nothing is said that is not.

use std::sync::mpsc::channel;
use std::time::Duration;

use dbmig_core::sql::Statement;

use crate::database::Database;
use crate::database::connection::ConnectionOrigin;
use crate::database::engine::{During, Engine};
use crate::error::transient::is_lost;
use crate::error::{Error, with_words};

/// How long the new connection may take, with its answer: whoever waits has lost a connection and
/// wants to know that first of all.
const PATIENCE: Duration = Duration::from_secs(3);

/// `error` with what can be found out, where it tells of a lost connection and `db` is one that dbmig
/// opened itself.
pub(crate) fn ask(db: &dyn Database, error: Error) -> Error {
    let during = match &error {
        Error::Migration(error) if is_lost(&error.source) => During::Step,
        Error::Database { source, .. } if is_lost(source) => During::Question,
        _ => return error,
    };
    let Some(origin) = db.origin_of() else { return error };
    match words(origin, db.engine(), during) {
        Some(words) => error.map_source(|source| with_words(source, &words)),
        None => error,
    }
}

/// On a thread of its own: there may be nobody who ever answers.
fn words(origin: &ConnectionOrigin, engine: &'static dyn Engine, during: During) -> Option<String> {
    let lasted = origin.lasted();
    // Nobody is to take its silence for the run's.
    let origin = origin.untold();
    let (tell, told) = channel();
    let asking = move || {
        let words = match origin.open() {
            Ok(mut db) => engine.last_words(&mut *db, lasted, during).ok().flatten(),
            Err(Error::Connect { message, .. }) => {
                Some(format!("a new connection fails, too: {}", message.trim_end()))
            }
            Err(_) => None,
        };
        // Who asked may have left.
        let _ = tell.send(words);
    };
    std::thread::Builder::new().name("dbmig-asks".to_owned()).spawn(asking).ok()?;
    told.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        Some(format!("a new connection had no answer within {} s", PATIENCE.as_secs()))
    })
}

/// `error` of a step, which names the limits that may have struck and that no new connection knows:
/// those that its `statements` name, and those of the owner of its transaction.
pub(crate) fn of_limits(
    engine: &dyn Engine,
    statements: &[Statement<'_>],
    owners: &str,
    error: diesel::result::Error,
) -> diesel::result::Error {
    if !is_lost(&error) {
        return error;
    }
    let named = statements.iter().find_map(|statement| {
        let text = statement.text.to_lowercase();
        let name = engine.limits().iter().find(|name| text.contains(**name))?;
        Some(format!("the script names {name} at {}, which may have ended it", statement.position))
    });
    let owners = (!owners.is_empty()).then(|| {
        format!(
            "the app's own transaction, in which dbmig ran, has limits, which may have ended it: {owners}"
        )
    });
    named.into_iter().chain(owners).fold(error, |error, words| with_words(error, &words))
}
