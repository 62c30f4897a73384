//! `cargo fuzz run history`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dbmig_fuzz::history(data));
