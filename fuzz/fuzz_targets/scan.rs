//! `cargo fuzz run scan`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dbmig_fuzz::scan(data));
