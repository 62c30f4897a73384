fn main() {
    dbmig_core::codegen::watch("migrations");
}
