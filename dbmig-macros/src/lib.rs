//! [`embed_migrations!`], for `dbmig-runtime`, which re-exports it.

mod arguments;
mod expand;

use proc_macro::TokenStream;

/// Embeds a directory of migrations in the module that calls it, as typed code.
///
/// ```ignore
/// pub mod migrations {
///     dbmig_runtime::embed_migrations!(Sqlite);
/// }
/// ```
/// The arguments, of which only the database is needed:
/// - the directory, from the root of the package: `"migrations/sqlite"`; without it, `"migrations"`
/// - the database: `Postgres`, `Mysql` or `Sqlite`
/// - `crate = path`, where the package renames or re-exports `dbmig-runtime`
///
/// The module then has `Version`, with one variant for each migration, and the static `ALL`.
/// Every mistake in the files is a compile error that names the file and the place.
///
/// On stable Rust no macro learns of an added directory by itself. So the package needs a
/// `build.rs` with `dbmig_core::codegen::watch("migrations")`; that it is there, and saw what the
/// macro sees, is checked.
#[proc_macro]
pub fn embed_migrations(input: TokenStream) -> TokenStream {
    let arguments = syn::parse_macro_input!(input as arguments::Arguments);
    expand::expand(&arguments).into()
}
