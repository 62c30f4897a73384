//! The items of the generated module.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{doc, names};
use crate::migration::{Compatibility, Down, Execution, ForeignKeys, Reversible, Script, Settings};
use crate::{Dialect, Migration, MigrationSet};

/// The content of a module that embeds `set`; `runtime` is the path of the runtime crate, such as
/// `::dbmig_runtime`.
///
/// It holds the type `Version`, with one documented variant for each migration, and the static
/// `ALL`. No lint that a crate can deny fires in it.
pub fn module(set: &MigrationSet, runtime: &TokenStream) -> TokenStream {
    let variants: Vec<_> =
        names::variants(set).iter().map(|name| Ident::new(name, Span::call_site())).collect();
    let version = version_type(set, &variants);
    let inherent = inherent(set, &variants, runtime);
    let conversions = conversions(set, runtime);
    let all = all(set, runtime);
    quote! { #all #version #inherent #conversions }
}

/// Generated code is nobody's to tidy up, and what of it is used is the app's affair.
fn quiet() -> TokenStream {
    quote! {
        #[allow(
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            clippy::restriction,
            dead_code,
            unreachable_pub,
            reason = "generated"
        )]
    }
}

fn version_type(set: &MigrationSet, variants: &[Ident]) -> TokenStream {
    let quiet = quiet();
    let docs = set.iter().map(doc::of);
    quote! {
        /// A migration of this module, by its name. The order is that of their versions.
        #quiet
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Version { #(#[doc = #docs] #variants,)* }
    }
}

fn inherent(set: &MigrationSet, variants: &[Ident], runtime: &TokenStream) -> TokenStream {
    let quiet = quiet();
    // An empty set has no latest version: who names it learns so when compiling.
    let latest = variants.last().map(|latest| {
        quote! {
            /// The newest one.
            pub const LATEST: Self = Self::#latest;
        }
    });
    // An enum without variants cannot be cast.
    let migration = if set.as_slice().is_empty() {
        quote! { match self {} }
    } else {
        quote! { &ALL.set().as_slice()[self as usize] }
    };
    quote! {
        #quiet
        impl Version {
            /// All of them, oldest first.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];
            #latest
            /// The migration itself.
            pub fn migration(self) -> &'static #runtime::__private::Migration { #migration }
        }
    }
}

fn conversions(set: &MigrationSet, runtime: &TokenStream) -> TokenStream {
    let quiet = quiet();
    let backend = backend(set.dialect());
    quote! {
        #quiet
        impl #runtime::SetVersion for Version {
            type Backend = #runtime::#backend;
            fn version(self) -> #runtime::__private::Version { self.migration().version.clone() }
        }
        #quiet
        impl ::core::convert::From<Version> for #runtime::__private::Version {
            fn from(version: Version) -> Self { version.migration().version.clone() }
        }
        #quiet
        impl ::core::fmt::Display for Version {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(&self.migration().name)
            }
        }
    }
}

fn all(set: &MigrationSet, runtime: &TokenStream) -> TokenStream {
    let quiet = quiet();
    let backend = backend(set.dialect());
    let migrations = set.iter().map(migration);
    quote! {
        /// The migrations that this build embeds.
        #quiet
        pub static ALL: #runtime::Migrations<#runtime::#backend, Version> = {
            use #runtime::__private::embed;
            static MIGRATIONS: &[embed::Migration] = &[#(#migrations),*];
            #runtime::Migrations::from_static(MIGRATIONS)
        };
    }
}

fn backend(dialect: Dialect) -> Ident {
    let name = match dialect {
        Dialect::Postgres => "Postgres",
        Dialect::Mysql => "Mysql",
        Dialect::Sqlite => "Sqlite",
    };
    Ident::new(name, Span::call_site())
}

fn migration(migration: &Migration) -> TokenStream {
    let (version, name) = (migration.version.as_str(), &*migration.name);
    let up = script(migration.up());
    let down = match migration.down() {
        Down::Script(down) => {
            let arguments = arguments(down);
            quote! { embed::down(#arguments) }
        }
        Down::Missing => quote! { embed::NO_DOWN },
    };
    let checksum = bytes(migration.checksum.as_bytes());
    let settings = settings(&migration.settings);
    quote! { embed::sql(#version, #name, #up, #down, #checksum, #settings) }
}

/// One token, and the same text in a macro and in a build script, whose libraries do not agree on
/// the case of hexadecimal digits.
fn bytes(bytes: &[u8]) -> TokenStream {
    let escaped: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("b\"{escaped}\"")
        .parse()
        .unwrap_or_else(|_| Literal::byte_string(bytes).into_token_stream())
}

fn script(script: &Script) -> TokenStream {
    let arguments = arguments(script);
    quote! { embed::script(#arguments) }
}

fn arguments(script: &Script) -> TokenStream {
    let (path, text) = (&*script.path, &*script.text);
    quote! { #path, #text }
}

/// Only what differs from the default: in most migrations, nothing.
fn settings(settings: &Settings) -> TokenStream {
    let mut fields = TokenStream::new();
    let mut set = |field: &str, value: TokenStream| {
        let field = format_ident!("{field}");
        fields.extend(quote! { #field: #value, });
    };
    match settings.execution {
        Execution::Transaction => {}
        Execution::Statements => set("execution", quote! { embed::Execution::Statements }),
    }
    match settings.compatibility {
        Compatibility::Undeclared => {}
        Compatibility::Compatible => {
            set("compatibility", quote! { embed::Compatibility::Compatible });
        }
        Compatibility::Breaking => set("compatibility", quote! { embed::Compatibility::Breaking }),
    }
    match settings.reversible {
        Reversible::Undeclared => {}
        Reversible::Yes => set("reversible", quote! { embed::Reversible::Yes }),
        Reversible::Lossy => set("reversible", quote! { embed::Reversible::Lossy }),
        Reversible::No => set("reversible", quote! { embed::Reversible::No }),
    }
    match settings.foreign_keys {
        ForeignKeys::Unchanged => {}
        ForeignKeys::Off => set("foreign_keys", quote! { embed::ForeignKeys::Off }),
    }
    for (field, time) in
        [("lock_timeout", settings.lock_timeout), ("statement_timeout", settings.statement_timeout)]
    {
        if let Some(time) = time {
            let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            set(field, quote! { embed::millis(#millis) });
        }
    }
    if let Some(retries) = settings.retries {
        set("retries", quote! { ::core::option::Option::Some(#retries) });
    }
    if fields.is_empty() {
        quote! { embed::DEFAULT }
    } else {
        quote! { embed::Settings { #fields ..embed::DEFAULT } }
    }
}
