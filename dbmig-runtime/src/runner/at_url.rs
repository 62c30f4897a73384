//! A run on connections of its own.

use dbmig_core::MigrationSet;
use dbmig_core::plan::Target;

use super::Runner;
use crate::backoff::patiently;
use crate::connect::connect_with;
use crate::error::Error;
use crate::event::{self, Event, Observe};
use crate::options::Options;
use crate::report::Report;
use crate::url::DatabaseUrl;

/// Brings the database at `url` to `target`, on connections of its own.
pub(crate) fn run_at(
    set: &MigrationSet,
    options: &Options,
    url: &DatabaseUrl,
    target: &Target,
    observe: &mut Observe<'_>,
) -> Result<Report, Error> {
    if url.dialect() != set.dialect() {
        let expected = set.dialect().name();
        return Err(Error::OtherDatabase { url: url.to_string(), expected });
    }
    url.must_outlive_its_connection()?;
    let (wait, control) = (options.connect_wait, &options.control);
    // The runner's own events are traced by itself.
    let mut traced = |event: &Event<'_>| {
        event::trace(event);
        observe(event);
    };
    let mut db = patiently(wait, control, &mut traced, || connect_with(url, control))?;
    traced(&Event::Connected);
    let runner = Runner::new(set, options.clone());
    runner.observe(observe).run(&mut *db, target)
}
