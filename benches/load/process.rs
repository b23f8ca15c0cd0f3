//! Servers as processes of their own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::Failure;

/// A server that runs. It ends with this.
pub(crate) struct Process {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// kmsim on this file, with no setting from the environment, once it is ready.
    pub(crate) fn kmsim(data: &Path) -> Result<Self, Failure> {
        Self::kmsim_with(data, &[])
    }

    /// The same with options.
    pub(crate) fn kmsim_with(data: &Path, options: &[&str]) -> Result<Self, Failure> {
        // Another program can be named, to compare with it.
        let program =
            std::env::var_os("LOAD_PROGRAM").unwrap_or(env!("CARGO_BIN_EXE_kmsim").into());
        let mut command = Command::new(program);
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).args(options);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KMSIM_")) {
            command.env_remove(name);
        }
        Self::spawn(&mut command)
    }

    /// The floor, answering bodies of this length with these headers.
    pub(crate) fn floor(length: usize, headers: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        Self::spawn(command.arg("floor").arg(length.to_string()).args(headers))
    }

    fn spawn(command: &mut Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = &mut child.stdout {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let address =
            line.trim_end().split_once(" ready on http://").map(|(_, address)| address.parse());
        if let Some(Ok(address)) = address {
            return Ok(Self { address, child });
        }
        // It may have ended already.
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("{command:?} does not say that it is ready: {line:?}").into())
    }

    /// How much memory it holds, by the operating system's account.
    pub(crate) fn resident(&self) -> String {
        match self.memory("VmRSS:") {
            Some(mib) => format!("{mib:.1} MiB resident"),
            None => "not known on this system".to_owned(),
        }
    }

    /// Some figure of its memory by the operating system's account, in MiB: `VmRSS:`, or the peak
    /// of it, `VmHWM:`.
    pub(crate) fn memory(&self, figure: &str) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .unwrap_or_default();
        let kib =
            status.lines().find_map(|line| line.strip_prefix(figure)?.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<u32>().ok()).map(|kib| f64::from(kib) / 1024.0)
    }

    /// Lets the peak of its memory begin anew.
    pub(crate) fn forget_peak(&self) {
        // Where that is not possible, the peak is that since the start.
        let _ = std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }

    /// How much processor time its threads have used, by the operating system's account; nothing
    /// where that is not known.
    pub(crate) fn processor_time(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let nanos = tasks.into_iter().flatten().flatten().filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-s", "TERM", &id]).status()?;
        let ended = self.child.wait()?;
        if told.success() && ended.success() {
            Ok(())
        } else {
            Err(format!("it ended by {ended}").into())
        }
    }
}
