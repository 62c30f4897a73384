//! A wait for another runner.

use std::time::{Duration, Instant};

use dbmig_core::Version;

use super::taking;
use crate::backoff::Pause;
use crate::control::Control;
use crate::database::Database;
use crate::database::lock::Lock;
use crate::error::Error;
use crate::error::transient::is_lost;
use crate::event::{Event, Observe};
use crate::tables::Tables;

/// How often those who wait ask again for whom: that costs more than whether anybody is there.
const WHO: Duration = Duration::from_secs(10);

/// A wait that ends.
pub(super) struct Waiting {
    limit: Duration,
    control: Control,
    since: Option<Instant>,
    pause: Pause,
    /// The version that was waited for has been seen.
    reached: bool,
}

impl Waiting {
    pub(super) fn new(limit: Duration, control: Control) -> Self {
        Self { limit, control, since: None, pause: Pause::new(), reached: false }
    }

    /// Waits until the lock looks free, or `goal` is there for the first time: then there may be
    /// nothing left to do. What is asked again and again is little, for fifty may ask it.
    pub(super) fn watch(
        &mut self,
        db: &mut dyn Database,
        lock: &dyn Lock,
        tables: &Tables,
        goal: Option<&Version>,
        observe: &mut Observe<'_>,
    ) -> Result<(), Error> {
        let mut holder = None;
        let mut asked: Option<Instant> = None;
        loop {
            if asked.is_none_or(|asked| asked.elapsed() >= WHO) {
                // Only for the message.
                holder = lock.holder(db, tables).unwrap_or_default();
                asked = Some(Instant::now());
            }
            self.pause(holder.as_deref(), observe)?;
            let seen = match lock.seen(db, tables, goal) {
                Ok(seen) => seen,
                Err(error) if is_lost(&error) => return Err(taking()(error)),
                // A replica may lack a table still. Whoever tries for the lock hears what is wrong.
                Err(_) => return Ok(()),
            };
            if !seen.held {
                return Ok(());
            }
            if seen.reached && !std::mem::replace(&mut self.reached, true) {
                return Ok(());
            }
        }
    }

    /// Tells whom it waits for, and waits a little; an error when it has waited long enough.
    pub(super) fn pause(
        &mut self,
        holder: Option<&str>,
        observe: &mut Observe<'_>,
    ) -> Result<(), Error> {
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        if waited < self.limit && !self.control.is_cancelled() {
            observe(&Event::Waiting { holder, waited });
        }
        self.again(holder)
    }

    /// Waits until what was read is what the server that writes holds. Without a word at first: mostly
    /// another runner was a moment faster.
    pub(super) fn changed(&mut self, observe: &mut Observe<'_>) -> Result<(), Error> {
        const QUIET: Duration = Duration::from_secs(1);
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        if waited >= self.limit {
            return Err(Error::Lagging { waited });
        }
        if waited >= QUIET {
            observe(&Event::Waiting { holder: Some("a replica to catch up"), waited });
        }
        self.again(None)
    }

    /// Waits for one turn, without an event where `holder` is nobody.
    pub(super) fn again(&mut self, holder: Option<&str>) -> Result<(), Error> {
        let waited = self.since.get_or_insert_with(Instant::now).elapsed();
        if self.control.is_cancelled() {
            return Err(Error::Cancelled(Box::default()));
        }
        if waited >= self.limit {
            return Err(Error::LockWait { holder: holder.map(str::to_owned), waited });
        }
        self.control.sleep(self.pause.next(self.limit.saturating_sub(waited)));
        Ok(())
    }
}
