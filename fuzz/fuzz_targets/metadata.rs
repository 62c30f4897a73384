//! `cargo fuzz run metadata`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dbmig_fuzz::metadata(data));
