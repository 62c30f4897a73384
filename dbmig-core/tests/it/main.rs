//! What is promised of decisions, in one binary: each is a link step. One module per suite.

#[cfg(feature = "infer")]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
#[path = "../outlook/cases.rs"]
mod cases;
mod golden_outlook;
mod golden_split;
mod outlook_properties;
mod scan;
mod sql_properties;
