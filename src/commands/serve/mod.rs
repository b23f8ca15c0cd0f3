//! `kmsim serve`: one line out once it serves, and then until a signal comes.

mod options;

use std::io::{IsTerminal, Write};

use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, open_files, whereabouts};
use crate::server::Server;
use crate::settings::Data;

pub use options::Options;

/// The signal of a file that grew beyond what the process may write. Linux and macOS number it alike.
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
    // Caught, so that a file which may not grow is an error to answer, and not the end of the process.
    let _too_large = signal(SignalKind::from_raw(SIGXFSZ))?;
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let settings = options.settings()?;
    let data = match &settings.data {
        Data::File(path, _) => Some(path.clone()),
        Data::Memory => None,
    };
    let server = Server::start(settings).await?;
    // Kept until the end: commands find the server by it.
    let _posted = whereabouts::post(&server, data.as_deref());
    let stop = async move {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    };
    say_ready(&server)?;
    Ok(server.until(stop).await?)
}

/// A line for each further address, and last the one that says that all is ready: stdout carries nothing else.
fn say_ready(server: &Server) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for address in server.further_addresses() {
        writeln!(stdout, "kmsim listens on http://{address}")?;
    }
    writeln!(stdout, "kmsim ready on http://{}", server.address())?;
    stdout.flush()
}
