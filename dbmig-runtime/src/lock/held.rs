//! The lock while it is held, with the connection that works under it.

use std::time::Duration;

use super::heartbeat::Working;
use super::orphans::LockContext;
use super::waiting::Waiting;
use super::{heartbeat, orphans};
use crate::backoff::patiently;
use crate::database::Database;
use crate::database::closed::Closed;
use crate::database::engine::Renewal;
use crate::database::lock::{Claim, Fence, Freshness, Guard, Lock, LockConnection};
use crate::error::{Error, NoLock};
use crate::event::Observe;
use crate::options::Options;
use crate::snapshot::Snapshot;
use crate::tables::Sessions;

/// The connection that works, and what it needs to know of the lock.
pub(crate) struct Held<'d> {
    work: Work<'d>,
    lock: &'d dyn Lock,
    claim: &'d Claim<'d>,
    working: &'d Working,
    /// How others know the session that works.
    pub(crate) session: String,
    /// [`Lock::fence`]
    pub(crate) fence: Fence,
    /// What the database says, read under the lock.
    pub(crate) snapshot: Snapshot,
}

enum Work<'d> {
    Own(Box<dyn Database>),
    Borrowed(&'d mut dyn Database),
}

impl Held<'_> {
    /// The connection that works.
    pub(crate) fn db(&mut self) -> &mut dyn Database {
        self.parts().0
    }

    /// The connection that works, and what was read with it.
    pub(crate) fn parts(&mut self) -> (&mut dyn Database, &mut Snapshot) {
        let db: &mut dyn Database = match &mut self.work {
            Work::Own(db) => &mut **db,
            Work::Borrowed(db) => &mut **db,
        };
        (db, &mut self.snapshot)
    }

    /// Tells those who wait what is done now.
    pub(crate) fn announce(&mut self, doing: &str) {
        self.working.tell(|told| doing.clone_into(&mut told.doing));
        let (lock, claim) = (self.lock, self.claim);
        if claim.connection == LockConnection::Shared {
            // Only for others to read.
            let _ = lock.heartbeat(self.db(), claim, doing);
        }
    }

    /// Makes the session as good as new, where statements alone cannot.
    pub(crate) fn renew(
        &mut self,
        options: &Options,
        observe: &mut Observe<'_>,
    ) -> Result<(), Error> {
        let Work::Own(db) = &mut self.work else { return Ok(()) };
        if db.engine().renewal() == Renewal::ByStatements {
            return Ok(());
        }
        let Some(open) = db.opener() else { return Ok(()) };
        // The old one first: the new one takes its place under the lock, and perhaps the last place
        // that the server has.
        *db = Box::new(Closed(db.engine()));
        *db = patiently(patience(options), &options.control, observe, open)?;
        join(&mut **db, self.lock, self.claim, options, observe, &mut || Ok(()))?;
        self.session = session(&mut **db, self.claim)?;
        self.working.tell(|told| self.session.clone_into(&mut told.session));
        Ok(())
    }
}

/// Runs `body` with the lock, which is held on `db`.
pub(super) fn work<T>(
    db: &mut dyn Database,
    lock: &dyn Lock,
    (claim, guard): (&Claim<'_>, &Guard),
    options: &Options,
    seen: (Snapshot, Freshness),
    observe: &mut Observe<'_>,
    body: impl FnOnce(&mut Held<'_>, &mut Observe<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let (fence, working) = (lock.fence(claim, guard), Working::default());
    if claim.connection == LockConnection::Shared {
        let session = session(db, claim)?;
        let under = LockContext { fence: &fence, session: &session, options };
        let snapshot = orphans::outlive(db, &under, seen, observe, &mut || Ok(()))?;
        let work = Work::Borrowed(db);
        return body(
            &mut Held { work, lock, claim, working: &working, session, fence, snapshot },
            observe,
        );
    }
    let shared = claim.tables.sessions == Sessions::Shared;
    let mut work = patiently(patience(options), &options.control, observe, || {
        match db.another().unwrap_or(Err(Error::LeaseNeedsUrl)) {
            Err(Error::Connect { .. }) if shared => Err(Error::NoLock(NoLock::OneConnection)),
            opened => opened,
        }
    })?;
    let mut heartbeat = || lock.heartbeat(db, claim, "");
    join(&mut *work, lock, claim, options, observe, &mut heartbeat)?;
    let session = session(&mut *work, claim)?;
    let under = LockContext { fence: &fence, session: &session, options };
    let snapshot = orphans::outlive(&mut *work, &under, seen, observe, &mut heartbeat)?;
    working.tell(|told| session.clone_into(&mut told.session));
    heartbeat::keep(db, lock, claim, &working, &options.control, || {
        let work = Work::Own(work);
        body(&mut Held { work, lock, claim, working: &working, session, fence, snapshot }, observe)
    })
}

/// How long the connection that works is tried for. The lock is held meanwhile, and silent: who gets
/// none gives it back to those who may have one.
fn patience(options: &Options) -> Duration {
    options.connect_wait.min(Duration::from_secs(20))
}

/// Waits until nothing of an earlier runner is in the way of `work`.
fn join(
    work: &mut dyn Database,
    lock: &dyn Lock,
    claim: &Claim<'_>,
    options: &Options,
    observe: &mut Observe<'_>,
    heartbeat: &mut dyn FnMut() -> diesel::QueryResult<()>,
) -> Result<(), Error> {
    let mut waiting = Waiting::new(options.lock_wait, options.control.clone());
    while let Some(who) = lock.join(work, claim).map_err(super::taking())? {
        waiting.pause(Some(&who), observe)?;
        heartbeat().map_err(super::lost())?;
    }
    Ok(())
}

fn session(work: &mut dyn Database, claim: &Claim<'_>) -> Result<String, Error> {
    let engine = work.engine();
    engine.session(work, claim.token).map_err(Error::database("name the session"))
}
