//! The web service as a program: `cargo run -p dbmig-example-shop -- --help`.

fn main() -> std::process::ExitCode {
    dbmig_example_shop::main()
}
