//! `cargo fuzz run outlook`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| dbmig_fuzz::outlook(data));
