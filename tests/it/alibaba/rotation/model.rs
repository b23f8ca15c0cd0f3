//! Rotation compared with a simple model: random histories of one key, with every date predicted.

use std::time::Duration;

use kmsim::world::{Entropy, Instant};

use super::{metadata, rotating, versions};
use crate::kit::{Client, START, Server};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    Enabled,
    Disabled,
    /// Until this many seconds after the start.
    Leaving(u64),
}

/// The expected key. Times are seconds after the start.
struct Expected {
    now: u64,
    life: Life,
    interval: Option<u64>,
    versions: Vec<u64>,
}

impl Expected {
    fn due(&self) -> Option<u64> {
        Some(self.versions[self.versions.len() - 1] + self.interval?)
    }

    fn advance(&mut self, by: u64) {
        self.now += by;
        while let (Life::Enabled, Some(due)) = (self.life, self.due()) {
            if due > self.now {
                break;
            }
            self.versions.push(due);
        }
    }

    /// A paused rotation that is late happens now.
    fn wake(&mut self) {
        if self.life == Life::Enabled && self.due().is_some_and(|due| due <= self.now) {
            self.versions.push(self.now);
        }
    }

    /// Does a step in the model and on the server; the model also predicts whether it succeeds.
    fn step(&mut self, client: &Client, key: &str, step: u8, size: u64) -> String {
        let seconds = format!("{}s", 7 * DAY + size * HOUR);
        let key = ("KeyId", key);
        let on = [key, ("EnableAutomaticRotation", "true"), ("RotationInterval", &seconds)];
        let off = [key, ("EnableAutomaticRotation", "false")];
        let window = [key, ("PendingWindowInDays", "14")];
        let (action, params): (_, &[_]) = match step {
            0 => ("EnableKey", &[key]),
            1 => ("DisableKey", &[key]),
            2 => ("ScheduleKeyDeletion", &window),
            3 | 4 => ("CancelKeyDeletion", &[key]),
            5 => ("UpdateRotationPolicy", &off),
            _ => ("UpdateRotationPolicy", &on),
        };
        let leaving = matches!(self.life, Life::Leaving(_));
        let taken = match action {
            "CancelKeyDeletion" => leaving,
            "UpdateRotationPolicy" => self.life == Life::Enabled,
            _ => !leaving,
        };
        assert_eq!(client.call(action, params).status, if taken { 200 } else { 409 }, "{action}");
        if taken {
            match (action, step) {
                ("DisableKey", _) => self.life = Life::Disabled,
                ("ScheduleKeyDeletion", _) => self.life = Life::Leaving(self.now + 14 * DAY),
                ("UpdateRotationPolicy", 5) => self.interval = None,
                ("UpdateRotationPolicy", _) => self.interval = Some(7 * DAY + size * HOUR),
                _ => self.life = Life::Enabled,
            }
            self.wake();
        }
        action.to_owned()
    }

    fn check(&self, client: &Client, key: &str, history: &[String]) {
        let start = Instant::parse(START).unwrap();
        let date = |at: u64| start.plus(Duration::from_secs(at)).to_string();
        let found: Vec<_> = versions(client, key).into_iter().map(|(_, date)| date).collect();
        let expected: Vec<_> = self.versions.iter().map(|at| date(*at)).collect();
        assert_eq!(found, expected, "{history:#?}");
        let described = metadata(client, key);
        let word = match (self.interval, self.life) {
            (None, _) => "Disabled",
            (Some(_), Life::Enabled) => "Enabled",
            (Some(_), _) => "Suspended",
        };
        assert_eq!(described["AutomaticRotation"], word, "{history:#?}");
        let text = |name: &str| described.get(name).map(|text| text.as_str().unwrap().to_owned());
        assert_eq!(text("NextRotationDate"), self.due().map(date), "{history:#?}");
        assert_eq!(
            text("RotationInterval"),
            self.interval.map(|it| format!("{it}s")),
            "{history:#?}"
        );
        assert_eq!(text("LastRotationDate"), expected.last().cloned());
    }
}

#[test]
fn any_history_has_the_expected_versions() {
    let chance = Entropy::seeded("histories");
    let mut longest = 0;
    for _ in 0..12 {
        let server = Server::start();
        let client = server.client();
        let key = rotating(&client, "7d");
        let mut expected =
            Expected { now: 0, life: Life::Enabled, interval: Some(7 * DAY), versions: vec![0] };
        let mut history = Vec::new();
        for _ in 0..40 {
            let [kind, step, size] = chance.array();
            if kind % 2 == 0 {
                // Whole days often hit the exact instant.
                let by =
                    if kind % 4 == 0 { u64::from(size % 12) * DAY } else { u64::from(size) * HOUR };
                server.advance(Duration::from_secs(by));
                expected.advance(by);
                history.push(format!("{} hours", by / HOUR));
            } else {
                history.push(expected.step(&client, &key, step % 9, u64::from(size % 60)));
            }
            if matches!(expected.life, Life::Leaving(at) if at <= expected.now) {
                client
                    .call("DescribeKey", &[("KeyId", &key)])
                    .refused(404, "Forbidden.KeyNotFound");
                break;
            }
            // Some histories do not read in between.
            if kind % 8 < 6 {
                expected.check(&client, &key, &history);
            }
        }
        longest = longest.max(expected.versions.len());
    }
    assert!(longest > 5, "{longest}");
}
