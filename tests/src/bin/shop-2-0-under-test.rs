//! The example app in release 2.0, under a name that the suites of this package can ask Cargo for.

fn main() -> std::process::ExitCode {
    dbmig_shop_2_0::main()
}
