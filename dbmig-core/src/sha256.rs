//! SHA-256: small, or fast. Both give the same sums.
//!
//! An app hashes next to nothing, and its builds compile what it links: the small one has no
//! dependencies. The command line hashes every script and the whole lock file at each start; with the
//! feature `fast-sha256` the processor does it, where it can.

#[cfg(not(feature = "fast-sha256"))]
pub(crate) use hmac_sha256::Hash as Sha256;

/// A sum in the making.
#[cfg(feature = "fast-sha256")]
#[derive(Clone)]
pub(crate) struct Sha256(sha2::Sha256);

#[cfg(feature = "fast-sha256")]
impl Sha256 {
    pub(crate) fn new() -> Self {
        Self(sha2::Digest::new())
    }

    pub(crate) fn update(&mut self, bytes: impl AsRef<[u8]>) {
        sha2::Digest::update(&mut self.0, bytes);
    }

    pub(crate) fn finalize(self) -> [u8; 32] {
        sha2::Digest::finalize(self.0).into()
    }
}

#[cfg(all(test, feature = "fast-sha256"))]
mod tests {
    use super::Sha256;

    #[test]
    fn both_give_the_same_sums() {
        let text: Vec<u8> = (0..1000_u32).map(|number| (number * 7) as u8).collect();
        for length in (0..200).chain([511, 512, 513, 999]) {
            for cut in [0, 1, 63, 64, 65].map(|cut: usize| cut.min(length)) {
                let mut fast = Sha256::new();
                let mut small = hmac_sha256::Hash::new();
                for part in [&text[..cut], &text[cut..length]] {
                    fast.update(part);
                    small.update(part);
                }
                assert_eq!(fast.finalize(), small.finalize(), "{length} bytes, cut at {cut}");
            }
        }
    }
}
