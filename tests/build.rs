//! For the sets that `tests/it/diesel/source.rs` embeds.

fn main() {
    dbmig_core::codegen::watch("tests/fixtures/portable");
}
