//! Statements of the old app.

use std::fmt;
use std::sync::Arc;

use crate::kind::SqlType;

/// A part of a statement's text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// As it stands.
    Sql(String),
    /// A value that is bound.
    Bind(Bind),
}

/// A bound value.
#[derive(Clone, Debug)]
pub struct Bind {
    /// What the app takes the column for.
    pub ty: Arc<SqlType>,
    /// The value as text; `None` is NULL.
    pub text: Option<String>,
    /// The value as PostgreSQL takes it, once that has been found out.
    pub wire: Option<Vec<u8>>,
}

/// A column that is read.
#[derive(Clone, Debug)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// What the app takes it for.
    pub ty: Arc<SqlType>,
    /// Whether the app expects NULL.
    pub nullable: bool,
    /// Whether its value must be the same after a migration.
    pub compared: bool,
}

/// What must be the same after a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// All rows that were there; more may be.
    AtLeast,
    /// The same rows, or as many.
    Same,
    /// Only that it works.
    Works,
}

/// Where a statement stands on the search path of an app.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text, with values.
    pub pieces: Vec<Piece>,
    /// What is read; none if rows are only counted.
    pub reads: Vec<Read>,
    /// What must be the same.
    pub expect: Expect,
    /// What the app does next on the same connection: MySQL has no RETURNING.
    pub then: Option<Box<Statement>>,
    /// Asks, for each unique key that it writes, for the row that has this key. Where a migration has
    /// added such a row, the app meets its own choice of a key, not the migration.
    pub claims: Vec<Statement>,
}

impl Statement {
    /// One that reads nothing yet.
    pub fn new(expect: Expect) -> Self {
        Self { pieces: Vec::new(), reads: Vec::new(), expect, then: None, claims: Vec::new() }
    }

    /// Whether it says itself what is written.
    pub fn writes(&self) -> bool {
        let verbs = ["INSERT", "UPDATE", "DELETE", "REPLACE"];
        matches!(self.pieces.first(), Some(Piece::Sql(sql)) if verbs.iter().any(|verb| sql.starts_with(verb)))
    }

    /// Adds text.
    #[must_use]
    pub fn sql(mut self, text: impl AsRef<str>) -> Self {
        match self.pieces.last_mut() {
            Some(Piece::Sql(sql)) => sql.push_str(text.as_ref()),
            Some(Piece::Bind(_)) | None => self.pieces.push(Piece::Sql(text.as_ref().to_owned())),
        }
        self
    }

    /// Adds a value.
    #[must_use]
    pub fn bind(mut self, ty: &Arc<SqlType>, text: Option<&str>) -> Self {
        let (ty, text) = (Arc::clone(ty), text.map(str::to_owned));
        self.pieces.push(Piece::Bind(Bind { ty, text, wire: None }));
        self
    }

    /// All values of it and of what follows.
    pub fn binds(&mut self) -> Vec<&mut Bind> {
        let own = self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Bind(bind) => Some(bind),
            Piece::Sql(_) => None,
        });
        let others = self.then.iter_mut().map(|then| &mut **then).chain(&mut self.claims);
        own.chain(others.flat_map(Self::binds)).collect()
    }
}

/// Values are shown where they stand.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Sql(sql) => f.write_str(sql)?,
                Piece::Bind(Bind { text: None, .. }) => f.write_str("NULL")?,
                Piece::Bind(Bind { text: Some(text), .. }) => {
                    let cut: String = text.chars().take(40).collect();
                    let more = if cut.len() < text.len() { ".." } else { "" };
                    write!(f, "'{cut}{more}'")?;
                }
            }
        }
        self.then.iter().try_for_each(|then| write!(f, "; {then}"))
    }
}
