//! `cargo dbmig`

fn main() -> std::process::ExitCode {
    cargo_dbmig::main()
}
