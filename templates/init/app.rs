//! A web service that migrates its database when it starts.
//!
//! `{package}` serves; `{package} migrate up`, `down`, `status`, `wait`, .. look after the database.

mod migrations;

use axum::{Router, routing::get};
use dbmig_runtime::cli::{Migrate, to_stderr};
use dbmig_runtime::{Error, Migrator, Startup, url};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let migrator = Migrator::new(&migrations::ALL)
        .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .build(option_env!("DBMIG_BUILD"))
        .on_event(to_stderr());
    if let Some(migrate) = Migrate::from_args() {
        std::process::exit(migrate.run(migrator).into());
    }
    if let Some(argument) = std::env::args().nth(1) {
        eprintln!("error: unknown argument `{argument}`; without any it serves, `migrate --help` shows the rest");
        std::process::exit(2);
    }
    let database_url = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    // On a thread of its own: the port is open at once, and /livez answers.
    let migrations = migrator.start(url::for_migrations(&database_url));
    let app = Router::new()
        .route("/", get(|| async { "Hello, world!\n" }))
        // Until the schema is there, the routes above answer with 503.
        .layer(migrations.gate())
        // /livez, /readyz, /startupz
        .merge(migrations.probes());
    eprintln!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(stop(migrations.clone())).await?;
    // What was under way ends, or is rolled back; the next start goes on from there.
    match migrations.ready().await {
        Err(error) if matches!(*error, Error::Cancelled(_)) => std::process::exit(75),
        _ => Ok(()),
    }
}

/// The first signal ends the service, and the migrations cleanly; the second one ends at once.
async fn stop(migrations: Startup) {
    asked_to_stop().await;
    migrations.cancel();
    tokio::spawn(async {
        asked_to_stop().await;
        std::process::exit(75);
    });
}

/// Ctrl-C, or SIGTERM.
async fn asked_to_stop() {
    let terminated = async {
        #[cfg(unix)]
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
