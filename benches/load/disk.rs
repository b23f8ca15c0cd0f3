//! What the disk can do: how often it takes four more KiB for good.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::common::{Failure, median};

/// How many writes one measurement takes.
const WRITES: u32 = 100;

/// A file to measure with.
pub(crate) struct Disk {
    file: File,
    rates: Vec<f64>,
}

impl Disk {
    /// A file in this folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let file = File::options().create(true).append(true).open(folder.join("sync"))?;
        Ok(Self { file, rates: Vec::new() })
    }

    /// Appends and syncs some times.
    pub(crate) fn measure(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        for _ in 0..WRITES {
            self.file.write_all(&[0x5A; 4096])?;
            self.file.sync_all()?;
        }
        self.rates.push(f64::from(WRITES) / start.elapsed().as_secs_f64());
        Ok(())
    }

    /// How many times a second, in the middle measurement.
    pub(crate) fn rate(mut self) -> f64 {
        median(&mut self.rates)
    }
}
