//! Sessions that still work for runners that are gone: a server goes on with the statement of a
//! client that was killed.

use std::time::{Duration, Instant};

use super::{Freshness, waiting::Waiting};
use crate::backend::Database;
use crate::backend::engine::Activity;
use crate::error::Error;
use crate::event::Observe;
use crate::look::{Look, look_again as look_there};
use crate::options::Options;
use dbmig_core::plan::{Cause, History, Interrupted};
use diesel::QueryResult;

/// A session that does nothing may still have a statement before it that it has not read; one of a
/// pooler keeps its name for much longer.
const GRACE: Duration = Duration::from_secs(2);

/// Waits until no session works any more for a run that was interrupted, and then says what the
/// database looks like.
pub(super) fn outlive(
    db: &mut dyn Database,
    options: &Options,
    (seen, freshness): (Look, Freshness),
    observe: &mut Observe<'_>,
    beat: &mut dyn FnMut() -> QueryResult<()>,
) -> Result<Look, Error> {
    let seen = if freshness == Freshness::Unknown { look_again(db, &seen)? } else { seen };
    // Of one that failed, nobody is at work any more; what it has left is in the catalogue.
    let History { interrupted, announced, .. } = &seen.history;
    if !interrupted.iter().any(Interrupted::is_lost_or_in_doubt) && announced.is_empty() {
        return Ok(seen);
    }
    let sessions = lost_sessions(&seen);
    let mut waiting = Waiting::new(options.lock_wait, options.control.clone());
    let since = Instant::now();
    for session in sessions {
        while let Some(worker) = still_there(db, &session, since)? {
            waiting.pause(Some(&worker), observe)?;
            beat().map_err(super::lost())?;
        }
    }
    // What the catalogue said while they were at work may not hold any more.
    look_again(db, &seen)
}

/// Behind a pooler another session may have another `search_path`, left there by somebody else.
fn look_again(db: &mut dyn Database, seen: &Look) -> Result<Look, Error> {
    let look = look_there(db, &seen.tables)?;
    // Somebody may have been faster with a table that was not there.
    super::refuse(&look)?;
    if look.tables.current == seen.tables.current {
        return Ok(look);
    }
    let [before, now] = [&seen.tables.current, &look.tables.current];
    Err(Error::OtherSchema { before: before.clone(), now: now.clone() })
}

fn lost_sessions(seen: &Look) -> Vec<String> {
    let lost = seen.history.interrupted.iter().filter(|run| run.cause == Cause::Lost);
    let announced = seen.history.announced.iter().map(|run| &run.session);
    let sessions = lost.map(|run| &run.session).chain(announced).flatten();
    sessions.filter(|session| !session.is_empty()).cloned().collect()
}

fn still_there(
    db: &mut dyn Database,
    session: &str,
    since: Instant,
) -> Result<Option<String>, Error> {
    let engine = db.engine();
    let activity = engine.activity(db, session);
    Ok(match activity.map_err(Error::database("look for sessions of earlier runs"))? {
        Activity::Working(what) => Some(format!("a session whose runner is gone ({what})")),
        Activity::Idle if since.elapsed() < GRACE => {
            Some("a session whose runner is gone".to_owned())
        }
        Activity::Idle | Activity::Gone => None,
    })
}
