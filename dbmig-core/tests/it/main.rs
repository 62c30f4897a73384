//! What is promised of decisions, in one binary: each is a link step. One module per suite.

#[cfg(feature = "infer")]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
#[path = "../verdicts/cases.rs"]
mod cases;
mod golden_split;
mod golden_verdicts;
mod scan;
mod sql_properties;
mod verdict_properties;
