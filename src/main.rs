//! The binary: options in, one line out once it serves.

use std::env::VarError;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use kmsim::cli::Cli;
use kmsim::config::{self, Data};
use kmsim::dialects::{self, alibaba::Alibaba};
use kmsim::engine::Engine;
use kmsim::server::{self, App};
use kmsim::store::{self, DataLock, RootKey, Sqlite, Store};

/// The signal of a file that grew beyond what the process may write. Linux and macOS number it alike.
const SIGXFSZ: i32 = 25;

/// What stops the start, in one line.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            error.exit()
        }
        Err(error) => return refuse(&one_line(&error.to_string())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(Failure::from).and_then(|runtime| runtime.block_on(run(&cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => refuse(&failure.to_string()),
    }
}

fn refuse(why: &str) -> ExitCode {
    // Where not even stderr can be written to, the exit code has to do.
    let _ = writeln!(std::io::stderr(), "kmsim: {why}");
    ExitCode::from(2)
}

/// The message of a mistaken option, without the usage that follows it.
fn one_line(message: &str) -> String {
    let message = message.trim_start_matches("error: ");
    let stray = message.strip_prefix("unexpected argument '").and_then(|rest| rest.split('\'').next());
    if stray.is_some_and(|argument| !argument.starts_with('-') || argument.contains(':')) {
        return "unexpected argument (not shown: it may be half of an access key)".to_owned();
    }
    let lines =
        message.lines().take_while(|line| !line.starts_with("Usage") && !line.starts_with("For more"));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

async fn run(cli: &Cli) -> Result<(), Failure> {
    let filter = config::log_filter(cli)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    // Caught, so that a file which may not grow is an error to answer, and not the end of the process.
    let _too_large = signal(SignalKind::from_raw(SIGXFSZ))?;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let world = Arc::new(config::world(cli)?);
    let accounts = Arc::new(config::accounts(cli)?);
    let alibaba = Alibaba::new(accounts, cli.auth, config::region(cli)?);
    let listener =
        TcpListener::bind(&cli.listen).await.map_err(|e| format!("--listen: {}: {e}", cli.listen))?;
    let (store, lock) = open_store(cli.data.clone().into()).await.map_err(|e| format!("--data: {e}"))?;
    let engine = Engine::open(store, world, dialects::clouds()).await.map_err(|e| format!("--data: {e}"))?;
    let app = Arc::new(App { engine: Arc::clone(&engine), alibaba, auth: cli.auth });
    let stop = async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    };
    say_ready(&listener)?;
    server::run(listener, app, stop).await?;
    engine.close().await;
    drop(lock);
    Ok(())
}

/// Opens the store, with the lock that keeps other servers from it.
async fn open_store(data: Data) -> Result<(Box<dyn Store>, Option<DataLock>), Failure> {
    match data {
        Data::Memory => Ok((Box::new(Sqlite::in_memory().await?), None)),
        Data::File(path) => {
            let path = store::true_path(&path)?;
            let lock = DataLock::take(&path)?;
            let root = match std::env::var("KMSIM_ROOT_KEY") {
                Ok(text) => RootKey::from_base64(&text).map_err(|e| format!("KMSIM_ROOT_KEY: {e}"))?,
                Err(VarError::NotUnicode(_)) => return Err("KMSIM_ROOT_KEY: not text".into()),
                Err(VarError::NotPresent) => RootKey::beside(&path)?,
            };
            Ok((Box::new(Sqlite::open(&path, root).await?), Some(lock)))
        }
    }
}

/// The one line that stdout carries.
fn say_ready(listener: &TcpListener) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "kmsim ready on http://{address}")?;
    stdout.flush()
}
