//! Sessions that still work for runners that are gone: a server goes on with the statement of a
//! client that was killed.

use std::time::{Duration, Instant};

use super::waiting::Waiting;
use crate::database::Database;
use crate::database::engine::{Activity, Idle};
use crate::database::lock::{Fence, Freshness};
use crate::error::Error;
use crate::event::Observe;
use crate::options::Options;
use crate::snapshot::{Snapshot, is_confirmed, read_again as read_there};
use dbmig_core::plan::{Cause, History, Interrupted};
use diesel::QueryResult;

/// A session that does nothing may still have a statement before it that it has not read; one of a
/// pooler keeps its name for much longer.
const GRACE: Duration = Duration::from_secs(2);

/// How the look under the lock is confirmed: with what the transactions of the work begin with, in
/// the session of this name.
pub(super) struct LockContext<'a> {
    pub(super) fence: &'a Fence,
    pub(super) session: &'a str,
    pub(super) options: &'a Options,
}

/// Waits until no session works any more for a run that was interrupted, and then says what the
/// database looks like.
pub(super) fn outlive(
    db: &mut dyn Database,
    under: &LockContext<'_>,
    (seen, freshness): (Snapshot, Freshness),
    observe: &mut Observe<'_>,
    heartbeat: &mut dyn FnMut() -> QueryResult<()>,
) -> Result<Snapshot, Error> {
    let mut waiting = Waiting::new(under.options.lock_wait, under.options.control.clone());
    let since = Instant::now();
    let read_again = |db: &mut dyn Database,
                      seen: &Snapshot,
                      sessions: &[String],
                      waiting: &mut Waiting,
                      observe: &mut Observe<'_>,
                      heartbeat: &mut dyn FnMut() -> QueryResult<()>| loop {
        if let Some(snapshot) = confirmed(db, under, seen, (sessions, since))? {
            return Ok::<_, Error>(snapshot);
        }
        waiting.changed(observe)?;
        heartbeat().map_err(super::lost())?;
    };
    let seen = match freshness {
        Freshness::Unchanged => seen,
        Freshness::Unknown => read_again(db, &seen, &[], &mut waiting, observe, heartbeat)?,
    };
    // Of one that failed, nobody is at work any more; what it has left is in the catalogue.
    let History { interrupted, announced, .. } = &seen.history;
    if !interrupted.iter().any(Interrupted::is_lost_or_in_doubt) && announced.is_empty() {
        return Ok(seen);
    }
    let sessions = lost_sessions(&seen);
    for session in &sessions {
        while let Some(worker) = still_there(db, session, since)? {
            waiting.pause(Some(&worker), observe)?;
            heartbeat().map_err(super::lost())?;
        }
    }
    // What the catalogue said while they were at work may not hold any more.
    read_again(db, &seen, &sessions, &mut waiting, observe, heartbeat)
}

/// A look that the server that writes confirms, and that none of `sessions` is at work there.
///
/// Behind a pooler another session may have another `search_path`, left there by somebody else.
fn confirmed(
    db: &mut dyn Database,
    under: &LockContext<'_>,
    seen: &Snapshot,
    (sessions, since): (&[String], Instant),
) -> Result<Option<Snapshot>, Error> {
    let snapshot = match read_there(db, &seen.tables) {
        Err(Error::Lagging { .. }) => return Ok(None),
        snapshot => snapshot?,
    };
    // Somebody may have been faster with a table that was not there.
    super::refuse(&snapshot)?;
    if snapshot.tables.current != seen.tables.current {
        let [before, now] = [&seen.tables.current, &snapshot.tables.current];
        return Err(Error::OtherSchema { before: before.clone(), now: now.clone() });
    }
    let engine = db.engine();
    let idle = if since.elapsed() < GRACE { Idle::Counts } else { Idle::Passes };
    let quiet: Vec<_> = sessions.iter().filter_map(|one| engine.quiet(one, idle)).collect();
    match is_confirmed(db, &snapshot, under.fence, (under.session, &quiet)) {
        Ok(true) => Ok(Some(snapshot)),
        Ok(false) => Ok(None),
        Err(error) if engine.is_fence(&error) => Err(Error::LockLost(Box::default())),
        Err(error) => Err(Error::database("confirm what was read")(error)),
    }
}

fn lost_sessions(seen: &Snapshot) -> Vec<String> {
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
