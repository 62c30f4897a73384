fn main() {
    // On its own, cargo would not notice a migration that is added: the build would lack it.
    dbmig_core::codegen::watch("{migrations}");
}
