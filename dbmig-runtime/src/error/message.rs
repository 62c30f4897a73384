//! What a database says of a statement, without the passwords in it.

use std::borrow::Cow;

use dbmig_core::sql::Statement;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

/// `error`, which `statements` have brought about, without what is secret in these.
pub(crate) fn without_secrets(statements: &[Statement<'_>], error: Error) -> Error {
    let Error::DatabaseError(kind, info) = error else { return error };
    let hide = |text: &str| hide_secrets(statements, text);
    let message = ServerMessage {
        message: hide(info.message()),
        details: info.details().map(hide),
        hint: info.hint().map(hide),
        info,
    };
    Error::DatabaseError(kind, Box::new(message))
}

fn hide_secrets(statements: &[Statement<'_>], text: &str) -> String {
    statements.iter().fold(text.to_owned(), |text, statement| {
        match statement.hide_secrets_in_message(&text) {
            Cow::Owned(shown) => shown,
            Cow::Borrowed(_) => text,
        }
    })
}

/// `error` of a lost connection with `words` below what the database's library says of it.
pub(crate) fn with_words(error: Error, words: &str) -> Error {
    let below = |message: &str| format!("{}\n{words}", message.trim_end());
    match error {
        Error::DatabaseError(kind, info) => {
            let message = ServerMessage {
                message: below(info.message()),
                details: info.details().map(str::to_owned),
                hint: info.hint().map(str::to_owned),
                info,
            };
            Error::DatabaseError(kind, Box::new(message))
        }
        other => {
            let message = below(&other.to_string());
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(message))
        }
    }
}

struct ServerMessage {
    message: String,
    details: Option<String>,
    hint: Option<String>,
    /// All else.
    info: Box<dyn DatabaseErrorInformation + Send + Sync>,
}

impl DatabaseErrorInformation for ServerMessage {
    fn message(&self) -> &str {
        &self.message
    }

    fn details(&self) -> Option<&str> {
        self.details.as_deref()
    }

    fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    fn table_name(&self) -> Option<&str> {
        self.info.table_name()
    }

    fn column_name(&self) -> Option<&str> {
        self.info.column_name()
    }

    fn constraint_name(&self) -> Option<&str> {
        self.info.constraint_name()
    }

    fn statement_position(&self) -> Option<i32> {
        self.info.statement_position()
    }
}
