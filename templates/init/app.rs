//! A web service that migrates its database when it starts.
//!
//! `{package}` serves; `{package} migrate up`, `down`, `status`, `wait`, .. look after the database.

mod migrations;

use axum::{Router, routing::get};
use dbmig_runtime::cli::{Migrate, to_stderr};
use dbmig_runtime::{Migrator, Startup};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let migrator = Migrator::new(&migrations::ALL)
        .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .on_event(to_stderr());
    if let Some(migrate) = Migrate::from_args() {
        std::process::exit(migrate.run(migrator).into());
    }
    let url = std::env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    // On a thread of its own: the port is open at once, and /livez answers.
    let migrations = migrator.start(url);
    let app = Router::new()
        .route("/", get(|| async { "Hello, world!\n" }))
        // Until the schema is there, the routes above answer with 503.
        .layer(migrations.gate())
        // /livez, /readyz, /startupz
        .merge(migrations.probes());
    eprintln!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).with_graceful_shutdown(stop(migrations.clone())).await?;
    // What was under way has ended, or is rolled back; the next start goes on from there.
    let _ = migrations.ready().await;
    Ok(())
}

/// Ctrl-C, or SIGTERM.
async fn stop(migrations: Startup) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
    migrations.cancel();
}
