//! The program: it serves, migrates meanwhile, and stops when it is told to.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use dbmig_runtime::cli::Migrate;
use dbmig_runtime::url::{DatabaseUrl, for_migrations};
use dbmig_runtime::{Error, Startup};
use tokio::net::TcpListener;

use crate::database::Store;
use crate::migrate::{self, OnFailure};
use crate::tell::tell;
use crate::{app, client};

/// A small shop on the web that migrates its database when it starts.
#[derive(Debug, Parser)]
#[command(name = "shop", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    serve: Serve,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look after the database: up, down, status, plan, history, wait, ..
    Migrate(Migrate),
}

/// Without a command it serves.
#[derive(clap::Args, Debug)]
struct Serve {
    /// Where to listen
    #[arg(long, env = "ADDRESS", default_value = "127.0.0.1")]
    address: std::net::IpAddr,
    /// On which port; 0 is any free one
    #[arg(long, env = "PORT", default_value_t = 3000)]
    port: u16,
    /// End when the migrations fail, instead of living on without being ready
    #[arg(long, env = "EXIT_ON_FAILURE", value_parser = clap::builder::FalseyValueParser::new())]
    exit_on_failure: bool,
    /// Migrate, answer one request to itself on a free port, and end
    #[arg(long)]
    once: bool,
}

/// How the service ended.
enum End {
    Stopped,
    /// The migrations were asked to stop before they were done; the next start goes on.
    StoppedMigrating,
    Failed(Arc<Error>),
}

/// The program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let url = match database_url() {
        Ok(url) => url,
        Err(error) => return failed(&error.to_string(), "put another one into DATABASE_URL", 2),
    };
    match cli.command {
        Some(Command::Migrate(command)) => migrate::command(&command, &url).into(),
        None => match run(&cli.serve, url) {
            Ok(End::Stopped) => ExitCode::SUCCESS,
            Ok(End::StoppedMigrating) => ExitCode::from(75),
            // It was told when it happened.
            Ok(End::Failed(error)) => ExitCode::from(error.class().exit_code()),
            Err(error) => {
                failed(&error.to_string(), "set ADDRESS and PORT, such as `PORT=3001`", 1)
            }
        },
    }
}

fn failed(message: &str, next: &str, code: u8) -> ExitCode {
    eprintln!("error: {message}\nnext: {next}");
    ExitCode::from(code)
}

fn database_url() -> Result<DatabaseUrl, dbmig_runtime::url::UrlError> {
    let given = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    DatabaseUrl::parse(given.as_deref().unwrap_or("sqlite://shop.db"))
}

#[tokio::main]
async fn run(serve: &Serve, url: DatabaseUrl) -> io::Result<End> {
    let port = if serve.once { 0 } else { serve.port };
    let address = SocketAddr::new(serve.address, port);
    // First: who cannot listen need not migrate.
    let listener = TcpListener::bind(address).await.map_err(|error| unusable(address, &error))?;
    let local = listener.local_addr()?;
    println!("{} database {url}", url.dialect().name());
    let on_failure = if serve.exit_on_failure { OnFailure::Exit } else { OnFailure::Stay };
    // Perhaps as another role.
    let migrating = DatabaseUrl::parse(&for_migrations(url.expose())).map_err(io::Error::other)?;
    let migrations = migrate::start(&migrating, on_failure, tell);
    let server = axum::serve(listener, app(Store::new(url), &migrations));
    if serve.once {
        return once(server.into_future(), local, &migrations).await;
    }
    println!("listening on http://{local} (Ctrl-C stops it); try");
    println!("  curl http://{local}/readyz");
    println!("  curl http://{local}/products");
    server.with_graceful_shutdown(stop(migrations.clone())).await?;
    // A step of a migration that is under way ends, or is rolled back.
    match migrations.ready().await {
        Err(error) if matches!(*error, Error::Cancelled(_)) => {
            println!("stopped; the next start goes on with the migrations");
            Ok(End::StoppedMigrating)
        }
        _ => {
            println!("stopped");
            Ok(End::Stopped)
        }
    }
}

async fn once(
    server: impl Future<Output = io::Result<()>> + Send + 'static,
    local: SocketAddr,
    migrations: &Startup,
) -> io::Result<End> {
    let served = tokio::spawn(server);
    if let Err(error) = migrations.ready().await {
        return Ok(End::Failed(error));
    }
    let asked = tokio::task::spawn_blocking(move || {
        println!("GET http://{local}/products");
        client::send(local, "GET", "/products", "")
    });
    let answer = asked.await.map_err(io::Error::other)??;
    served.abort();
    println!("{} {}", answer.status, answer.body);
    match answer.status {
        200 => Ok(End::Stopped),
        status => Err(io::Error::other(format!("the answer has the status {status}"))),
    }
}

fn unusable(address: SocketAddr, error: &io::Error) -> io::Error {
    let text = match error.kind() {
        io::ErrorKind::AddrInUse => format!("another program listens on {address} already"),
        _ => format!("cannot listen on {address}: {error}"),
    };
    io::Error::new(error.kind(), text)
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

/// Ctrl-C, or what a service manager sends.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without the signal, only a kill stops the service.
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
