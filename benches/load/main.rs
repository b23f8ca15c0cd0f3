//! The load benchmark: `cargo bench --bench load [-- ACTION...]`.
//!
//! It runs the built binary as a separate process with a data file, and a baseline: a bare axum
//! server that reads the same request bytes and sends answers of the same length, with the same
//! headers. Both get the same signed requests in alternating rounds, so that other load on the
//! machine affects both. It prints a line for each action and number of connections, then the
//! start-up time and the memory of an idle server. With action names, only those are measured. With
//! `journal`, it measures the cost of the journal; with `foreign`, the latency of other requests
//! during long operations; with `signatures`, what a verified request costs on each cloud; with
//! `growth [SIZE...]`, how the cost grows with the keys of a realm. The variable `LOAD_PLOT` names
//! a file for the curves of the last.

#![expect(clippy::print_stdout, reason = "what a benchmark finds goes to stdout")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod actions;
mod baseline;
mod client;
mod common;
mod disk;
mod foreign;
mod growth;
mod journal;
mod measure;
mod plot;
mod process;
mod request;
mod signatures;
mod start;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use actions::{ACTIONS, Action, Subject};
use client::Connection;
use common::Failure;
use disk::Disk;
use measure::{CONCURRENCIES, Line};
use process::Process;
use request::Signer;

fn main() -> ExitCode {
    // cargo adds `--bench` to the arguments.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == "baseline" => baseline::serve(rest),
        _ => bench(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If stderr is closed, only the exit code remains.
            let _ = writeln!(std::io::stderr(), "load: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn bench(named: &[String]) -> Result<(), Failure> {
    if named == ["journal"] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(journal::report());
    }
    if named == ["signatures"] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(signatures::report());
    }
    if let Some(("growth", sizes)) = named.split_first().map(|(it, rest)| (it.as_str(), rest)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let plot = std::env::var_os("LOAD_PLOT").map(std::path::PathBuf::from);
        return runtime.block_on(growth::report(folder.path(), sizes, plot.as_deref()));
    }
    if named == ["foreign"] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        return runtime.block_on(foreign::report(folder.path()));
    }
    if let Some(stranger) = named.iter().find(|name| !ACTIONS.iter().any(|it| it.name == **name)) {
        let known: Vec<_> = ACTIONS.iter().map(|it| it.name).collect();
        return Err(format!("no action {stranger:?} here; there are {}", known.join(", ")).into());
    }
    // The client takes one thread, so that the servers have the other cores.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // In the build folder, because the system's temporary folder is often in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    runtime.block_on(async {
        load(named, folder.path()).await?;
        if named.is_empty() { start::report(folder.path()).await } else { Ok(()) }
    })
}

/// Measures the named actions, or all.
async fn load(named: &[String], folder: &Path) -> Result<(), Failure> {
    let server = Process::kmsim(&folder.join("load.db"))?;
    let mut signer = Signer::new(server.address);
    let mut connection = Connection::open(server.address).await?;
    let subject = Subject::make(&mut connection, &mut signer).await?;
    println!("{}", Line::HEAD);
    for action in
        ACTIONS.iter().filter(|it| named.is_empty() || named.iter().any(|name| it.name == *name))
    {
        measure_action(action, &server, &subject, &mut signer, folder).await?;
    }
    println!("memory after this load: {}", server.resident());
    Ok(())
}

async fn measure_action(
    action: &Action,
    server: &Process,
    subject: &Subject,
    signer: &mut Signer,
    folder: &Path,
) -> Result<(), Failure> {
    let mut connection = Connection::open(server.address).await?;
    let sample = connection.call(&action.request(subject, signer)).await?;
    let baseline = Process::baseline(sample.body.len(), &sample.own_headers())?;
    let mut disk = action.writes.then(|| Disk::open(folder)).transpose()?;
    let mut made = Vec::new();
    for (connections, requests) in CONCURRENCIES.into_iter().zip(action.requests) {
        let sign = || action.request(subject, signer);
        let line =
            measure::run((server, &baseline), connections, requests, sign, disk.as_mut()).await?;
        println!("{}", line.text(action.name));
        made.push(line.rate);
    }
    if let Some(disk) = disk {
        let syncs = disk.rate();
        println!("  this disk appends 4 KiB and syncs it {syncs:.0} times/s");
        for (connections, rate) in CONCURRENCIES.into_iter().zip(made) {
            println!("  {rate:.0} keys/s at {connections}: {:.2} for each such sync", rate / syncs);
        }
    }
    Ok(())
}
