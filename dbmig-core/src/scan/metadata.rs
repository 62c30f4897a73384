//! `metadata.toml`, where nothing is guessed.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, ProblemKind};
use crate::Dialect;
use crate::migration::{
    DeclaredCompatibility, DeclaredReversibility, Execution, ForeignKeys, Settings,
};
use crate::sql::Position;

const RUN_IN_TRANSACTION: &str = "run_in_transaction";
const TABLE: &str = "dbmig";
const TOP_KEYS: [&str; 2] = [RUN_IN_TRANSACTION, TABLE];
const TABLE_KEYS: [&str; 6] =
    ["compatible", "reversible", "lock_timeout", "statement_timeout", "retries", "foreign_keys"];

/// PostgreSQL counts both time-outs in milliseconds, in 31 bits; 0 means none to it.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// Where it says what the SQL could contradict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Declared {
    /// The file.
    pub(super) path: PathBuf,
    /// The place of `compatible`.
    pub(super) compatible: Option<Position>,
    /// The place of `reversible`.
    pub(super) reversible: Option<Position>,
}

/// The settings that `text`, the content of the file at `path`, holds.
pub(super) fn parse(
    path: &Path,
    text: &str,
    dialect: Dialect,
) -> Result<(Settings, Declared), Vec<Problem>> {
    let declared = Declared { path: path.to_owned(), ..Declared::default() };
    let settings = Settings::DEFAULT;
    let mut reader = Reader { path, text, dialect, settings, declared, problems: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.refuse(error.span(), format!("no TOML: {}", error.message().replace('\n', ": ")));
    }
    // After a mistake in the syntax, what was understood of the rest is no base for a judgement.
    if errors.is_empty() {
        reader.top(table.get_ref());
    }
    if reader.problems.is_empty() {
        Ok((reader.settings, reader.declared))
    } else {
        Err(reader.problems)
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    dialect: Dialect,
    settings: Settings,
    declared: Declared,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn top(&mut self, table: &DeTable<'_>) {
        if !table.contains_key(RUN_IN_TRANSACTION) {
            self.refuse(
                None,
                "`run_in_transaction` is not set, which Diesel reads as `false` although without \
                 this file it would be `true`: write `run_in_transaction = true` (or `false`) in \
                 the first line"
                    .to_owned(),
            );
        }
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (RUN_IN_TRANSACTION, _) => {
                    if let Some(yes) = self.boolean(RUN_IN_TRANSACTION, value) {
                        self.settings.execution =
                            if yes { Execution::Transaction } else { Execution::Statements };
                    }
                }
                (TABLE, DeValue::Table(table)) => self.table(table),
                (TABLE, _) => self.wrong_value(TABLE, "a table", value),
                (unknown, _) => self.unknown(key.span(), unknown, &TOP_KEYS, &TABLE_KEYS),
            }
        }
    }

    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let place = Position::at(self.text, key.span().start);
            match key.get_ref().as_ref() {
                "compatible" => {
                    self.declared.compatible = Some(place);
                    self.compatible(value);
                }
                "reversible" => {
                    self.declared.reversible = Some(place);
                    self.reversible(value);
                }
                "lock_timeout" => {
                    self.settings.lock_timeout = self.duration("lock_timeout", value);
                }
                "statement_timeout" => {
                    self.settings.statement_timeout = self.duration("statement_timeout", value);
                }
                "retries" => self.settings.retries = self.retries(value),
                "foreign_keys" => self.foreign_keys(key.span(), value),
                unknown => self.unknown(key.span(), unknown, &TABLE_KEYS, &TOP_KEYS[..1]),
            }
        }
    }

    fn compatible(&mut self, value: &Spanned<DeValue<'_>>) {
        let written = value.get_ref();
        self.settings.compatibility = match (written.as_bool(), written.as_str()) {
            (Some(true), _) => DeclaredCompatibility::Compatible,
            (Some(false), _) => DeclaredCompatibility::Breaking,
            (None, Some("after_restart")) => DeclaredCompatibility::AfterRestart,
            (None, _) => {
                let expected = "true, false or \"after_restart\"";
                return self.wrong_value("compatible", expected, value);
            }
        };
    }

    fn reversible(&mut self, value: &Spanned<DeValue<'_>>) {
        self.settings.reversible = match value.get_ref().as_str() {
            Some("yes") => DeclaredReversibility::Yes,
            Some("lossy") => DeclaredReversibility::Lossy,
            Some("no") => DeclaredReversibility::No,
            _ => {
                let expected = "\"yes\", \"lossy\" or \"no\"";
                return self.wrong_value("reversible", expected, value);
            }
        };
    }

    fn foreign_keys(&mut self, key: Range<usize>, value: &Spanned<DeValue<'_>>) {
        if self.dialect != Dialect::Sqlite {
            let message = format!(
                "`foreign_keys` exists for SQLite only, and these migrations are for {}: remove \
                 this line",
                self.dialect,
            );
            return self.refuse(Some(key), message);
        }
        match value.get_ref().as_str() {
            Some("off") => self.settings.foreign_keys = ForeignKeys::Off,
            _ => self.wrong_value("foreign_keys", "\"off\"", value),
        }
    }

    fn retries(&mut self, value: &Spanned<DeValue<'_>>) -> Option<u32> {
        let number = value.get_ref().as_integer();
        let retries = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        if retries.is_none() {
            self.wrong_value("retries", "a whole number from 0 on, such as 5", value);
        }
        retries
    }

    fn duration(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Duration> {
        let text = value.get_ref().as_str();
        let duration = text
            .and_then(|text| humantime::parse_duration(text).ok())
            .filter(|duration| (SHORTEST..=LONGEST).contains(duration));
        if duration.is_none() {
            let expected = "a time from \"1ms\" to \"24days\", such as \"5s\" or \"200ms\"";
            self.wrong_value(key, expected, value);
        }
        duration
    }

    fn boolean(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_value(key, "true or false", value);
        }
        boolean
    }

    fn wrong_value(&mut self, key: &str, expected: &str, value: &Spanned<DeValue<'_>>) {
        let written = self.text.get(value.span()).unwrap_or_default();
        let message = format!("`{key}` is {expected}, not `{written}`");
        self.refuse(Some(value.span()), message);
    }

    fn unknown(&mut self, span: Range<usize>, key: &str, here: &[&str], elsewhere: &[&str]) {
        let advice = if elsewhere.contains(&key) {
            let place = if key == RUN_IN_TRANSACTION { "above" } else { "below" };
            format!("it belongs {place} the line `[{TABLE}]`")
        } else {
            let (_, nearest) = here
                .iter()
                .chain(elsewhere)
                .map(|known| (strsim::osa_distance(key, known), *known))
                .min()
                .unwrap_or_default();
            format!("is it meant to be `{nearest}`? The keys here are {}", here.join(", "))
        };
        self.refuse(Some(span), format!("unknown key `{key}`: {advice}"));
    }

    fn refuse(&mut self, span: Option<Range<usize>>, message: String) {
        let kind = ProblemKind::Metadata(message);
        self.problems.push(match span {
            Some(span) => Problem::at(self.path, Position::at(self.text, span.start), kind),
            None => Problem::new(self.path, kind),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Vec<String>> {
        parse(Path::new("m/1_a/metadata.toml"), text, Dialect::Sqlite)
            .map(|(settings, _)| settings)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_key_is_read() {
        let settings = read(
            "run_in_transaction = false\n[dbmig]\ncompatible = false\nreversible = \"lossy\"\n\
             lock_timeout = \"200ms\"\nstatement_timeout = \"1h 30s\"\nretries = 1_0\n\
             foreign_keys = 'off'\n",
        );
        let expected = Settings {
            execution: Execution::Statements,
            compatibility: DeclaredCompatibility::Breaking,
            reversible: DeclaredReversibility::Lossy,
            foreign_keys: ForeignKeys::Off,
            lock_timeout: Some(Duration::from_millis(200)),
            statement_timeout: Some(Duration::from_secs(3630)),
            retries: Some(10),
        };
        assert_eq!(settings, Ok(expected));
        assert_eq!(read("run_in_transaction = true # why\n"), Ok(Settings::DEFAULT));
        for (written, expected) in [
            ("true", DeclaredCompatibility::Compatible),
            ("false", DeclaredCompatibility::Breaking),
            ("'after_restart'", DeclaredCompatibility::AfterRestart),
        ] {
            let text = format!("dbmig.compatible = {written}\nrun_in_transaction = true");
            assert_eq!(read(&text).map(|s| s.compatibility), Ok(expected));
        }
    }

    /// Everything that is wrong with the file, in one go.
    #[test]
    fn every_mistake_is_named_with_its_place() {
        for (text, expected) in [
            (
                "",
                &["metadata.toml: `run_in_transaction` is not set, which Diesel reads as `false`"]
                    [..],
            ),
            ("[dbmig]\ncompatible = true", &["metadata.toml: `run_in_transaction` is not set"]),
            (
                "run_in_transacton = true",
                &[
                    "metadata.toml: `run_in_transaction` is not set",
                    "metadata.toml:1:1: unknown key `run_in_transacton`: is it meant to be \
                     `run_in_transaction`? The keys here are run_in_transaction, dbmig",
                ],
            ),
            (
                "run_in_transaction = \"no\"\n",
                &["metadata.toml:1:22: `run_in_transaction` is true or false, not `\"no\"`"],
            ),
            (
                "run_in_transaction = true\ncompatible = true",
                &[
                    "metadata.toml:2:1: unknown key `compatible`: it belongs below the line `[dbmig]`",
                ],
            ),
            (
                "dbmig = 1\nrun_in_transaction = true",
                &["metadata.toml:1:9: `dbmig` is a table, not `1`"],
            ),
            (
                "run_in_transaction = true\n[dbmg]\ncompatible = true",
                &["metadata.toml:2:2: unknown key `dbmg`: is it meant to be `dbmig`?"],
            ),
            (
                "run_in_transaction = true\n[dbmig]\n  compatibel = true\n  reversible = \"maybe\"\n\
                 lock_timeout = 5\nstatement_timeout = \"0s\"\nretries = -1\nforeign_keys = \"on\"",
                &[
                    "metadata.toml:3:3: unknown key `compatibel`: is it meant to be `compatible`?",
                    "metadata.toml:8:16: `foreign_keys` is \"off\", not `\"on\"`",
                    "metadata.toml:5:16: `lock_timeout` is a time from \"1ms\" to \"24days\", such as \
                     \"5s\" or \"200ms\", not `5`",
                    "metadata.toml:7:11: `retries` is a whole number from 0 on, such as 5, not `-1`",
                    "metadata.toml:4:16: `reversible` is \"yes\", \"lossy\" or \"no\", not `\"maybe\"`",
                    "metadata.toml:6:21: `statement_timeout` is a time from",
                ],
            ),
            (
                "run_in_transaction = true\n[dbmig]\ncompatible = \"after-restart\"",
                &["metadata.toml:3:14: `compatible` is true, false or \"after_restart\", not \
                     `\"after-restart\"`"],
            ),
            ("run_in_transaction = true\nretries =\n", &["metadata.toml:2:10: no TOML: "]),
            (
                "run_in_transaction = true\nrun_in_transaction = false\n",
                &["metadata.toml:2:1: no TOML: duplicate key"],
            ),
            (
                "run_in_transaction = true\n[dbmig]\nrun_in_transaction = true",
                &["metadata.toml:3:1: unknown key `run_in_transaction`: it belongs above the line"],
            ),
        ] {
            let found = read(text).expect_err(text);
            assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(&format!("m/1_a/{expected}")), "{text}: {found}");
            }
        }
    }

    #[test]
    fn foreign_keys_are_for_sqlite_only() {
        let text = "run_in_transaction = true\n[dbmig]\nforeign_keys = \"off\"\n";
        let problems = parse(Path::new("metadata.toml"), text, Dialect::Postgres).unwrap_err();
        assert!(problems[0].to_string().starts_with(
            "metadata.toml:3:1: `foreign_keys` exists for SQLite only, and these migrations are \
             for postgres"
        ));
    }
}
