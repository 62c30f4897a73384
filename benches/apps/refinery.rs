//! `APP postgres|sqlite URL connect|run`: connects and selects once, and migrates if it is told to.

mod embedded {
    refinery::embed_migrations!("migrations");
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [dialect, url, action] = &arguments[..] else { panic!("three arguments") };
    let runs = action == "run";
    if dialect == "postgres" {
        let mut conn = postgres::Client::connect(url, postgres::NoTls).unwrap();
        conn.batch_execute("SELECT 1").unwrap();
        if runs {
            embedded::migrations::runner().run(&mut conn).unwrap();
        }
    } else {
        let mut conn = rusqlite::Connection::open(url).unwrap();
        conn.execute_batch("PRAGMA synchronous = off").unwrap();
        if runs {
            embedded::migrations::runner().run(&mut conn).unwrap();
        }
    }
}
