//! The tests of what a script makes of its own reading.

use super::{Backslash, DoubleQuotes, Reading};
use crate::Dialect;
use crate::sql::{Unfit, split};

/// How the last statement of the script is read; nothing, where nobody knows.
fn read(dialect: Dialect, script: &str) -> Option<Reading> {
    let text = format!("{script}; SELECT 1");
    let asks = format!("{script}; SELECT 'a\\\\b'");
    match split(dialect, &asks) {
        Err(error) => {
            assert!(matches!(error.what, Unfit::UnknownReading { .. }), "{script}: {error}");
            None
        }
        Ok(_) => Some(split(dialect, &text).unwrap().last().unwrap().reading()),
    }
}

#[test]
fn mysql_reads_on_as_sql_mode_says() {
    let usual = Reading::of(Dialect::Mysql);
    let literal = Reading { backslash: Backslash::Literal, ..usual };
    let ansi = Reading { double_quotes: DoubleQuotes::Name, ..usual };
    let both = Reading { double_quotes: DoubleQuotes::Name, ..literal };
    for (script, expected) in [
        ("SET sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'", literal),
        ("SET SESSION sql_mode := 'ansi_quotes'", ansi),
        ("set local SQL_MODE = \"ANSI\"", ansi),
        ("SET @@sql_mode = 'ORACLE, no_backslash_escapes'", both),
        ("SET @@SESSION.sql_mode = ANSI_QUOTES", ansi),
        ("SET @@local . `sql_mode` = 'MAXDB'", ansi),
        ("SET NAMES utf8mb4, sql_mode = 'ANSI'", ansi),
        ("SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')", literal),
        ("SET sql_mode = (SELECT CONCAT(@@session.sql_mode, ',', 'ANSI_QUOTES'))", ansi),
        ("SET sql_mode = (SELECT REPLACE(@@sql_mode, 'ONLY_FULL_GROUP_BY', ''))", usual),
        ("/*!40101 SET @OLD=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,ANSI' */", ansi),
        ("SET @old = @@sql_mode; SET sql_mode = 'ANSI'; SET sql_mode = @OLD", usual),
        ("SET @m = 'ANSI_QUOTES'; SET sql_mode = @m", ansi),
        ("SET SESSION a = 1, GLOBAL b = 2, SESSION c = 3, sql_mode = 'ANSI'", ansi),
        ("SET GLOBAL sql_mode = 'ANSI'; SET sql_mode = DEFAULT", ansi),
        ("SET GLOBAL b = 2, @@sql_mode = 'ANSI'", ansi),
        ("SELECT @@sql_mode INTO @o; SET sql_mode = ANSI; SET sql_mode = IFNULL(@o, '')", usual),
        ("SET sql_mode = 'ANSI'; SET sql_mode = DEFAULT", usual),
        ("SET sql_mode = 'ANSI'; SET sql_mode = @@global.sql_mode", usual),
        ("SET sql_mode = 'ANSI'; SET sql_mode = 0", usual),
        ("SET sql_mode = 'ANSI'; SET sql_mode = ''", usual),
        // Not this session, or not this script.
        ("SET GLOBAL sql_mode = 'ANSI'", usual),
        ("SET GLOBAL max_connections = 100, sql_mode = 'ANSI'", usual),
        ("SET @@global.sql_mode = 'ANSI'", usual),
        ("SET STATEMENT sql_mode = 'ANSI' FOR SELECT 1", usual),
        ("CREATE PROCEDURE p() SET sql_mode = 'ANSI'", usual),
        ("CREATE PROCEDURE p() BEGIN SET sql_mode = 'ANSI'; END", usual),
        ("SET @sql_mode = 'ANSI'", usual),
        ("SELECT 'SET sql_mode = ANSI'", usual),
        ("-- SET sql_mode = 'ANSI'\nSELECT 1", usual),
    ] {
        assert_eq!(read(Dialect::Mysql, script), Some(expected), "{script}");
    }
    for script in [
        "SET sql_mode = @nobody",
        "SET @m = 'ANSI_QUOTES', sql_mode = @m",
        "SET @@sql_mode = 'ANSI'; SET sql_mode = '', @m = @@sql_mode; SET sql_mode = @m",
        "SET sql_mode = (SELECT m FROM modes)",
        "SET sql_mode = CONCAT('AN', 'SI')",
        "SET sql_mode = 1048576",
        "SET sql_mode = 'ANSI'; SET sql_mode = REPLACE(@@sql_mode, 'ANSI_QUOTES', '')",
        "PREPARE s FROM 'SET sql_mode = ?'",
        "EXECUTE IMMEDIATE CONCAT('SET sql_mode = ', 1)",
    ] {
        assert_eq!(read(Dialect::Mysql, script), None, "{script}");
    }
    // What is read one way or the other is no question.
    assert!(split(Dialect::Mysql, "SET sql_mode = @x; SELECT 'a;b', \"c;d\"").is_ok());
}

#[test]
fn postgres_reads_on_as_its_setting_says() {
    let usual = Reading::of(Dialect::Postgres);
    let escapes = Reading { backslash: Backslash::Escapes, ..usual };
    for (script, expected) in [
        ("SET standard_conforming_strings = off", escapes),
        ("SET SESSION standard_conforming_strings TO 'OFF'", escapes),
        ("set local Standard_Conforming_Strings = f", escapes),
        ("SET \"standard_conforming_strings\" TO 0", escapes),
        ("SET standard_conforming_strings = on", usual),
        ("SET standard_conforming_strings = off; SET standard_conforming_strings = yes", usual),
        ("SET standard_conforming_strings = off; RESET standard_conforming_strings", usual),
        ("SET standard_conforming_strings = off; RESET ALL", usual),
        (
            "SET standard_conforming_strings = off; SET standard_conforming_strings TO DEFAULT",
            usual,
        ),
        ("SELECT set_config('standard_conforming_strings', 'off', false)", escapes),
        ("SELECT pg_catalog.set_config('standard_conforming_strings', 'no', true), 1", escapes),
        ("SELECT pg_catalog.set_config('search_path', '', false)", usual),
        ("BEGIN; SET LOCAL standard_conforming_strings = off; COMMIT", usual),
        ("BEGIN; SET standard_conforming_strings = off; COMMIT", escapes),
        ("BEGIN; SET standard_conforming_strings = off; ROLLBACK", usual),
        ("ALTER ROLE r SET standard_conforming_strings = off", usual),
    ] {
        assert_eq!(read(Dialect::Postgres, script), Some(expected), "{script}");
    }
    for script in [
        "SELECT set_config('standard_conforming_strings', v, false) FROM t",
        "SET standard_conforming_strings = o",
    ] {
        assert_eq!(read(Dialect::Postgres, script), None, "{script}");
    }
    assert!(split(Dialect::Postgres, "SET standard_conforming_strings = o; SELECT E'\\''").is_ok());
}

#[test]
fn a_statement_takes_its_reading_with_it() {
    let text = "SET sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'; CREATE USER \"u\" IDENTIFIED BY 'p\\'";
    let user = &split(Dialect::Mysql, text).unwrap()[1];
    assert_eq!(user.without_secrets(), "CREATE USER \"u\" IDENTIFIED BY '***'");
    let said = "near 'IDENTIFIED BY 'p\\'' at line 1";
    assert_eq!(user.hide_secrets_in_message(said), "near 'IDENTIFIED BY '***'' at line 1");
    #[cfg(feature = "infer")]
    assert_eq!(user.text_as_usual(), "CREATE USER `u` IDENTIFIED BY 'p\\\\'");
    let text = "SET standard_conforming_strings = off; SELECT 'it\\'s', \"n\\\", E'x\\''";
    let select = &split(Dialect::Postgres, text).unwrap()[1];
    assert_eq!(select.text, "SELECT 'it\\'s', \"n\\\", E'x\\''");
    #[cfg(feature = "infer")]
    assert_eq!(select.text_as_usual(), "SELECT E'it\\'s', \"n\\\", E'x\\''");
}
