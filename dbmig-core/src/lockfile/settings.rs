//! What `metadata.toml` says, on one line: `run_in_transaction=false retries=3`.

use std::time::Duration;

use crate::migration::{
    DeclaredCompatibility, DeclaredReversibility, Execution, ForeignKeys, Settings,
};

const EXECUTION: &str = "run_in_transaction";
const COMPATIBLE: &str = "compatible";
const REVERSIBLE: &str = "reversible";
const FOREIGN_KEYS: &str = "foreign_keys";
const LOCK_TIMEOUT: &str = "lock_timeout";
const STATEMENT_TIMEOUT: &str = "statement_timeout";
const RETRIES: &str = "retries";

/// What differs from the default; nothing in most migrations.
pub(super) fn write(settings: &Settings) -> String {
    let execution = match settings.execution {
        Execution::Transaction => None,
        Execution::Statements => Some("false".to_owned()),
    };
    let compatible = match settings.compatibility {
        DeclaredCompatibility::Undeclared => None,
        DeclaredCompatibility::Compatible => Some("true"),
        DeclaredCompatibility::AfterRestart => Some("after_restart"),
        DeclaredCompatibility::Breaking => Some("false"),
    };
    let reversible = match settings.reversible {
        DeclaredReversibility::Undeclared => None,
        DeclaredReversibility::Yes => Some("yes"),
        DeclaredReversibility::Lossy => Some("lossy"),
        DeclaredReversibility::No => Some("no"),
    };
    let foreign_keys = match settings.foreign_keys {
        ForeignKeys::Unchanged => None,
        ForeignKeys::Off => Some("off".to_owned()),
    };
    let millis = |time: Duration| format!("{}ms", time.as_millis());
    let all = [
        (EXECUTION, execution),
        (COMPATIBLE, compatible.map(str::to_owned)),
        (REVERSIBLE, reversible.map(str::to_owned)),
        (FOREIGN_KEYS, foreign_keys),
        (LOCK_TIMEOUT, settings.lock_timeout.map(millis)),
        (STATEMENT_TIMEOUT, settings.statement_timeout.map(millis)),
        (RETRIES, settings.retries.map(|it| it.to_string())),
    ];
    let said = all.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?)));
    said.collect::<Vec<_>>().join(" ")
}

/// Reads what [`write`] has written. A key that it does not know could change what is done, so it
/// is none to pass over.
pub(super) fn read(text: &str) -> Option<Settings> {
    let mut settings = Settings::DEFAULT;
    for part in text.split(' ') {
        let (key, value) = part.split_once('=')?;
        match (key, value) {
            (EXECUTION, "false") => settings.execution = Execution::Statements,
            (COMPATIBLE, "true") => settings.compatibility = DeclaredCompatibility::Compatible,
            (COMPATIBLE, "after_restart") => {
                settings.compatibility = DeclaredCompatibility::AfterRestart
            }
            (COMPATIBLE, "false") => settings.compatibility = DeclaredCompatibility::Breaking,
            (REVERSIBLE, "yes") => settings.reversible = DeclaredReversibility::Yes,
            (REVERSIBLE, "lossy") => settings.reversible = DeclaredReversibility::Lossy,
            (REVERSIBLE, "no") => settings.reversible = DeclaredReversibility::No,
            (FOREIGN_KEYS, "off") => settings.foreign_keys = ForeignKeys::Off,
            (LOCK_TIMEOUT, time) => settings.lock_timeout = Some(millis(time)?),
            (STATEMENT_TIMEOUT, time) => settings.statement_timeout = Some(millis(time)?),
            (RETRIES, number) => settings.retries = Some(number.parse().ok()?),
            _ => return None,
        }
    }
    Some(settings)
}

fn millis(text: &str) -> Option<Duration> {
    text.strip_suffix("ms")?.parse().ok().map(Duration::from_millis)
}
