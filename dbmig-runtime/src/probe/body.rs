//! The bodies of the answers.

use serde::Serialize;

use super::Detail;
use crate::startup::{Migrating, StartupState, StartupStatus};

/// What is told in each state; what does not apply is left out.
#[derive(Default, Serialize)]
struct ProbeBody<'a> {
    state: &'static str,
    /// For how long it has been in that state.
    since_s: f64,
    /// Since it was started.
    elapsed_s: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<StatementProgress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    breaking_ahead: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restart: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// For how long the database has not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    unanswered_s: Option<f64>,
}

#[derive(Serialize)]
struct StatementProgress {
    number: usize,
    of: usize,
}

/// Why a process that was ready is none any more.
const RESTART: &str = "what is in `restart` was applied while this process ran: what it does on its connections \
     fails until it is restarted";

/// Shorter than that is only a question under way.
const SILENCE: f64 = 1.0;

pub(super) fn body(status: &StartupStatus, detail: Detail) -> String {
    let mut body = ProbeBody {
        state: status.state.name(),
        since_s: seconds(status.in_state.as_secs_f64()),
        elapsed_s: seconds(status.elapsed.as_secs_f64()),
        unanswered_s: status.unanswered.map(|d| seconds(d.as_secs_f64())).filter(|s| *s > SILENCE),
        ..ProbeBody::default()
    };
    match &status.state {
        StartupState::Connecting { problem } => body.reason.clone_from(problem),
        StartupState::Waiting { holder } => body.waiting_for = holder.as_deref(),
        StartupState::Migrating(at) => body.progress(at),
        StartupState::Ahead { unknown, breaking } => {
            body.ahead = Some(unknown);
            body.breaking_ahead = some(breaking);
        }
        StartupState::Stale(stale) => {
            body.ahead = some(&stale.unknown);
            body.breaking_ahead = some(&stale.breaking);
            body.restart = some(&stale.restart);
            body.reason = Some(RESTART.to_owned());
        }
        StartupState::Refused(error) | StartupState::Failed(error) => {
            body.reason = Some(error.gist());
            body.error = (detail == Detail::All).then(|| error.to_string());
        }
        StartupState::Ready | StartupState::Stopped => {}
    }
    let text = serde_json::to_string(&body).unwrap_or_default();
    text + "\n"
}

impl<'a> ProbeBody<'a> {
    fn progress(&mut self, at: &'a Migrating) {
        (self.done, self.of) = (Some(at.done), Some(at.of));
        self.current = at.current.as_deref();
        self.statement = at.statement.map(|(number, of)| StatementProgress { number, of });
        self.retries = Some(at.retries).filter(|retries| *retries > 0);
    }
}

fn some(names: &[String]) -> Option<&[String]> {
    Some(names).filter(|names| !names.is_empty())
}

/// To the millisecond.
fn seconds(exact: f64) -> f64 {
    (exact * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    use crate::error::Error;

    fn told(state: StartupState, detail: Detail) -> String {
        let time = Duration::from_millis(1500);
        body(&StartupStatus { state, in_state: time, elapsed: time, unanswered: None }, detail)
    }

    #[test]
    fn a_migration_is_told_with_its_place() {
        let at = Migrating {
            done: 3,
            of: 7,
            current: Some("2026_a".to_owned()),
            statement: Some((2, 4)),
            retries: 0,
        };
        assert_eq!(
            told(StartupState::Migrating(at), Detail::Gist),
            "{\"state\":\"migrating\",\"since_s\":1.5,\"elapsed_s\":1.5,\"done\":3,\"of\":7,\
             \"current\":\"2026_a\",\"statement\":{\"number\":2,\"of\":4}}\n"
        );
    }

    #[test]
    fn what_the_database_said_is_told_only_where_it_is_asked_for() {
        let source = diesel::result::Error::QueryBuilderError("Key (mail)=(a@b.c) exists".into());
        let error = || {
            Arc::new(Error::Database {
                doing: "read the history",
                source: diesel::result::Error::NotFound,
            })
        };
        let gist = told(StartupState::Failed(error()), Detail::Gist);
        assert!(gist.contains("\"reason\":\"could not read the history\"}"), "{gist}");
        let error = Arc::new(Error::Database { doing: "read the history", source });
        let all = told(StartupState::Failed(error), Detail::All);
        assert!(all.contains("a@b.c"), "{all}");
    }
}
