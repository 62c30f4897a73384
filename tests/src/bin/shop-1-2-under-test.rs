//! The example app in release 1.2, under a name that the suites of this package can ask Cargo for.

fn main() -> std::process::ExitCode {
    dbmig_shop_1_2::main()
}
