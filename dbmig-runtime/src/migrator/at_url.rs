//! With the URL of a database instead of a connection: the migrator opens its own.

use std::time::Duration;

use dbmig_core::plan::{Beyond, Target};
use dbmig_core::{MigrationSet, Version};

use super::Migrator;
use crate::database::Backend;
use crate::error::Error;
use crate::event::Observe;
use crate::options::Options;
use crate::report::Report;
use crate::runner::{Noticed, notice_at, run_at, wait_at};
use crate::startup::{self, Startup};
use crate::url::DatabaseUrl;

impl<'m, B: Backend, V: Into<Version>> Migrator<'m, B, V> {
    /// Applies everything pending, on connections of its own to `url`: one that holds the lock, and
    /// one that works. That holds behind a pooler, too, and whatever a migration does to its
    /// session.
    ///
    /// # Errors
    /// [`Error`], which says what had been done before.
    pub fn run_at<U>(&mut self, url: U) -> Result<Report, Error>
    where
        U: TryInto<DatabaseUrl>,
        U::Error: Into<Error>,
    {
        let url = url.try_into().map_err(Into::into)?;
        let target = Target::Latest;
        self.observed(|set, options, observe| run_at(set, options, &url, &target, observe))
    }

    /// Does what [`Migrator::sync`] does, on connections of its own to `url`.
    ///
    /// # Errors
    /// As [`Migrator::sync`].
    pub fn sync_at<U>(&mut self, url: U, beyond: Beyond) -> Result<Report, Error>
    where
        U: TryInto<DatabaseUrl>,
        U::Error: Into<Error>,
    {
        let url = url.try_into().map_err(Into::into)?;
        let target = Target::MatchSet(beyond);
        self.observed(|set, options, observe| run_at(set, options, &url, &target, observe))
    }

    /// Waits until somebody else, such as a job, has applied everything; not longer than `timeout`.
    /// Reads only, and needs the right to `SELECT` at most; the database need not be there yet. On a
    /// connection that hangs it waits longer than that:
    /// [`Control::unanswered`](crate::Control::unanswered) tells.
    ///
    /// # Errors
    /// [`Error::NotReady`] at the time-out; at once what makes waiting useless, such as a drift.
    pub fn wait_at<U>(&mut self, url: U, timeout: Duration) -> Result<Report, Error>
    where
        U: TryInto<DatabaseUrl>,
        U::Error: Into<Error>,
    {
        let url = url.try_into().map_err(Into::into)?;
        self.observed(|set, options, observe| wait_at(set, options, &url, timeout, observe))
    }

    fn observed<T>(
        &mut self,
        body: impl FnOnce(&MigrationSet, &Options, &mut Observe<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match &mut self.observe {
            Some(observe) => body(self.set, &self.options, observe),
            None => body(self.set, &self.options, &mut |_| {}),
        }
    }
}

impl<B: Backend, V: Into<Version>> Migrator<'static, B, V> {
    /// Does what [`Migrator::run_at`] does on a thread of its own, and returns at once: the app goes on
    /// starting, answers its probes, and asks the handle whether it may serve. Nothing of that blocks
    /// an executor, and the app's own pool has no part in it.
    ///
    /// A transient error is tried again for as long as the app lives, above all a database that cannot be
    /// reached yet; [`Migrator::connect_wait`] does not count here. Everything else, also a wrong URL,
    /// ends in the handle's [`StartupState`](crate::StartupState).
    pub fn start<U>(mut self, url: U) -> Startup
    where
        U: TryInto<DatabaseUrl>,
        U::Error: Into<Error>,
    {
        self.options.connect_wait = Duration::MAX;
        let (set, options) = (self.set, self.options);
        let observe = self.observe;
        let task = startup::Task {
            url: url.try_into().map_err(Into::into),
            control: options.control.clone(),
            on_failure: self.on_failure,
            watch: self.watch,
            observe,
        };
        let (watching, run) = (options.clone(), options);
        task.start(
            move |url, observe| run_at(set, &run, url, &Target::Latest, observe),
            move |report| {
                let mut known = Noticed::at_the_start(report);
                move |url: &DatabaseUrl| notice_at(set, &watching, url, &mut known)
            },
        )
    }
}
