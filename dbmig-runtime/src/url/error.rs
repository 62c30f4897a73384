//! What is wrong with a text that should be a database's URL. None of it repeats a password.

use std::fmt;

/// A text that is not the URL of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// It is empty.
    Empty,
    /// Its scheme belongs to no database that dbmig knows.
    UnknownScheme(
        /// The scheme.
        String,
    ),
    /// It looks like libpq's `host=.. dbname=..`, but is not.
    Conninfo,
    /// Its password holds a character that ends the password for the database's own library.
    UnescapedPassword,
    /// What stands in the place of the port is no number.
    Port,
    /// It is meant to be a URL, and is none.
    NotAUrl(Mistake),
    /// SQLite would open nothing under it, or not what it seems to say.
    Sqlite(BadSqlite),
    /// Nothing would remain of what is done to that SQLite database.
    Vanishes(
        /// The URL.
        String,
    ),
    /// The URL itself opens that SQLite database for reading only.
    ReadsOnly(
        /// The URL.
        String,
    ),
}

/// Why a text that is meant to be a URL is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// It stands in quotes.
    Quoted,
    /// It is one of Java's: `jdbc:..`.
    Jdbc,
    /// `://` is not complete behind this scheme.
    Separator(
        /// The scheme.
        &'static str,
    ),
    /// This scheme is not written in small letters.
    Capitals(
        /// The scheme.
        &'static str,
    ),
    /// It has the parts of a URL, but does not begin like one.
    Unclear,
}

/// Why a text is no good name of an SQLite database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadSqlite {
    /// `sqlite:` without `//` is a part of the file's name to Diesel.
    NoSlashes(
        /// What stands behind it.
        String,
    ),
    /// It begins or ends with white space, which is a part of the file's name to Diesel.
    WhiteSpace,
    /// Between `//` and the next `/` is what SQLite takes for a host.
    Authority(
        /// That.
        String,
    ),
    /// A parameter has a value that SQLite does not know.
    Parameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// What the path means holds a NUL or is not UTF-8.
    Path,
}

/// For messages.
const SCHEMES: &str = "postgres://, postgresql://, mysql://, mariadb://, sqlite://, file: or the path of an SQLite file";

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the database URL is empty"),
            Self::UnknownScheme(scheme) => {
                write!(f, "`{scheme}://` is no database that dbmig knows: use {SCHEMES}")
            }
            Self::Conninfo => f.write_str(
                "the connection string is broken: write `key=value` pairs with spaces between them, and a \
                 value with spaces in '..'",
            ),
            Self::UnescapedPassword => f.write_str(
                "the password in the database URL holds `@`, `/`, `?` or `#` as it is: write it \
                 percent-encoded (%40, %2F, %3F, %23). A `@` behind the host is written %40, too",
            ),
            Self::Port => f.write_str(
                "what stands in the place of the port in the database URL is no number. Where it is a \
                 password, `@HOST` is missing behind it",
            ),
            Self::NotAUrl(mistake) => write!(f, "not a URL: {mistake}"),
            Self::Sqlite(bad) => bad.fmt(f),
            Self::Vanishes(url) => write!(
                f,
                "{url} is a database in memory, which ends with its connection: nothing of a run would \
                 remain. Name a file; in a program, lend the connection (`Migrator::run`)"
            ),
            Self::ReadsOnly(url) => write!(
                f,
                "{url} opens the database for reading only: leave `mode=ro` and `immutable` out of the URL"
            ),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quoted => f.write_str(
                "it stands in quotes. Leave them out: `docker --env-file` and the like hand them on as a \
                 part of the value. Before the path of a file that begins with one, write ./",
            ),
            Self::Jdbc => f.write_str(
                "`jdbc:` is Java's form. Write postgres://USER:PASSWORD@HOST/DATABASE, or mysql:// likewise",
            ),
            Self::Separator(scheme) => {
                write!(f, "behind `{scheme}` comes `://`. Write {scheme}://USER:PASSWORD@HOST/DATABASE")
            }
            Self::Capitals(scheme) => write!(
                f,
                "Diesel knows `{scheme}:` in small letters only, and would open a file whose name begins \
                 with those capitals"
            ),
            Self::Unclear => write!(
                f,
                "it looks like one, but does not begin like one. Use {SCHEMES}; before a path that looks \
                 like that, write ./"
            ),
        }
    }
}

impl fmt::Display for BadSqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSlashes(rest) if rest == ":memory:" => f.write_str(
                "Diesel would open a file that is called `sqlite::memory:`: write `:memory:` for a database \
                 in memory",
            ),
            Self::NoSlashes(rest) => write!(
                f,
                "Diesel would open a file that is called `sqlite:{rest}`: write `sqlite://{rest}` for the file \
                 `{rest}`, or `./sqlite:{rest}` for that one"
            ),
            Self::WhiteSpace => f.write_str(
                "the database URL begins or ends with white space, which Diesel takes for a part of the \
                 file's name: leave it out",
            ),
            Self::Authority(authority) => write!(
                f,
                "SQLite takes `{authority}` for a host, and knows none but localhost: write one slash \
                 before an absolute path (`file:/PATH`, `sqlite:///PATH`), and none before another one \
                 (`file:PATH`, `sqlite://PATH`)"
            ),
            Self::Parameter { name, value } => {
                write!(f, "SQLite knows no `{name}={value}`: look at its page about URI filenames")
            }
            Self::Path => f.write_str(
                "the path in the database URL holds %00 or is not UTF-8 when it is decoded: rename the file",
            ),
        }
    }
}

impl std::error::Error for UrlError {}
