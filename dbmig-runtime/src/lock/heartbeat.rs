//! Keeps the lock's connection alive while another one works, and stops that one when it is asked
//! to.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::control::{Control, Phase};
use crate::database::Database;
use crate::database::engine::Activity;
use crate::database::lock::{Claim, Lock};

/// How often the server hears of the lock's connection. It drops one that is silent for
/// [`SILENCE`].
const INTERVAL: Duration = Duration::from_secs(10);
/// How often the wish to stop is looked for.
const TICK: Duration = Duration::from_millis(100);
/// How often a statement that is to stop is told so.
const INSIST: Duration = Duration::from_secs(2);

/// What the one who works tells the one who keeps the lock.
#[derive(Debug, Default)]
pub(super) struct Working(Mutex<LastTold>);

/// What was told last.
#[derive(Clone, Debug, Default)]
pub(super) struct LastTold {
    /// How others know the session that works; it may get another one on the way.
    pub(super) session: String,
    /// What it does.
    pub(super) doing: String,
}

impl Working {
    pub(super) fn tell(&self, change: impl FnOnce(&mut LastTold)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn told(&self) -> LastTold {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs `body` while a thread beats on `db`.
pub(super) fn keep<T>(
    db: &mut dyn Database,
    lock: &dyn Lock,
    claim: &Claim<'_>,
    working: &Working,
    control: &Control,
    body: impl FnOnce() -> T,
) -> T {
    std::thread::scope(|scope| {
        let (stop, stopped) = channel::<()>();
        let mut heartbeat = Heartbeat { lock, claim, working, control, told: None, asking: None };
        scope.spawn(move || heartbeat.run(db, &stopped));
        let value = body();
        drop(stop);
        value
    })
}

/// Whether the lock is still there, as far as its connection tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Held,
    Lost,
}

struct Heartbeat<'a> {
    lock: &'a dyn Lock,
    claim: &'a Claim<'a>,
    working: &'a Working,
    control: &'a Control,
    /// When the statement was last told to stop.
    told: Option<Instant>,
    /// For questions, which must not be asked on the lock's own connection: see
    /// [`Lock::beat`]. Opened when there is one.
    asking: Option<Box<dyn Database>>,
}

impl Heartbeat<'_> {
    fn run(&mut self, db: &mut dyn Database, stopped: &Receiver<()>) {
        let mut last = Instant::now();
        let mut lock = Kept::Held;
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            if self.control.is_cancelled() {
                self.interrupt(db);
            }
            if last.elapsed() < INTERVAL {
                continue;
            }
            last = Instant::now();
            let LastTold { session, doing } = self.working.told();
            if lock == Kept::Held && self.lock.heartbeat(db, self.claim, &doing).is_err() {
                // The fence of the next transaction says so where it matters. What is under way
                // may still be asked to stop.
                lock = Kept::Lost;
            }
            self.check(db, &session);
        }
    }

    /// Whether the server is still at work on a statement that takes long.
    fn check(&mut self, db: &dyn Database, session: &str) {
        if let Phase::Interruptible(since) | Phase::Uninterruptible(since) = self.control.phase()
            && since.elapsed() >= INTERVAL
            && let Some(activity) = self.ask(db, |asking| asking.engine().activity(asking, session))
        {
            self.control.found(since, matches!(activity, Activity::Working(_)));
        }
    }

    /// The answer, if there is one: a connection that fails says nothing of the lock, and the next
    /// question opens another.
    fn ask<T>(
        &mut self,
        db: &dyn Database,
        question: impl FnOnce(&mut dyn Database) -> diesel::QueryResult<T>,
    ) -> Option<T> {
        let answer = question(self.asking(db)?).ok();
        if answer.is_none() {
            self.asking = None;
        }
        answer
    }

    fn asking(&mut self, db: &dyn Database) -> Option<&mut dyn Database> {
        if self.asking.is_none() {
            // A server that has no connection left says nothing of the one that works.
            self.asking = db.another()?.ok();
        }
        self.asking.as_mut().map(|asking| &mut **asking as &mut dyn Database)
    }

    fn interrupt(&mut self, db: &dyn Database) {
        let due = self.told.is_none_or(|told| told.elapsed() >= INSIST);
        if due && matches!(self.control.phase(), Phase::Interruptible(_)) {
            self.told = Some(Instant::now());
            let session = self.working.told().session;
            // Should it fail, it is tried again, or the statement ends by itself.
            let _ = self.ask(db, |asking| asking.engine().interrupt(asking, &session));
        }
    }
}
