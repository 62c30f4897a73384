//! From the arguments to the module's content.

use std::env;
use std::path::Path;

use dbmig_core::MigrationSet;
use dbmig_core::codegen::{fingerprint_variable, module};
use dbmig_core::scan::{Scanned, scan_shown_as};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Error;

use crate::arguments::Arguments;

pub(crate) fn expand(arguments: &Arguments) -> TokenStream {
    let (dir, span) = &arguments.dir;
    let root = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let on_disk = Path::new(&root).join(dir);
    let (set, faults) = match scan_shown_as(&on_disk, Path::new(dir), arguments.dialect) {
        Ok(scanned) => {
            let stale = stale(dir, &scanned).into_iter().collect();
            (Ok(scanned.set), stale)
        }
        Err(error) => {
            let faults: Vec<_> = error.problems.iter().map(ToString::to_string).collect();
            // An empty set in its place, so that not each use of the module is a mistake, too.
            (MigrationSet::new(arguments.dialect, Vec::new()), faults)
        }
    };
    let faults = faults.iter().map(|fault| Error::new(*span, fault).into_compile_error());
    let module = set.map(|set| module(&set, &arguments.runtime)).unwrap_or_default();
    quote! { #(#faults)* #module }
}

/// Why the next change of `dir` would go unnoticed, or the last one did.
fn stale(dir: &str, scanned: &Scanned) -> Option<String> {
    match env::var(fingerprint_variable(Path::new(dir))) {
        Ok(fingerprint) if fingerprint == scanned.fingerprint => None,
        Ok(_) => Some(format!(
            "`{dir}` is not what the build script saw, because a file was changed during the build \
             or was given an old time: run `touch {dir}` and build again",
        )),
        Err(_) => Some(format!(
            "no build script watches `{dir}`, so that an added migration would go unnoticed: \
             create build.rs with `fn main() {{ dbmig_core::codegen::watch({dir:?}) }}` and run \
             `cargo add --build dbmig-core --features codegen`",
        )),
    }
}
