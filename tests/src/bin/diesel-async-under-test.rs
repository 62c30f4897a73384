//! The example with diesel-async, under a name that the suites of this package can ask Cargo for.

fn main() -> std::process::ExitCode {
    dbmig_example_diesel_async::main()
}
