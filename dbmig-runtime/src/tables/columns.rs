//! The columns of the history: their names, their order and what they hold. Every statement about
//! them is made from here.

/// A column of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// The number of the run: a later one has a higher one.
    Id,
    /// The format that the row was written in.
    Format,
    /// The version.
    Version,
    /// The name of the migration's directory.
    Name,
    /// The word of a [`Direction`](dbmig_core::plan::Direction).
    Direction,
    /// The word of a [`RunState`](dbmig_core::history::RunState).
    State,
    /// The word of an [`Execution`](dbmig_core::migration::Execution).
    Execution,
    /// Of the script that was applied.
    Checksum,
    /// Statements of the script.
    StatementsTotal,
    /// Statements begun.
    StatementsStarted,
    /// Statements done.
    StatementsDone,
    /// The script, without its passwords.
    Script,
    /// The way back.
    DownScript,
    /// The stored word of a [`Verdict`](dbmig_core::impact::Verdict).
    Compatible,
    /// The word of a [`ReversalVerdict`](dbmig_core::impact::ReversalVerdict).
    Reversible,
    /// The text of an impact: [`ImpactText`](dbmig_core::impact::ImpactText).
    Impact,
    /// What `metadata.toml` says.
    Settings,
    /// Of the way back.
    DownChecksum,
    /// Of the way back and what belongs to it.
    Signature,
    /// When it began, in UTC.
    StartedAt,
    /// When it ended.
    EndedAt,
    /// The build that ran it.
    App,
    /// On which machine.
    Host,
    /// As which user of the database.
    DatabaseUser,
    /// The session that worked, as its database names sessions.
    Session,
    /// What the catalogue said before the statement in flight began.
    CatalogBefore,
    /// What the database said.
    Error,
    /// What a person said.
    Note,
}

/// What a column holds, for the type that each database gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// The key, which counts up.
    Id,
    /// A small number.
    Format,
    /// A number of statements.
    Count,
    /// A version, as Diesel's own table has it.
    Version,
    /// `up` or `down`.
    Direction,
    /// A word of ours.
    Word,
    /// A SHA-256 in hexadecimal digits.
    Digest,
    /// A moment.
    Time,
    /// A name, or a line.
    Text,
    /// A script, or a message.
    LongText,
}

impl Column {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 28] = [
        Self::Id,
        Self::Format,
        Self::Version,
        Self::Name,
        Self::Direction,
        Self::State,
        Self::Execution,
        Self::Checksum,
        Self::StatementsTotal,
        Self::StatementsStarted,
        Self::StatementsDone,
        Self::Script,
        Self::DownScript,
        Self::Compatible,
        Self::Reversible,
        Self::Impact,
        Self::Settings,
        Self::DownChecksum,
        Self::Signature,
        Self::StartedAt,
        Self::EndedAt,
        Self::App,
        Self::Host,
        Self::DatabaseUser,
        Self::Session,
        Self::CatalogBefore,
        Self::Error,
        Self::Note,
    ];

    /// Its name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Format => "format",
            Self::Version => "version",
            Self::Name => "name",
            Self::Direction => "direction",
            Self::State => "state",
            Self::Execution => "execution",
            Self::Checksum => "checksum",
            Self::StatementsTotal => "statements_total",
            Self::StatementsStarted => "statements_started",
            Self::StatementsDone => "statements_done",
            Self::Script => "script",
            Self::DownScript => "down_script",
            Self::Compatible => "compatible",
            Self::Reversible => "reversible",
            Self::Impact => "outlook",
            Self::Settings => "settings",
            Self::DownChecksum => "down_checksum",
            Self::Signature => "signature",
            Self::StartedAt => "started_at",
            Self::EndedAt => "ended_at",
            Self::App => "app",
            Self::Host => "host",
            Self::DatabaseUser => "database_user",
            Self::Session => "session",
            Self::CatalogBefore => "sighted",
            Self::Error => "error",
            Self::Note => "note",
        }
    }

    /// What it holds.
    pub(crate) const fn kind(self) -> ColumnType {
        match self {
            Self::Id => ColumnType::Id,
            Self::Format => ColumnType::Format,
            Self::StatementsTotal | Self::StatementsStarted | Self::StatementsDone => {
                ColumnType::Count
            }
            Self::Version => ColumnType::Version,
            Self::Direction => ColumnType::Direction,
            Self::State | Self::Execution | Self::Compatible | Self::Reversible => ColumnType::Word,
            Self::Checksum | Self::DownChecksum | Self::Signature => ColumnType::Digest,
            Self::StartedAt | Self::EndedAt => ColumnType::Time,
            Self::Name
            | Self::Settings
            | Self::App
            | Self::Host
            | Self::DatabaseUser
            | Self::Session
            | Self::Note => ColumnType::Text,
            Self::Script | Self::DownScript | Self::Impact | Self::CatalogBefore | Self::Error => {
                ColumnType::LongText
            }
        }
    }

    /// What stands behind its type: those that every row has.
    const fn constraint(self) -> &'static str {
        match self {
            // Its type says so.
            Self::Id => "",
            Self::Format
            | Self::Version
            | Self::Name
            | Self::Direction
            | Self::State
            | Self::Execution
            | Self::Checksum
            | Self::StatementsTotal
            | Self::StatementsStarted
            | Self::StatementsDone
            | Self::Script
            | Self::StartedAt => " NOT NULL",
            Self::DownScript
            | Self::Compatible
            | Self::Reversible
            | Self::Impact
            | Self::Settings
            | Self::DownChecksum
            | Self::Signature
            | Self::EndedAt
            | Self::App
            | Self::Host
            | Self::DatabaseUser
            | Self::Session
            | Self::CatalogBefore
            | Self::Error
            | Self::Note => "",
        }
    }

    /// Their definitions for `CREATE TABLE`, with the types that a database gives them.
    pub(crate) fn definitions(of: impl Fn(ColumnType) -> &'static str) -> String {
        let one = |column: Self| {
            format!("{} {}{}", column.name(), of(column.kind()), column.constraint())
        };
        Self::ALL.map(one).join(", ")
    }
}
