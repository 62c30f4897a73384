fn main() {
    // On its own, cargo would not notice a migration that is added: the build would lack it.
    dbmig_core::codegen::watch("{migrations}");
    // DBMIG_BUILD: the git revision of a release build, to tell builds of one version apart.
    dbmig_core::codegen::build_id();
}
