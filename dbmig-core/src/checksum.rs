//! Checksums that change with the meaning of a script, not with its looks.

use std::fmt;

use crate::Dialect;
use crate::hex;
use crate::sha256::Sha256;
use crate::sql::{Piece, Pieces, Reading};

/// SHA-256 of a script's meaningful text.
///
/// It is taken over the tokens that mean something to the database, each with its length, and the
/// ends of the statements. It does not change with comments, white space between tokens, a byte
/// order mark, empty statements, the last `;`, `DELIMITER` lines, or line ends (inside strings
/// too: Git's `autocrlf` is no change of the script). It does change with letter case and with
/// MySQL's executable comments and hints. A script that is cut off has a checksum as well.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Checksum([u8; 32]);

/// Goes in first, so that another way to count could never give the same sums.
const SCHEME: &[u8] = b"dbmig checksum 1\n";
const TOKEN: [u8; 1] = [1];
const STATEMENT_END: [u8; 1] = [2];

impl Checksum {
    /// The checksum of `sql`, blind to comments, white space, line ends and a byte order mark.
    pub fn of(dialect: Dialect, sql: &str) -> Self {
        Self::read(Reading::of(dialect), sql)
    }

    /// The same of a text that is part of a script.
    pub(crate) fn read(reading: Reading, sql: &str) -> Self {
        let mut sum = Sum::new();
        Pieces::new(reading, sql).for_each(|piece| sum.add(&piece));
        sum.checksum()
    }

    /// For generated code.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the 64 hexadecimal digits that [`fmt::Display`] writes.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::read(text).map(Self)
    }
}

/// A checksum in the making, for those who walk through a script anyway.
pub(crate) struct Sum {
    hash: Sha256,
    /// Of the statement so far.
    tokens: usize,
    /// Inside a statement; they count once a token of the same statement follows.
    semicolons: usize,
}

impl Sum {
    pub(crate) fn new() -> Self {
        let mut hash = Sha256::new();
        hash.update(SCHEME);
        Self { hash, tokens: 0, semicolons: 0 }
    }

    /// Adds what comes next in the script.
    pub(crate) fn add(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Token(token) if token.is(";") => self.semicolons += 1,
            Piece::Token(token) => {
                let semicolons = std::mem::take(&mut self.semicolons);
                (0..semicolons).for_each(|_| add(&mut self.hash, ";"));
                add(&mut self.hash, token.text);
                self.tokens += 1;
            }
            Piece::StatementEnd => {
                self.semicolons = 0;
                if std::mem::take(&mut self.tokens) > 0 {
                    self.hash.update(STATEMENT_END);
                }
            }
        }
    }

    pub(crate) fn checksum(self) -> Checksum {
        Checksum(self.hash.finalize())
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By hand: a thousand of them are written at each start.
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
        f.write_str(&digits.map(digit).collect::<String>())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

/// Adds a token: its length without carriage returns at line ends, then those bytes.
fn add(hash: &mut Sha256, token: &str) {
    let has_returns = token.as_bytes().contains(&b'\r');
    let removed = if has_returns { token.matches("\r\n").count() } else { 0 };
    hash.update(TOKEN);
    hash.update(((token.len() - removed) as u64).to_le_bytes());
    // Nearly every token: a search for two characters would take longer than all the rest.
    if !has_returns {
        return hash.update(token);
    }
    let mut lines = token.split("\r\n");
    hash.update(lines.next().unwrap_or_default());
    for line in lines {
        hash.update("\n");
        hash.update(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(dialect: Dialect, left: &str, right: &str) -> bool {
        Checksum::of(dialect, left) == Checksum::of(dialect, right)
    }

    #[test]
    fn the_sums_that_databases_hold_stay_valid() {
        let text = "CREATE TABLE t (a int DEFAULT 'x;'); -- c\nDROP TABLE u";
        let sum = "64c42f1f93d0672dcdcff84e34a3ad99f9d0c1082ed339dd413150ea31978c69";
        for dialect in Dialect::ALL {
            assert_eq!(Checksum::of(dialect, text).to_string(), sum);
        }
    }

    #[test]
    fn looks_do_not_count() {
        for dialect in Dialect::ALL {
            for looks in ["\u{feff}a b;c", "a\r\n\tb ; ; c;", "-- x\na/**/b;/* ; */c;;"] {
                assert!(same(dialect, "a b; c", looks), "{looks}");
            }
            assert!(same(dialect, "SELECT 'a\r\nb'", "SELECT 'a\nb'"));
            assert!(same(dialect, "", " -- nothing\n;"));
        }
        let body = "CREATE PROCEDURE p() BEGIN SELECT 1; END";
        let delimited = format!("DELIMITER //\n{body};\n//\nDELIMITER ;\n");
        assert!(same(Dialect::Mysql, body, &delimited));
        assert!(same(Dialect::Mysql, "DELIMITER '//\na//b", "DELIMITER '//\r\na//b"));
    }

    #[test]
    fn meaning_counts() {
        let differ = [
            ("a b", "ab"),
            ("a b", "a; b"),
            ("a b", "A b"),
            ("'a' 'b'", "'ab'"),
            ("'a b'", "'a  b'"),
            ("'a\nb'", "'a\rb'"),
            ("- -1", "--1"),
            ("a < = b", "a <= b"),
            ("1 .5", "1.5"),
            ("x 'ab'", "x'ab'"),
            ("a", "a 'cut off"),
            ("'cut", "'cut off"),
        ];
        for dialect in Dialect::ALL {
            for (left, right) in differ {
                assert!(!same(dialect, left, right), "{dialect}: {left} and {right}");
            }
        }
        for code in ["a /*! b */", "a /*!50003 b */", "a /*M! b */", "a /*+ b */"] {
            assert!(!same(Dialect::Mysql, "a", code) && same(Dialect::Sqlite, "a", code), "{code}");
        }
        assert!(!same(
            Dialect::Mysql,
            "CREATE PROCEDURE p() BEGIN a; b; END",
            "CREATE PROCEDURE p() BEGIN a b; END"
        ));
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        let sum = Checksum::of(Dialect::Sqlite, "SELECT 1");
        assert_eq!(Checksum::from_hex(&sum.to_string()), Some(sum));
        assert_eq!(Checksum::from_bytes(*sum.as_bytes()), sum);
        for wrong in ["", "12", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            assert_eq!(Checksum::from_hex(wrong), None, "{wrong}");
        }
    }
}
