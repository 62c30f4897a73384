//! Statements that do not go with the migration's transaction.

use super::Report;
use crate::migration::{Script, Settings};

pub(super) fn script(script: &Script, settings: &Settings, report: &mut Report) {
    let _ = (script, settings, report);
}
