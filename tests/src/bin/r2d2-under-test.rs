//! The example with r2d2, under a name that the suites of this package can ask Cargo for.

fn main() -> std::process::ExitCode {
    dbmig_example_r2d2::main()
}
