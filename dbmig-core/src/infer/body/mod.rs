//! What bodies do: of triggers, rules, routines and views, by their tokens.

pub(super) mod routine;
pub(super) mod star;
pub(super) mod trigger;
pub(super) mod view;
