//! The duration of a start, and the memory of an idle server.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::{Failure, median};
use crate::measure::send_all;
use crate::process::Process;
use crate::request::Signer;

/// The number of starts, of which the median counts.
const STARTS: u32 = 10;
/// The number of keys in the existing file.
const KEYS: u32 = 1_000;
/// How long a server is idle before its memory is read.
const REST: Duration = Duration::from_millis(500);

/// Measures and prints.
pub(crate) async fn report(folder: &Path) -> Result<(), Failure> {
    let fresh: Vec<PathBuf> = (0..STARTS).map(|n| folder.join(format!("fresh-{n}.db"))).collect();
    starts("a new file", &fresh).await?;
    let full = folder.join("full.db");
    let server = Process::kmsim(&full)?;
    let mut signer = Signer::new(server.address);
    let requests = (0..KEYS).map(|_| signer.request("CreateKey", &[])).collect();
    send_all(&server, 64, requests).await?;
    server.stop()?;
    starts(&format!("a file with {KEYS} keys"), &vec![full; STARTS as usize]).await
}

/// Starts a server on each of these files, one after the other.
async fn starts(what: &str, files: &[PathBuf]) -> Result<(), Failure> {
    let mut times = Vec::new();
    let mut resident = String::new();
    for (index, file) in files.iter().enumerate() {
        let start = Instant::now();
        let server = Process::kmsim(file)?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        if index + 1 == files.len() {
            tokio::time::sleep(REST).await;
            resident = server.resident();
        }
        server.stop()?;
    }
    let slowest = times.iter().copied().fold(0.0, f64::max);
    let middle = median(&mut times);
    println!("start on {what}: ready in {middle:.1} ms (slowest {slowest:.1}); idle: {resident}");
    Ok(())
}
