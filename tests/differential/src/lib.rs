//! A generated *old app*, to hold the verdicts on migrations against.
//!
//! What a database holds ([`catalogue`]) says what an app of that version does all day
//! ([`statements`], with [`values`]), through Diesel with its statement cache ([`client`]). That is
//! done before and after a migration is executed ([`oracle`]), and compared ([`compare`]).
#![expect(clippy::expect_used, reason = "a harness fails by panicking")]

pub mod catalogue;
pub mod client;
pub mod compare;
pub mod fill;
pub mod kind;
pub mod oracle;
pub mod play;
pub mod stage;
pub mod statement;
pub mod statements;
pub mod values;
