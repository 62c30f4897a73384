//! What makes a stored way back trustworthy: it will run with the right to change the schema.

use std::fmt;

use dbmig_core::Checksum;
use dbmig_core::Version;
use dbmig_core::impact::ImpactText;
use dbmig_core::migration::{Execution, Script};
use dbmig_core::plan::UntrustedReason;
use hmac_sha256::{HMAC, Hash};

/// The environment variable that holds the key.
const KEY_VARIABLE: &str = "DBMIG_HISTORY_KEY";

/// A key that signs what is stored to revert migrations, and without whose signature nothing of it
/// is executed: no script that nobody with the key has stored. It does not say when that was, in which
/// database, nor how far an interrupted run came.
#[derive(Clone, PartialEq, Eq)]
pub struct HistoryKey(Vec<u8>);

impl HistoryKey {
    /// The key in `DBMIG_HISTORY_KEY`; an empty one is none.
    pub fn from_env() -> Option<Self> {
        let key = std::env::var_os(KEY_VARIABLE)?.into_encoded_bytes();
        (!key.is_empty()).then_some(Self(key))
    }

    /// A key of any length; 32 random bytes or more are a good one.
    pub fn new(key: impl Into<Vec<u8>>) -> Self {
        Self(key.into())
    }

    fn mac(&self, signed: &Signed<'_>) -> HMAC {
        let mut mac = HMAC::new(&self.0);
        for field in signed.fields() {
            // With its length, so that nothing can move from one field to the next.
            mac.update((field.len() as u64).to_be_bytes());
            mac.update(field.as_bytes());
        }
        mac
    }

    /// In hexadecimal digits.
    pub(crate) fn sign(&self, signed: &Signed<'_>) -> String {
        hex(&self.mac(signed).finalize())
    }

    fn has_signed(&self, signed: &Signed<'_>, signature: &str) -> bool {
        // In constant time.
        bytes(signature).is_some_and(|signature| self.mac(signed).finalize_verify(&signature))
    }
}

/// Not the key.
impl fmt::Debug for HistoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HistoryKey(..)")
    }
}

/// What a signature is for.
pub(crate) struct Signed<'a> {
    pub(crate) version: &'a Version,
    pub(crate) execution: Execution,
    pub(crate) settings: &'a str,
    pub(crate) impact: &'a ImpactText,
    pub(crate) down: &'a str,
}

impl<'a> Signed<'a> {
    fn fields(&self) -> [&'a str; 6] {
        let execution = self.execution.name();
        let Self { version, settings, impact, down, .. } = *self;
        ["dbmig 1", version.as_str(), execution, settings, impact.as_str(), down]
    }
}

/// The way back that was stored when a version was last applied.
#[derive(Clone, Debug)]
pub(crate) struct StoredScript {
    pub(crate) version: Version,
    pub(crate) script: Script,
    pub(crate) execution: Execution,
    /// Of the script that was applied.
    pub(crate) applied: Checksum,
    pub(crate) settings: String,
    pub(crate) impact: ImpactText,
    /// As it was noted when the script was stored.
    pub(crate) checksum: Option<String>,
    pub(crate) signature: Option<String>,
}

impl StoredScript {
    /// Whether it is what was stored, by somebody who has `key`.
    pub(crate) fn trust(&self, key: Option<&HistoryKey>) -> Result<(), UntrustedReason> {
        if self.checksum.as_deref() != Some(&sum(&self.script.text)) {
            return Err(UntrustedReason::Altered);
        }
        let Some(key) = key else { return Ok(()) };
        let Some(signature) = &self.signature else { return Err(UntrustedReason::Unsigned) };
        match key.has_signed(&self.signed(), signature) {
            true => Ok(()),
            false => Err(UntrustedReason::WrongSignature),
        }
    }

    pub(crate) fn signed(&self) -> Signed<'_> {
        Signed {
            version: &self.version,
            execution: self.execution,
            settings: &self.settings,
            impact: &self.impact,
            down: &self.script.text,
        }
    }
}

/// The SHA-256 of a stored script, byte for byte, in hexadecimal digits.
pub(crate) fn sum(text: &str) -> String {
    hex(&Hash::hash(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    Checksum::from_hex(hex).map(|sum| *sum.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &'static str) -> Script {
        Script { path: "stored down.sql of 1_a".into(), text: text.into() }
    }

    fn stored(key: Option<&HistoryKey>) -> StoredScript {
        let mut stored = StoredScript {
            version: Version::from_ledger("1"),
            script: script("DROP TABLE a"),
            execution: Execution::Transaction,
            applied: Checksum::from_bytes([0; 32]),
            settings: "retries 1\n".to_owned(),
            impact: ImpactText::from_static(
                "compatible inferred - a\nlossy inferred - b\ntable\ta\n",
            ),
            checksum: Some(sum("DROP TABLE a")),
            signature: None,
        };
        stored.signature = key.map(|key| key.sign(&stored.signed()));
        stored
    }

    #[test]
    fn what_was_stored_is_trusted_and_nothing_else() {
        let key = HistoryKey::new(*b"a key");
        assert_eq!(stored(None).trust(None), Ok(()));
        assert_eq!(stored(Some(&key)).trust(None), Ok(()));
        assert_eq!(stored(Some(&key)).trust(Some(&key)), Ok(()));
        assert_eq!(stored(None).trust(Some(&key)), Err(UntrustedReason::Unsigned));
        let other = HistoryKey::new(*b"another key");
        assert_eq!(stored(Some(&key)).trust(Some(&other)), Err(UntrustedReason::WrongSignature));
        let altered = StoredScript { script: script("DROP TABLE b"), ..stored(Some(&key)) };
        assert_eq!(altered.trust(None), Err(UntrustedReason::Altered));
        let unsummed = StoredScript { checksum: None, ..stored(Some(&key)) };
        assert_eq!(unsummed.trust(Some(&key)), Err(UntrustedReason::Altered));
    }

    #[test]
    fn every_part_is_signed() {
        let key = HistoryKey::new(*b"a key");
        let forged: [fn(&mut StoredScript); 6] = [
            |s| s.version = Version::from_ledger("2"),
            |s| s.execution = Execution::Statements,
            |s| s.settings.clear(),
            // What would be lost is told no more.
            |s| s.impact = ImpactText::from_static("compatible inferred - a\nyes inferred - b\n"),
            |s| {
                s.script = script("DROP TABLE b");
                s.checksum = Some(sum("DROP TABLE b"));
            },
            |s| s.signature = Some("zz".to_owned()),
        ];
        for (index, forge) in forged.iter().enumerate() {
            let mut stored = stored(Some(&key));
            forge(&mut stored);
            assert_eq!(stored.trust(Some(&key)), Err(UntrustedReason::WrongSignature), "{index}");
        }
    }

    /// What others have published, so that no history loses its signatures to another library.
    #[test]
    fn sums_and_signatures_are_those_of_the_standards() {
        // FIPS 180-2, B.1 and B.2.
        for (text, expected) in [
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ] {
            assert_eq!(sum(text), expected);
        }
        // RFC 4231, 4.3 and 4.7, each in two parts; the second key is longer than a block.
        let mac = |key: &[u8], parts: [&str; 2]| {
            let mut mac = HMAC::new(key);
            parts.iter().for_each(|part| mac.update(part));
            hex(&mac.finalize())
        };
        assert_eq!(
            mac(b"Jefe", ["what do ya want ", "for nothing?"]),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            mac(&[0xaa; 131], ["Test Using Larger Than Block-Size Key", " - Hash Key First"]),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    /// One that an earlier build has stored.
    #[test]
    fn stored_signatures_stay_valid() {
        let signature = stored(Some(&HistoryKey::new(*b"a key"))).signature.unwrap();
        assert_eq!(signature, "1e5f398eb17cb55397e10b1c2543bc9ece344cfec915df6eecc84804331b4c4e");
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", HistoryKey::new(*b"secret")), "HistoryKey(..)");
    }
}
