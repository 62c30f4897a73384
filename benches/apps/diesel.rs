//! `APP postgres|sqlite URL connect|run`: connects and selects once, and migrates if it is told to.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

const ALL: EmbeddedMigrations = embed_migrations!();

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [dialect, url, action] = &arguments[..] else { panic!("three arguments") };
    let runs = action == "run";
    if dialect == "postgres" {
        let mut conn = PgConnection::establish(url).unwrap();
        conn.batch_execute("SELECT 1").unwrap();
        if runs {
            conn.run_pending_migrations(ALL).unwrap();
        }
    } else {
        let mut conn = SqliteConnection::establish(url).unwrap();
        conn.batch_execute("PRAGMA synchronous = off").unwrap();
        if runs {
            conn.run_pending_migrations(ALL).unwrap();
        }
    }
}
