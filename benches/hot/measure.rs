//! Measures in alternating rounds with OpenSSL, and formats the results.

use std::time::{Duration, Instant};

use crate::case::{Group, Operation};
use crate::rate::{Failure, Pace, middle_rate, range};

/// The number of rounds of each side. It is odd, so that there is a median round.
const ROUNDS: usize = 5;
/// The length of a round of a steady operation.
const SLICE: Duration = Duration::from_millis(500);
/// The interval between clock readings. Reading it more often could cost more than the operation.
const BATCH: Duration = Duration::from_millis(2);

/// The results of one operation.
pub(crate) struct Line {
    name: String,
    /// Its rate per second, by round.
    ours: Vec<f64>,
    /// OpenSSL's rates. Empty if it has no counterpart.
    theirs: Vec<f64>,
    /// OpenSSL's command.
    command: Option<String>,
}

impl Line {
    /// The header of the table.
    pub(crate) const HEAD: &str = "operation                               ours/s  spread    openssl/s   ratio  \
         lowest highest  by openssl";

    /// The line as text. The spread is the range of kmsim's own rounds, from slowest to fastest.
    pub(crate) fn text(self) -> String {
        let Self { name, mut ours, mut theirs, command } = self;
        let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, it)| ours / it).collect();
        let (slowest, rate, fastest) = range(&mut ours);
        let spread = (fastest - slowest) / rate * 100.0;
        // Low rates have a decimal.
        let places = usize::from(rate < 100.0);
        let head = format!("{name:<33} {rate:>12.places$} {spread:>6.1}%");
        let Some(command) = command else { return format!("{head} {:>12} {:>7}", "-", "-") };
        let (_, theirs, _) = range(&mut theirs);
        let (lowest, ratio, highest) = range(&mut ratios);
        format!("{head} {theirs:>12.places$} {ratio:>7.2} {lowest:>7.2} {highest:>7.2}  {command}")
    }
}

/// Measures a group.
pub(crate) fn run(mut group: Group) -> Result<Vec<Line>, Failure> {
    let mut sides = Vec::with_capacity(group.cases.len());
    for case in group.cases {
        let operation = Timed::new((case.make)()?, group.pace)?;
        let line = Line { name: case.name, ours: Vec::new(), theirs: Vec::new(), command: None };
        sides.push((operation, case.figure, line));
    }
    for round in 0..ROUNDS {
        // The order of the two sides alternates too.
        let early = if round % 2 == 0 { None } else { Some(group.peer.measure(group.pace)?) };
        for (operation, _, line) in &mut sides {
            line.ours.push(operation.rate(group.pace)?);
        }
        let theirs = match early {
            Some(theirs) => theirs,
            None => group.peer.measure(group.pace)?,
        };
        for (_, figure, line) in &mut sides {
            line.theirs.extend(theirs.get(*figure));
        }
    }
    let measured = sides.into_iter().map(|(_, _, mut line)| {
        line.command =
            group.peer.command().filter(|_| line.theirs.len() == ROUNDS).map(str::to_owned);
        line
    });
    Ok(measured.collect())
}

/// An operation, and how often it runs between two clock readings.
struct Timed {
    operation: Operation,
    batch: u32,
}

impl Timed {
    /// Warms the operation up, and finds the size of its batches.
    fn new(operation: Operation, pace: Pace) -> Result<Self, Failure> {
        let mut timed = Self { operation, batch: 1 };
        if matches!(pace, Pace::Steady) {
            while timed.batch()? < BATCH {
                timed.batch *= 2;
            }
        }
        Ok(timed)
    }

    fn batch(&mut self) -> Result<Duration, Failure> {
        let start = Instant::now();
        for _ in 0..self.batch {
            (self.operation)()?;
        }
        Ok(start.elapsed())
    }

    /// Runs one round and returns the rate per second.
    fn rate(&mut self, pace: Pace) -> Result<f64, Failure> {
        match pace {
            Pace::Steady => {
                let (mut taken, mut count) = (Duration::ZERO, 0);
                while taken < SLICE {
                    taken += self.batch()?;
                    count += self.batch;
                }
                Ok(f64::from(count) / taken.as_secs_f64())
            }
            Pace::Chancy(samples) => {
                let seconds = (0..samples).map(|_| Ok(self.batch()?.as_secs_f64()));
                Ok(middle_rate(&mut seconds.collect::<Result<Vec<_>, Failure>>()?))
            }
        }
    }
}
