//! The `cargo-dbmig` binary, under a name that the suites of this package can ask Cargo for, and
//! which a test can have killed between two statements.

fn main() -> std::process::ExitCode {
    dbmig_tests::kill_points::install();
    cargo_dbmig::main()
}
