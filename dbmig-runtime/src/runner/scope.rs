//! A scope in which the session is as dbmig needs it.

use crate::database::Database;
use crate::error::Error;
use crate::last_words;

/// A scope in which the session is as dbmig needs it.
pub(super) fn within<T>(
    db: &mut dyn Database,
    body: impl FnOnce(&mut dyn Database) -> Result<T, Error>,
) -> Result<T, Error> {
    let leave = enter(db)?;
    inside(db, &leave, body)
}

pub(super) fn enter(db: &mut dyn Database) -> Result<String, Error> {
    db.engine().enter(db).map_err(Error::database("prepare the session"))
}

pub(super) fn inside<T>(
    db: &mut dyn Database,
    leave: &str,
    body: impl FnOnce(&mut dyn Database) -> Result<T, Error>,
) -> Result<T, Error> {
    let result = body(db).map_err(|error| last_words::ask(db, error));
    if !leave.is_empty() {
        let left = db.execute(leave);
        let value = result?;
        left.map_err(Error::database("restore the session"))?;
        return Ok(value);
    }
    result
}
