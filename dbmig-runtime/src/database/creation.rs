//! Creating what somebody else may create at the same moment.

use std::time::Duration;

use dbmig_core::dialect::Ddl;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};

use super::envelope::Envelope;
use super::session::{Nesting, Session};
use crate::error::transient::{is_lock_wait, is_lost};

/// How often it is tried. Each time somebody else must have been faster, with a table that then is
/// there; so the second time does, unless the other one drops it again.
const TRIES: u32 = 20;

/// Executes `create`, statements that say `IF NOT EXISTS`. PostgreSQL looks first and creates then, so of
/// two at once one fails in the catalogue, in words of the server's language: tried again where
/// `look` finds something else than `before`, or where it was a unique index that refused.
///
/// In a transaction of the owner it is undone first: a statement that fails would end that, too.
pub(crate) fn create_concurrently<T: PartialEq>(
    db: &mut dyn Session,
    ddl: Ddl,
    create: &str,
    mut before: T,
    mut read: impl FnMut(&mut dyn Session) -> QueryResult<T>,
) -> QueryResult<()> {
    let guard = guard(db, ddl);
    let guarded = format!("{}{create}{}", guard.open, guard.close);
    let mut tried = 1;
    while let Err(error) = db.execute(&guarded) {
        if is_lost(&error) || tried == TRIES {
            return Err(error);
        }
        if !guard.abort.is_empty() {
            db.execute(&guard.abort)?;
        }
        let now = read(db)?;
        if now == before && !is_collision(&error) {
            return Err(error);
        }
        (before, tried) = (now, tried + 1);
        std::thread::sleep(Duration::from_millis(5 + fastrand::u64(0..20)));
    }
    Ok(())
}

/// What undoes a failed try inside of a transaction of the owner; elsewhere the server does.
fn guard(db: &mut dyn Session, ddl: Ddl) -> Envelope {
    match (db.nesting(), ddl) {
        (Nesting::InTransaction, Ddl::Transactional) => {
            let point = "SAVEPOINT dbmig_create;\n";
            Envelope {
                open: point.to_owned(),
                close: format!("RELEASE {point}"),
                abort: format!("ROLLBACK TO {point}RELEASE {point}"),
                ..Envelope::default()
            }
        }
        (Nesting::InTransaction, Ddl::CommitsImplicitly) | (Nesting::TopLevel, _) => {
            Envelope::default()
        }
    }
}

/// Whether it says by itself that somebody else is at it.
fn is_collision(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))
        || is_lock_wait(error)
}
