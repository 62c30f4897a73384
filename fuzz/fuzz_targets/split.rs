//! `cargo fuzz run split`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dbmig_fuzz::split(data));
