//! A release has the migrations of the shop, and those of each release up to itself.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use dbmig_core::{Dialect, MigrationSet, codegen, scan};

fn main() -> Result<(), Box<dyn Error>> {
    // The modules of the shop ask for it; the later releases do without.
    println!("cargo::rustc-check-cfg=cfg(feature, values(\"sqlite\"))");
    println!("cargo::rerun-if-changed=../build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (database, dialect) in [("postgres", Dialect::Postgres), ("mysql", Dialect::Mysql)] {
        let module = codegen::module(&set(database, dialect)?, "::dbmig_runtime");
        fs::write(out.join(database).with_extension("rs"), module)?;
    }
    Ok(())
}

fn set(database: &str, dialect: Dialect) -> Result<MigrationSet, Box<dyn Error>> {
    // In the messages they all lie in one directory, as in a real release.
    let shown = Path::new("migrations").join(database);
    let mut migrations = Vec::new();
    for dir in directories(database)? {
        for path in scan::watched(&dir) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        migrations.extend(scan::scan_shown_as(&dir, &shown, dialect)?.set.iter().cloned());
    }
    Ok(MigrationSet::new(dialect, migrations).map_err(|twice| format!("{twice:?}"))?)
}

fn directories(database: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut dirs = vec![Path::new("../../../examples/shop/migrations").join(database)];
    let this = env::var("CARGO_PKG_VERSION")?;
    for release in ["1.1", "1.2", "2.0"].into_iter().take_while(|release| *release <= &*this) {
        dirs.push(Path::new("..").join(release).join("migrations").join(database));
    }
    Ok(dirs)
}
