//! Waits until somebody else has migrated. Reads only.

use std::time::{Duration, Instant};

use dbmig_core::dialect::Storage;
use dbmig_core::plan::{Announced, History, Target, discard_stale};
use dbmig_core::{Dialect, Migration, MigrationSet};

use super::{Runner, beyond, decide};
use crate::backoff::Pause;
use crate::connect::connect_to_read;
use crate::database::Database;
use crate::error::Error;
use crate::event::{self, Event, Observe};
use crate::options::Options;
use crate::report::Report;
use crate::snapshot::read_with_catalog;
use crate::url::DatabaseUrl;

/// What a look has found.
enum Observation {
    /// The schema is there, or a later one.
    Reached(Report),
    /// So many migrations are pending.
    Pending {
        count: usize,
        /// Who is at work on them.
        holder: Option<String>,
        /// The one whose last run has failed.
        failed: Option<String>,
    },
}

/// Waits until the database at `url` has all of `set`, but not longer than `timeout`.
pub(crate) fn wait_at(
    set: &MigrationSet,
    options: &Options,
    url: &DatabaseUrl,
    timeout: Duration,
    observe: &mut Observe<'_>,
) -> Result<Report, Error> {
    url.must_outlive_its_connection()?;
    let (since, control) = (Instant::now(), &options.control);
    let mut observe = |event: &Event<'_>| {
        event::trace(event);
        observe(event);
    };
    let runner = Runner::new(set, options.clone());
    let (mut db, mut pause) = (None, Pause::new());
    loop {
        let observed = observe_at(&runner, url, &mut db);
        let waited = since.elapsed();
        let doing = match observed {
            Ok(Observation::Reached(report)) => return Ok(report),
            Ok(Observation::Pending { count: pending, holder, failed }) => {
                let (of, holder, failed) =
                    (set.as_slice().len(), holder.as_deref(), failed.as_deref());
                observe(&Event::Awaiting { pending, of, holder, failed, waited });
                awaiting(pending, of, holder, failed)
            }
            Err(error) if may_come(&error, url.dialect()) => {
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
pub(crate) fn awaiting(
    pending: usize,
    of: usize,
    holder: Option<&str>,
    failed: Option<&str>,
) -> String {
    let who = match (holder, failed) {
        (Some(who), _) => format!("at work: {who}"),
        (None, Some(failed)) => {
            format!("nobody is at work on them, and the last run of {failed} failed")
        }
        (None, None) => "nobody is at work on them".to_owned(),
    };
    format!("{pending} of {of} migrations are pending; {who}")
}

fn observe_at(
    runner: &Runner<'_>,
    url: &DatabaseUrl,
    kept: &mut Option<Box<dyn Database>>,
) -> Result<Observation, Error> {
    let control = &runner.options.control;
    let mut db = match kept.take() {
        Some(db) => db,
        None => connect_to_read(url, control)?,
    };
    let found = find(runner, &mut *db)?;
    // A file that is not there yet was read as an empty database, and may come.
    match url.dialect().storage() {
        Storage::Server => *kept = Some(db),
        Storage::File => {}
    }
    Ok(found)
}

fn find(runner: &Runner<'_>, db: &mut dyn Database) -> Result<Observation, Error> {
    super::within(db, |db| {
        if runner.is_current(db) {
            return Ok(Observation::Reached(Report::default()));
        }
        let mut history = read_with_catalog(db, &runner.seek())?.history;
        let holder = runner.holder(db)?;
        if holder.is_none() && !(history.announced.is_empty() && history.interrupted.is_empty()) {
            history = without_the_dead(db, runner, &history)?;
        }
        match decide(runner.set, &history, &Target::Latest, &runner.options) {
            Ok(plan) if plan.is_empty() => {
                let ahead = history.unknown_to(runner.set);
                let missing = history.missing_from(runner.set);
                let breaking = beyond::breaking(runner.set, &history, &runner.options);
                let breaking = breaking.into_iter().map(|one| one.name).collect();
                Ok(Observation::Reached(Report { ahead, missing, breaking, ..Report::default() }))
            }
            // One that a person has to settle does not come by itself, unless somebody is at it.
            Err(blocked) if holder.is_none() || !blocked.may_pass() => Err(blocked.into()),
            Ok(_) | Err(_) => Ok(pending(runner.set, &history, holder)),
        }
    })
}

/// What was announced or begun `before` by a runner that has gone since, and left nothing, will not
/// come any more. One that came to its end in between has changed its row.
fn without_the_dead(
    db: &mut dyn Database,
    runner: &Runner<'_>,
    before: &History,
) -> Result<History, Error> {
    let mut now = read_with_catalog(db, &runner.seek())?.history;
    let is_new = |run: &Announced| before.announced.iter().all(|known| known.run != run.run);
    let (new, known): (Vec<_>, Vec<_>) =
        std::mem::take(&mut now.announced).into_iter().partition(is_new);
    now.announced = known;
    discard_stale(runner.set, &mut now);
    now.announced.extend(new);
    Ok(now)
}

fn pending(set: &MigrationSet, history: &History, holder: Option<String>) -> Observation {
    let is_pending = |m: &&Migration| history.find(&m.version).is_none();
    let failed = history.failures.iter().find_map(|failed| set.get(&failed.version));
    Observation::Pending {
        count: set.iter().filter(is_pending).count(),
        holder,
        failed: failed.map(|migration| migration.name.to_string()),
    }
}

/// Rights may be granted after the tables are there.
fn may_come(error: &Error, dialect: Dialect) -> bool {
    let text = error.to_string();
    let denied = ["permission denied", "command denied"].iter().any(|words| text.contains(words));
    error.may_pass(dialect) || (denied && matches!(error, Error::Database { .. }))
}
