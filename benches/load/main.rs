//! The load benchmark: `cargo bench --bench load [-- ACTION...]`.
//!
//! It runs the built binary as a process of its own, on a file, and beside it the floor: a bare
//! axum server that takes the same request bytes and answers as many bytes as kmsim does, with the
//! same headers. Both get the same signed requests in turns, so that whatever else the machine does
//! meets both alike. One line for each action and number of connections; then how start-up goes and
//! what an idle server holds. With actions named, only those are measured; with `journal`, what the
//! journal costs; with `foreign`, how long others wait during long work.

#![expect(clippy::print_stdout, reason = "what a benchmark finds goes to stdout")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod actions;
mod client;
mod common;
mod disk;
mod floor;
mod foreign;
mod journal;
mod measure;
mod process;
mod request;
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
    // cargo adds `--bench` to what it passes on.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let outcome = match arguments.split_first() {
        Some((first, rest)) if first == "floor" => floor::serve(rest),
        _ => bench(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where stderr is closed, the exit code has to do.
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
    // Beside the build and not in the system's folder for temporary files, which is often no disk
    // at all.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    runtime.block_on(async {
        load(named, folder.path()).await?;
        if named.is_empty() { start::report(folder.path()).await } else { Ok(()) }
    })
}

/// Measures the actions named, or all.
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
    let floor = Process::floor(sample.body.len(), &sample.own_headers())?;
    let mut disk = action.writes.then(|| Disk::open(folder)).transpose()?;
    let mut made = Vec::new();
    for (connections, requests) in CONCURRENCIES.into_iter().zip(action.requests) {
        let sign = || action.request(subject, signer);
        let line =
            measure::run((server, &floor), connections, requests, sign, disk.as_mut()).await?;
        println!("{}", line.text(action.name));
        made.push(line.rate);
    }
    if let Some(disk) = disk {
        let floor = disk.rate();
        println!("  this disk appends 4 KiB and syncs it {floor:.0} times/s");
        for (connections, rate) in CONCURRENCIES.into_iter().zip(made) {
            println!("  {rate:.0} keys/s at {connections}: {:.2} for each such sync", rate / floor);
        }
    }
    Ok(())
}
