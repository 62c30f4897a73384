//! Asking before something is lost.

use std::io::{BufRead, IsTerminal, Write};

use dbmig_core::Dialect;

use super::exit::Exit;
use super::output::{Format, Output};
use crate::url::DatabaseUrl;

/// Whether the user has said yes beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Confirmation {
    /// No: ask.
    #[default]
    Ask,
    /// `--yes`
    Given,
}

/// Which databases are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmedDatabases {
    /// All: a port of this machine may lead to another one, and a file may be the only copy.
    Everywhere,
    /// Those that are not on this machine.
    FarAway,
}

/// Asks before `what` is done to the database.
///
/// # Errors
/// The exit code, after a message, where nobody can be asked or the answer is no.
pub fn confirm(
    output: &Output,
    url: &DatabaseUrl,
    what: &str,
    asked: ConfirmedDatabases,
    confirmation: Confirmation,
) -> Result<(), Exit> {
    let concerned = match asked {
        ConfirmedDatabases::Everywhere => true,
        ConfirmedDatabases::FarAway => !url.is_local() || environment_leads_away(url),
    };
    match confirmation {
        Confirmation::Ask if concerned => {}
        Confirmation::Ask | Confirmation::Given => return Ok(()),
    }
    let can_ask = output.format == Format::Human
        && std::io::stdin().is_terminal()
        && std::io::stderr().is_terminal();
    if !can_ask {
        let message =
            format!("{what} on {url} needs a confirmation, and there is no terminal to ask on");
        output.failure(&message, Some("add --yes if that is what you want"), Exit::Usage);
        return Err(Exit::Usage);
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{what} on {url}? [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    output.failure("not confirmed, so nothing was done", None, Exit::Refused);
    Err(Exit::Refused)
}

/// libpq takes from the environment what the URL leaves out, and `PGHOSTADDR` even what it does
/// not.
fn environment_leads_away(url: &DatabaseUrl) -> bool {
    let leads_away = |(name, parameter)| match std::env::var(name) {
        Ok(value) if !value.is_empty() => {
            let there = DatabaseUrl::parse(&format!("postgres:///?{parameter}={value}"));
            !there.is_ok_and(|there| there.is_local())
        }
        _ => false,
    };
    let variables = [("PGHOST", "host"), ("PGHOSTADDR", "hostaddr"), ("PGSERVICE", "service")];
    match url.dialect() {
        Dialect::Postgres => variables.into_iter().any(leads_away),
        Dialect::Mysql | Dialect::Sqlite => false,
    }
}
