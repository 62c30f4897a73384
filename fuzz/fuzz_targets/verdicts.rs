//! `cargo fuzz run verdicts`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dbmig_fuzz::verdicts(data));
