//! A program without async that migrates while it starts and queries through an r2d2 pool.
//!
//! dbmig works on connections and a thread of its own: the pool is built, and may be used, while it
//! does. What needs the tables comes after `wait`.
//!
//! ```console
//! $ cargo run -p dbmig-example-r2d2 -- "buy milk"
//! ```
//!
//! That needs Rust and a C compiler. It notes what it is given in `notes.db` in the current folder;
//! `DATABASE_URL` names another file.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

mod migrations {
    dbmig_runtime::embed_migrations!(Sqlite);
}

mod schema {
    diesel::table! {
        notes (id) {
            id -> Integer,
            text -> Text,
        }
    }
}

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use dbmig_runtime::Migrator;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use schema::notes;

/// The program.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "notes.db".to_owned());
    let migrations = Migrator::new(&migrations::ALL)
        .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .start(&url);

    // Meanwhile: whatever else the program has to prepare.
    let given: Vec<_> = env::args().skip(1).map(|text| notes::text.eq(text)).collect();
    // The pool connects when it is first asked: of a database that is not there, dbmig tells more.
    let manager = ConnectionManager::<SqliteConnection>::new(url);
    let pool = Pool::builder().max_size(4).min_idle(Some(0)).build_unchecked(manager);

    let report = migrations.wait(Duration::from_secs(60))?;
    println!("{} migrations applied", report.applied().count());

    let mut conn = pool.get()?;
    diesel::insert_into(notes::table).values(given).execute(&mut conn)?;
    for (id, text) in notes::table.order(notes::id).load::<(i32, String)>(&mut conn)? {
        println!("{id} {text}");
    }
    Ok(())
}
