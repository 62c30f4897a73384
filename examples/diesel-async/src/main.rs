//! An async program on one thread that migrates while it starts and queries through diesel-async.
//!
//! dbmig works on a thread of its own, with connections of Diesel itself (through libpq): the one
//! thread of the executor is never blocked, and the pool of diesel-async has no part in it.
//!
//! ```console
//! $ DATABASE_URL=postgres://user:password@localhost/notes \
//!       cargo run -p dbmig-example-diesel-async -- "buy milk"
//! ```
//!
//! That needs a PostgreSQL server, and libpq to compile with (`libpq-dev` on Debian).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

mod migrations {
    dbmig_runtime::embed_migrations!(Postgres);
}

mod schema {
    diesel::table! {
        notes (id) {
            id -> BigInt,
            text -> Text,
        }
    }
}

use std::env;
use std::error::Error;
use std::process::ExitCode;

use dbmig_runtime::Migrator;
use diesel::prelude::*;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::bb8::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use schema::notes;

/// The program.
#[tokio::main(flavor = "current_thread")]
pub async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").map_err(|error| format!("DATABASE_URL: {error}"))?;
    let migrations = Migrator::new(&migrations::ALL)
        .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .start(&url);

    // Meanwhile: whatever else the program has to prepare.
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
    let pool = Pool::builder().max_size(4).build(manager).await?;
    let given: Vec<_> = env::args().skip(1).map(|text| notes::text.eq(text)).collect();

    let report = migrations.ready().await?;
    println!("{} migrations applied", report.applied().count());

    let mut conn = pool.get().await?;
    diesel::insert_into(notes::table).values(given).execute(&mut conn).await?;
    for (id, text) in notes::table.order(notes::id).load::<(i64, String)>(&mut conn).await? {
        println!("{id} {text}");
    }
    Ok(())
}
