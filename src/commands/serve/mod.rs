//! `kmsim serve`: prints one line on stdout when it is ready, then serves until it gets a signal.

mod options;

use std::io::{IsTerminal, Write};

use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, discovery, open_files};
use crate::server::Server;
use crate::settings::Data;

pub use options::Options;

/// SIGXFSZ: a file grew beyond the process's size limit. Linux and macOS use the same number.
const SIGXFSZ: i32 = 25;

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<(), Failure> {
    let filter = options.log_filter()?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    open_files::raise();
    // With a handler, a write beyond the file size limit is an error to report instead of the end
    // of the process.
    let _too_large = signal(SignalKind::from_raw(SIGXFSZ))?;
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let settings = options.settings()?;
    let data = match &settings.data {
        Data::File(path, _) => Some(path.clone()),
        Data::Memory => None,
    };
    let server = Server::start(settings).await?;
    // Kept until the end, because commands find the server by it.
    let _published = discovery::publish(&server, data.as_deref());
    let stop = async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    };
    print_ready(&server)?;
    Ok(server.until(stop).await?)
}

/// Prints a line for each further address, then the line that says that the server is ready.
/// Nothing else goes to stdout.
fn print_ready(server: &Server) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for address in server.further_addresses() {
        writeln!(stdout, "kmsim listens on http://{address}")?;
    }
    writeln!(stdout, "kmsim ready on http://{}", server.address())?;
    stdout.flush()
}
