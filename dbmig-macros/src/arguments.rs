//! What stands between the parentheses.

use dbmig_core::Dialect;
use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Result};
use syn::{Error, Ident, LitStr, Path, Token};

pub(crate) struct Arguments {
    /// From the package's root, and where it was said.
    pub(crate) dir: (String, Span),
    pub(crate) dialect: Dialect,
    /// The path of the runtime crate.
    pub(crate) runtime: String,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let dir: Option<LitStr> = if input.peek(LitStr) { Some(input.parse()?) } else { None };
        if dir.is_some() && !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        let dialect = input.call(dialect)?;
        let mut runtime = "::dbmig_runtime".to_owned();
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            runtime = input.call(Path::parse_mod_style)?.into_token_stream().to_string();
            input.parse::<Option<Token![,]>>()?;
        }
        let dir = match dir {
            Some(dir) => (dir.value(), dir.span()),
            None => ("migrations".to_owned(), Span::call_site()),
        };
        Ok(Self { dir, dialect, runtime })
    }
}

fn dialect(input: ParseStream<'_>) -> Result<Dialect> {
    const EXPECTED: &str = "say for which database: `Postgres`, `Mysql` or `Sqlite`";
    let name: Ident = input.parse().map_err(|error| Error::new(error.span(), EXPECTED))?;
    match name.to_string().as_str() {
        "Postgres" => Ok(Dialect::Postgres),
        "Mysql" => Ok(Dialect::Mysql),
        "Sqlite" => Ok(Dialect::Sqlite),
        other => Err(Error::new(name.span(), format!("unknown database `{other}`: {EXPECTED}"))),
    }
}
