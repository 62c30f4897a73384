//! `APP postgres|sqlite URL connect|run`: connects and selects once, and migrates if it is told to.

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

static ALL: Migrator = sqlx::migrate!("./migrations");

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [dialect, url, action] = &arguments[..] else { panic!("three arguments") };
    let runs = action == "run";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if dialect == "postgres" {
            let mut conn = PgConnection::connect(url).await.unwrap();
            conn.execute("SELECT 1").await.unwrap();
            if runs {
                ALL.run(&mut conn).await.unwrap();
            }
        } else {
            let options = SqliteConnectOptions::new().filename(url).create_if_missing(true);
            let mut conn = options.synchronous(SqliteSynchronous::Off).connect().await.unwrap();
            if runs {
                ALL.run(&mut conn).await.unwrap();
            }
        }
    });
}
