//! What can be wrong between two migrations.

use std::path::Path;

use super::listing::Entry;
use super::problem::ProblemKind;
use super::report::Report;
use super::warning::WarningKind;
use crate::Version;
use crate::migration::DuplicateVersion;

/// Versions at least this wide are dates: their text order is the order of time, whatever their
/// widths (Diesel's own grew from 14 to 18 digits).
const DATE_WIDTH: usize = 8;

pub(super) fn check(dir: &Path, entries: &[Entry], report: &mut Report) {
    let mut versions: Vec<(Version, &str)> = entries
        .iter()
        .filter_map(|entry| entry.name.to_str())
        .filter_map(|name| Some((Version::of_directory(name).ok()?, name)))
        .collect();
    versions.sort();
    for pair in versions.windows(2) {
        let [(first, before), (second, after)] = pair else { continue };
        if first == second {
            let names = [(*before).to_owned(), (*after).to_owned()];
            let twice = DuplicateVersion { version: first.clone(), names };
            report.refuse(&dir.join(after), ProblemKind::Duplicate(twice));
        } else if is_surprising(first.as_str(), second.as_str()) {
            report.warn(&dir.join(before), WarningKind::TextOrder { later: (*after).to_owned() });
        }
    }
}

/// Whether two numbers in text order are not in the order of their values.
fn is_surprising(first: &str, second: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(first) || !is_number(second) || first.len().min(second.len()) >= DATE_WIDTH {
        return false;
    }
    let (first, second) = (first.trim_start_matches('0'), second.trim_start_matches('0'));
    (first.len(), first) > (second.len(), second)
}

#[cfg(test)]
mod tests {
    use super::is_surprising;

    #[test]
    fn numbers_of_different_widths_surprise_and_dates_do_not() {
        for (first, second, expected) in [
            ("1", "2", false),
            ("10", "9", true),
            ("09", "10", false),
            ("001", "01", false),
            ("20260101000000", "3", true),
            ("1", "20260101000000", false),
            ("00000000000000", "1", false),
            ("20251122163000", "202511221630000001", false),
            ("202511221630000001", "20260101000000", false),
            ("1a", "9", false),
            ("", "9", false),
        ] {
            assert_eq!(is_surprising(first, second), expected, "{first} {second}");
        }
    }
}
