//! What was measured, and how it is shown.

use serde_json::{Value, json};

/// One measured thing, beside what another tool needs for the same.
#[derive(Debug)]
pub(crate) struct Figure {
    /// The benchmark.
    pub(crate) bench: &'static str,
    /// What was done.
    pub(crate) case: String,
    pub(crate) unit: Unit,
    /// What dbmig needs.
    pub(crate) ours: f64,
    /// Who else does it, and what it needs.
    pub(crate) peer: Option<(&'static str, f64)>,
    pub(crate) aim: Aim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Counted exactly.
    RoundTrips,
    /// Counted exactly.
    Crates,
    /// Counted exactly.
    Bytes,
    /// A median; what it is worth is its ratio to the peer's, measured in turn with it.
    Milliseconds,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Aim {
    /// At most this many.
    Count(f64),
    /// At most this many times what the peer needs.
    Ratio(f64),
    /// Shown for information.
    None,
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        self.peer.map(|(_, theirs)| self.ours / theirs)
    }

    fn is_met(&self) -> Option<bool> {
        match self.aim {
            Aim::Count(most) => Some(self.ours <= most),
            // A ratio is no more exact than its two digits.
            Aim::Ratio(most) => self.ratio().map(|ratio| ratio < most + 0.005),
            Aim::None => None,
        }
    }

    fn amount(&self, value: f64) -> String {
        match self.unit {
            Unit::RoundTrips | Unit::Crates if value.fract() == 0.0 => format!("{value:.0}"),
            Unit::RoundTrips | Unit::Crates => format!("{value:.2}"),
            Unit::Bytes => format!("{:.0} kB", value / 1000.0),
            Unit::Milliseconds if value < 100.0 => format!("{value:.1} ms"),
            Unit::Milliseconds => format!("{value:.0} ms"),
        }
    }

    fn cells(&self) -> [String; 6] {
        let dash = || "–".to_owned();
        [
            format!("{}: {}", self.bench, self.case),
            self.amount(self.ours),
            self.peer.map_or_else(dash, |(name, value)| format!("{name} {}", self.amount(value))),
            self.ratio().map_or_else(dash, |ratio| format!("{ratio:.2}")),
            match self.aim {
                Aim::Count(most) => format!("≤ {}", self.amount(most)),
                Aim::Ratio(most) => format!("≤ {most:.1} ×"),
                Aim::None => dash(),
            },
            self.is_met().map_or_else(dash, |met| if met { "yes" } else { "**no**" }.to_owned()),
        ]
    }
}

/// A table in Markdown.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut rows = vec![
        ["what", "dbmig", "other", "ratio", "aim", "met"].map(str::to_owned),
        ["---", "--:", "--:", "--:", "--:", "--:"].map(str::to_owned),
    ];
    rows.extend(figures.iter().map(Figure::cells));
    rows.iter().map(|cells| format!("| {} |\n", cells.join(" | "))).collect()
}

/// An array with one object for each figure.
pub(crate) fn json(figures: &[Figure]) -> Value {
    let object = |figure: &Figure| {
        json!({
            "bench": figure.bench,
            "case": figure.case,
            "unit": match figure.unit {
                Unit::RoundTrips => "round trips",
                Unit::Crates => "crates",
                Unit::Bytes => "bytes",
                Unit::Milliseconds => "ms",
            },
            "dbmig": figure.ours,
            "peer": figure.peer.map(|(name, _)| name),
            "peer_needs": figure.peer.map(|(_, value)| value),
            "ratio": figure.ratio(),
            "aim": match figure.aim {
                Aim::Count(most) => json!({ "count": most }),
                Aim::Ratio(most) => json!({ "ratio": most }),
                Aim::None => Value::Null,
            },
            "met": figure.is_met(),
        })
    };
    figures.iter().map(object).collect()
}
