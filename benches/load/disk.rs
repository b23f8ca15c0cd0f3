//! The speed of the disk: how often a second it can append and sync 4 KiB.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::common::{Failure, median};

/// The number of writes in one measurement.
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

    /// Appends and syncs `WRITES` times.
    pub(crate) fn measure(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        for _ in 0..WRITES {
            self.file.write_all(&[0x5A; 4096])?;
            self.file.sync_all()?;
        }
        self.rates.push(f64::from(WRITES) / start.elapsed().as_secs_f64());
        Ok(())
    }

    /// The rate per second in the median measurement.
    pub(crate) fn rate(mut self) -> f64 {
        median(&mut self.rates)
    }
}
