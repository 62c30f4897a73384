//! The program: migrate, then serve. Everything that it prints stands here.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the output of a program")]

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Instant;

use dbmig_runtime::url::DatabaseUrl;
use dbmig_runtime::{Event, Report};
use tokio::net::TcpListener;

use crate::database::Store;
use crate::migrate::migrate;
use crate::{client, web};

const USAGE: &str = "\
A small shop on the web that migrates its database when it starts.

Usage: shop [--once]

  --once   migrate, answer one request to itself on a free port, and exit
  --help   print this

Environment:
  DATABASE_URL   sqlite://FILE (default: sqlite://shop.db) or postgres://..
  ADDRESS        where to listen (default: 127.0.0.1)
  PORT           on which port (default: 3000; 0 is any free one)";

enum Mode {
    Serve,
    Once,
}

/// What went wrong, and what to do about it.
struct Failure {
    message: String,
    remedy: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { message: message.into(), remedy: Some(remedy.into()) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self { message: error.to_string(), remedy: None }
    }
}

/// The program.
pub fn main() -> ExitCode {
    let mode = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Mode::Serve,
        [once] if once == "--once" => Mode::Once,
        [help] if help == "--help" || help == "-h" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match start(&mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", failure.message);
            if let Some(remedy) = failure.remedy {
                eprintln!("help: {remedy}");
            }
            ExitCode::FAILURE
        }
    }
}

fn start(mode: &Mode) -> Result<(), Failure> {
    let address = address(mode)?;
    let url = variable("DATABASE_URL").unwrap_or_else(|| "sqlite://shop.db".to_owned());
    let url = DatabaseUrl::parse(&url).map_err(|error| {
        Failure::new(error.to_string(), "put it into DATABASE_URL, or leave that unset for SQLite")
    })?;
    migrate_aloud(&url)?;
    tokio::runtime::Runtime::new()?.block_on(serve(Store::new(url), address, mode))
}

fn migrate_aloud(url: &DatabaseUrl) -> Result<(), Failure> {
    println!("{} database {url}", url.dialect().name());
    let begun = Instant::now();
    let report = migrate(url, show).map_err(|error| Failure {
        remedy: error.remedy("cargo dbmig"),
        message: error.to_string(),
    })?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    match &report {
        Report { done, .. } if done.is_empty() => {
            println!("the schema is up to date, nothing to migrate ({took:.1} ms)");
        }
        Report { done, .. } => println!("{} migrations applied in {took:.1} ms", done.len()),
    }
    Ok(())
}

fn show(event: &Event<'_>) {
    match event {
        Event::Waiting { holder, waited } => {
            let holder = holder.unwrap_or("another process");
            println!("  waiting for {holder}, which is migrating ({} s)", waited.as_secs());
        }
        Event::StepDone { done, .. } => {
            println!("  applied {:<56} {:>7.1} ms", done.name, done.elapsed.as_secs_f64() * 1000.0);
        }
        Event::Retrying { name, message, .. } => println!("  {name}: {message}; trying again"),
        _ => {}
    }
}

async fn serve(store: Store, address: String, mode: &Mode) -> Result<(), Failure> {
    let listener = TcpListener::bind(&address).await.map_err(|error| unusable(&address, &error))?;
    let local = listener.local_addr()?;
    let server = axum::serve(listener, web::app(store));
    match mode {
        Mode::Serve => {
            invite(local);
            server.with_graceful_shutdown(stop()).await?;
            println!("stopped");
        }
        Mode::Once => {
            let asked = tokio::task::spawn_blocking(move || ask(local));
            let served = tokio::spawn(server.into_future());
            let answered = asked.await.map_err(io::Error::other)?;
            served.abort();
            answered?;
        }
    }
    Ok(())
}

fn invite(local: SocketAddr) {
    println!("listening on http://{local} (Ctrl-C stops it); try");
    println!("  curl http://{local}/products");
    println!(
        "  curl http://{local}/orders -H 'content-type: application/json' \
         -d '{{\"customer\": 1, \"lines\": [{{\"sku\": \"TEA-ASSAM\", \"quantity\": 2}}]}}'"
    );
}

fn ask(local: SocketAddr) -> Result<(), Failure> {
    println!("GET http://{local}/products");
    let answer = client::send(local, "GET", "/products", "")?;
    println!("{} {}", answer.status, answer.body);
    match answer.status {
        200 => Ok(()),
        status => Err(io::Error::other(format!("the answer has the status {status}")).into()),
    }
}

fn address(mode: &Mode) -> Result<String, Failure> {
    let host = variable("ADDRESS").unwrap_or_else(|| "127.0.0.1".to_owned());
    let port = match (variable("PORT"), mode) {
        (Some(port), _) => port.parse::<u16>().map_err(|_| {
            Failure::new(format!("PORT is `{port}`"), "set it to a number up to 65535")
        })?,
        (None, Mode::Serve) => 3000,
        (None, Mode::Once) => 0,
    };
    // An IPv6 address is set in brackets before a port.
    Ok(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
}

fn unusable(address: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::AddrInUse => Failure::new(
            format!("another program listens on {address} already"),
            "stop it, or choose another port: `PORT=3001`",
        ),
        _ => Failure::new(
            format!("cannot listen on {address}: {error}"),
            "set ADDRESS to an address of this machine and PORT to a free port",
        ),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Ctrl-C, or what a service manager sends.
async fn stop() {
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
