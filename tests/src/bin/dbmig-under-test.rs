//! The `cargo-dbmig` binary, under a name that the suites of this package can ask Cargo for.

fn main() -> std::process::ExitCode {
    cargo_dbmig::main()
}
