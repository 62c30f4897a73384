//! By which rules a verdict of the history was found.
//!
//! It stands in a line of its own among the settings of a row: an image that knows nothing of it
//! passes it over there, while a word that it does not know in a verdict would be breaking to it, or
//! a loss that nobody can count.

use crate::impact::{Basis, Impact};

/// The rules by which SQL is judged here. It counts up whenever a verdict on some text changes; a row
/// without a number is older than all of them.
pub const INFERENCE: u32 = 2;

const KEY: &str = "inference";

/// The line for the settings of a row with these verdicts; none where nothing in it was inferred.
pub fn note(impact: &Impact) -> String {
    let bases = [impact.compatibility().reason.basis, impact.reversibility().reason.basis];
    match bases.contains(&Basis::Inferred) {
        true => format!("{KEY} {INFERENCE}\n"),
        false => String::new(),
    }
}

/// Whether what was inferred of a row with these settings was found by older rules than those here.
pub fn is_outdated(settings: &str) -> bool {
    let mut lines = settings.lines().filter_map(|line| line.split_once(' '));
    let noted = lines.find(|(key, _)| *key == KEY).and_then(|(_, number)| number.parse().ok());
    noted.unwrap_or(0) < INFERENCE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::impact::ImpactText;
    use crate::migration::Settings;

    #[test]
    fn what_older_rules_found_is_told_from_the_rest() {
        let inferred =
            ImpactText::from_static("compatible inferred - x\nyes declared - y\n").read();
        let declared =
            ImpactText::from_static("compatible declared - x\nyes declared - y\n").read();
        assert_eq!(note(&declared), "");
        let retries = Settings { retries: Some(3), ..Settings::DEFAULT };
        let settings = retries.to_history() + &note(&inferred);
        assert!(!is_outdated(&settings));
        assert!(
            is_outdated(&retries.to_history()) && is_outdated("") && is_outdated("inference x")
        );
        assert!(is_outdated("inference 0\n") && !is_outdated(&format!("inference {}", u32::MAX)));
        // To whoever only wants the settings, it is none.
        assert_eq!(Settings::from_history(&settings), retries);
    }
}
