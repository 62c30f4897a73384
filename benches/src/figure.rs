//! What was measured, beside what others need for the same.

/// One measured thing.
#[derive(Debug)]
pub(crate) struct Figure {
    /// The benchmark.
    pub(crate) bench: &'static str,
    /// What was done.
    pub(crate) case: String,
    pub(crate) unit: Unit,
    /// What dbmig needs.
    pub(crate) ours: f64,
    pub(crate) peers: Vec<Peer>,
    pub(crate) aim: Aim,
}

/// Who else does it, and what it needs.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) role: Role,
    pub(crate) amount: f64,
    /// What dbmig needs, as a multiple of it.
    pub(crate) ratio: Spread,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// dbmig, of the sources as they are.
    Ours,
    /// The last landed build of it.
    Baseline,
    /// What it cannot go below: a bare client, by name.
    Limit(&'static str),
    /// Diesel's command line tool.
    Diesel,
    /// Anything else, by name.
    Other(&'static str),
}

/// A median and the quartiles around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Spread {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |quarter: usize| values[(values.len() - 1) * quarter / 4];
        Self { low: at(1), median: crate::race::median(values.clone()), high: at(3) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Counted exactly.
    RoundTrips,
    /// Counted exactly.
    Crates,
    /// Counted exactly.
    Bytes,
    /// Counted; the same within a few thousandths each time.
    Instructions,
    /// Counted exactly.
    Allocations,
    /// A median; what it is worth is its ratio to a peer's, measured in turn with it.
    Milliseconds,
    /// A median of peaks.
    Mebibytes,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Aim {
    /// At most this many.
    Count(f64),
    /// At most this many times what the peer needs.
    Ratio(Role, f64),
    /// The same, and the benchmark fails where it is missed.
    Gate(Role, f64),
    /// Shown for information.
    None,
}

impl Figure {
    /// A figure of something that is counted, or measured once.
    pub(crate) fn counted(
        bench: &'static str,
        case: impl Into<String>,
        unit: Unit,
        ours: f64,
    ) -> Self {
        Self { bench, case: case.into(), unit, ours, peers: Vec::new(), aim: Aim::None }
    }

    /// Beside what a peer needs.
    pub(crate) fn beside(mut self, role: Role, amount: f64) -> Self {
        let ratio = Spread::of(vec![self.ours / amount]);
        self.peers.push(Peer { role, amount, ratio });
        self
    }

    pub(crate) fn aim(mut self, aim: Aim) -> Self {
        self.aim = aim;
        self
    }

    pub(crate) fn is_met(&self) -> Option<bool> {
        match self.aim {
            Aim::Count(most) => Some(self.ours <= most),
            // A ratio is no more exact than its two digits.
            Aim::Ratio(to, most) => self.ratio(to).map(|ratio| ratio < most + 0.005),
            Aim::Gate(to, most) => self.ratio(to).map(|ratio| ratio <= most),
            Aim::None => None,
        }
    }

    /// Whether it makes the whole benchmark fail.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.aim, Aim::Gate(..)) && self.is_met() == Some(false)
    }

    fn ratio(&self, to: Role) -> Option<f64> {
        self.peers.iter().find(|peer| peer.role == to).map(|peer| peer.ratio.median)
    }
}
