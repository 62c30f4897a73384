//! Waits until somebody else has migrated. Reads only.

use std::time::{Duration, Instant};

use dbmig_core::MigrationSet;
use dbmig_core::plan::{Blocked, Target, plan};

use super::Runner;
use crate::backend::Database;
use crate::connect::connect_to_read;
use crate::error::{Class, ConnectReason, Error};
use crate::event::{Event, Observe};
use crate::lock::Pause;
use crate::look::look;
use crate::options::Options;
use crate::report::Report;
use crate::url::DatabaseUrl;

/// What a look has found.
enum Found {
    /// The schema is there, or a later one.
    Reached(Report),
    /// So many migrations are pending; who is at work on them.
    Pending(usize, Option<String>),
}

/// Waits until the database at `url` has all of `set`, but not longer than `timeout`.
pub(crate) fn wait_at(
    set: &MigrationSet,
    options: &Options,
    url: &DatabaseUrl,
    timeout: Duration,
    observe: &mut Observe<'_>,
) -> Result<Report, Error> {
    let (since, control) = (Instant::now(), &options.control);
    let runner = Runner::new(set, options.clone());
    let (mut db, mut pause) = (None, Pause::new());
    loop {
        let looked = look_at(&runner, url, &mut db);
        let waited = since.elapsed();
        let doing = match looked {
            Ok(Found::Reached(report)) => return Ok(report),
            Ok(Found::Pending(pending, holder)) => {
                let (of, holder) = (set.as_slice().len(), holder.as_deref());
                observe(&Event::Awaiting { pending, of, holder, waited });
                awaiting(pending, of, holder)
            }
            Err(error) if may_come(&error) => {
                db = None;
                observe(&Event::Connecting { error: &error, waited, wait: timeout });
                error.to_string()
            }
            Err(error) => return Err(error),
        };
        if control.is_cancelled() {
            return Err(Error::Cancelled(Box::default()));
        }
        if waited >= timeout {
            return Err(Error::NotReady { doing, waited });
        }
        control.sleep(pause.next(timeout.saturating_sub(waited)));
    }
}

/// What is waited for, in words.
pub(crate) fn awaiting(pending: usize, of: usize, holder: Option<&str>) -> String {
    let who = holder
        .map_or_else(|| "nobody is at work on them".to_owned(), |who| format!("at work: {who}"));
    format!("{pending} of {of} migrations are pending; {who}")
}

fn look_at(
    runner: &Runner<'_>,
    url: &DatabaseUrl,
    kept: &mut Option<Box<dyn Database>>,
) -> Result<Found, Error> {
    let control = &runner.options.control;
    let mut db = match kept.take() {
        Some(db) => db,
        None => connect_to_read(url, control)?,
    };
    let found = find(runner, &mut *db)?;
    // A file that is not there yet was read as an empty database, and may come.
    if url.dialect() != dbmig_core::Dialect::Sqlite {
        *kept = Some(db);
    }
    Ok(found)
}

fn find(runner: &Runner<'_>, db: &mut dyn Database) -> Result<Found, Error> {
    super::within(db, |db| {
        if runner.is_current(db) {
            return Ok(Found::Reached(Report::default()));
        }
        let history = look(db)?.history;
        match plan(runner.set, &history, &Target::Latest, &runner.options.policy) {
            Ok(plan) if plan.is_empty() => {
                let ahead = history.beyond(runner.set);
                Ok(Found::Reached(Report { ahead, ..Report::default() }))
            }
            // A runner may be at it, or take it up.
            Ok(_) | Err(Blocked::Interrupted(_)) => {
                let is_pending = |m: &&dbmig_core::Migration| history.find(&m.version).is_none();
                let pending = runner.set.iter().filter(is_pending).count();
                Ok(Found::Pending(pending, runner.holder(db)?))
            }
            Err(blocked) => Err(blocked.into()),
        }
    })
}

fn may_come(error: &Error) -> bool {
    let missing = matches!(error, Error::Connect { reason: ConnectReason::NoSuchDatabase, .. });
    missing || error.class() == Class::Temporary
}
