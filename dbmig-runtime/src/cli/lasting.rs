//! What a command does must last: not in a database that ends with the process, nor in one that the
//! URL opens for reading only.

use super::args::Command;
use super::effect::CommandEffect;
use crate::url::{DatabaseUrl, UrlError};

/// Refuses databases that `command` cannot do its work on.
pub(super) fn refuse_others(command: &Command, url: &DatabaseUrl) -> Result<(), UrlError> {
    match command.effect() {
        CommandEffect::Reads => Ok(()),
        CommandEffect::Waits => url.must_outlive_the_process(),
        CommandEffect::Writes | CommandEffect::Loses(_) => {
            url.must_outlive_the_process()?;
            url.must_write()
        }
    }
}
