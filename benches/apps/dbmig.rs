//! `APP postgres|sqlite URL connect|run`: connects and selects once, and migrates if it is told to.

use dbmig_runtime::Migrator;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};

mod postgres {
    dbmig_runtime::embed_migrations!(Postgres);
}

mod sqlite {
    dbmig_runtime::embed_migrations!(Sqlite);
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [dialect, url, action] = &arguments[..] else { panic!("three arguments") };
    let runs = action == "run";
    if dialect == "postgres" {
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute("SELECT 1").unwrap();
        if runs {
            Migrator::new(&postgres::ALL).run(&mut conn).unwrap();
        }
    } else {
        let mut conn = SqliteConnection::establish(url).unwrap();
        conn.batch_execute("PRAGMA synchronous = off").unwrap();
        if runs {
            Migrator::new(&sqlite::ALL).run(&mut conn).unwrap();
        }
    }
}
