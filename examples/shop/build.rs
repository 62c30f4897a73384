//! Without this, cargo would not notice a migration that is added, and the build would lack it.

fn main() {
    dbmig_core::codegen::watch("migrations/sqlite");
    dbmig_core::codegen::watch("migrations/postgres");
    dbmig_core::codegen::watch("migrations/mysql");
    // DBMIG_BUILD: the git revision of a release build, to tell builds of one version apart.
    dbmig_core::codegen::build_id();
}
