//! What OpenSSL does in the same time: its command line, as a process of its own.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::rate::{Failure, Pace, middle_rate};

/// The version of the program, if there is one.
pub(crate) fn version() -> Option<String> {
    let output =
        Command::new("openssl").arg("version").output().ok().filter(|it| it.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.split(" (").next().unwrap_or_default().trim().to_owned())
}

/// The commands that can stand beside a group of operations, the best first. What follows
/// `openssl`; `speed` gives its own figures, of any other command the time is taken.
pub(crate) struct Peer(Vec<String>);

impl Peer {
    /// The same operation.
    pub(crate) fn of(command: impl Into<String>) -> Self {
        Self(vec![command.into()])
    }

    /// Another one, for an OpenSSL that lacks those before.
    pub(crate) fn or(mut self, command: impl Into<String>) -> Self {
        self.0.push(command.into());
        self
    }

    /// OpenSSL has nothing to measure it by.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// The command that is measured.
    pub(crate) fn command(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }

    /// One round: times per second, for each of the figures that the command has. Empty when this
    /// OpenSSL can do none of the commands.
    pub(crate) fn measure(&mut self, pace: Pace) -> Result<Vec<f64>, Failure> {
        while let Some(command) = self.command() {
            let figures = match (command.strip_prefix("speed "), pace) {
                (Some(what), _) => speed(what)?,
                (None, Pace::Chancy(samples)) => time(command, samples)?,
                (None, Pace::Steady) => time(command, 1)?,
            };
            if !figures.is_empty() {
                return Ok(figures);
            }
            self.0.remove(0);
        }
        Ok(Vec::new())
    }
}

/// Lets `openssl speed` run a second for each of its figures.
fn speed(what: &str) -> Result<Vec<f64>, Failure> {
    // By the clock on the wall, as ours: by default it counts the processor's time.
    let mut command = Command::new("openssl");
    command.args(["speed", "-elapsed", "-mr", "-seconds", "1"]).args(what.split(' '));
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        return Ok(Vec::new());
    }
    let text = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&text).lines().filter_map(figure).collect())
}

/// A line such as `+R1:3424:2048:1.00`: a mark with a number, how many times, what, in how many
/// seconds.
fn figure(line: &str) -> Option<f64> {
    let cells: Vec<&str> = line.strip_prefix("+R")?.split(':').collect();
    let count: f64 = cells.get(1)?.parse().ok()?;
    let seconds: f64 = cells.last()?.parse().ok()?;
    Some(count / seconds)
}

/// Takes the time of a command, from its start to its end, so many times.
fn time(command: &str, samples: usize) -> Result<Vec<f64>, Failure> {
    let mut seconds = Vec::with_capacity(samples);
    for _ in 0..samples {
        let mut process = Command::new("openssl");
        process.args(command.split(' '));
        process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let start = Instant::now();
        let status = process.status()?;
        seconds.push(start.elapsed().as_secs_f64());
        if !status.success() {
            return Ok(Vec::new());
        }
    }
    Ok(vec![middle_rate(&mut seconds)])
}
