//! cargo-dbmig
