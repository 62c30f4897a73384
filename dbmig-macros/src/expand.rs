//! From the arguments to the module's content.

use std::env;
use std::path::Path;

use dbmig_core::MigrationSet;
use dbmig_core::codegen::{Embedded, embed, fingerprint_variable, module};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Error;

use crate::arguments::Arguments;

pub(crate) fn expand(arguments: &Arguments) -> TokenStream {
    let Arguments { dir: (dir, span), dialect, runtime } = arguments;
    let root = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let out = env::var_os("OUT_DIR");
    let out = out.as_ref().map(Path::new);
    let (module, faults) = match embed(Path::new(&root), Path::new(dir), *dialect, runtime, out) {
        Ok(embedded) => {
            let stale = stale(dir, &embedded);
            (embedded.module, stale.into_iter().collect())
        }
        Err(error) => {
            let faults: Vec<_> = error.problems.iter().map(ToString::to_string).collect();
            // An empty set in its place, so that not each use of the module is a mistake, too.
            let empty = MigrationSet::from_static(*dialect, &[]);
            (module(&empty, runtime), faults)
        }
    };
    let faults = faults.iter().map(|fault| Error::new(*span, fault).into_compile_error());
    // What the generator writes is Rust: the tests compile it with every kind of name and text.
    let module: TokenStream = module.parse().unwrap_or_default();
    quote! { #(#faults)* #module }
}

/// Why the next change of `dir` would go unnoticed, or the last one did.
fn stale(dir: &str, embedded: &Embedded) -> Option<String> {
    match env::var(fingerprint_variable(Path::new(dir))) {
        Ok(fingerprint) if fingerprint == embedded.fingerprint => None,
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
