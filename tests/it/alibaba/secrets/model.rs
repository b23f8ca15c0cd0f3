//! Secrets compared with a simple model: random histories of two names, with every answer, version
//! and stage predicted.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kmsim::world::{Entropy, Instant};

use super::{get, versions};
use crate::kit::{Client, Process, START, Server, data_file};

const HOUR: u64 = 3_600;
const NAMES: [&str; 2] = ["a", "b/c"];
const CURRENT: &str = "ACSCurrent";
const PREVIOUS: &str = "ACSPrevious";

/// The expected secret: its versions with their values, oldest first, and the positions of the
/// stages.
#[derive(Default)]
struct Secret {
    versions: Vec<(String, String)>,
    stages: BTreeMap<String, String>,
    /// When it is removed, in seconds after the start.
    gone_at: Option<u64>,
}

type Outcome = Result<(), &'static str>;

const UNKNOWN: Outcome = Err("Forbidden.ResourceNotFound");

impl Secret {
    fn value(&self, id: &str) -> Option<&str> {
        self.versions.iter().find(|(it, _)| it == id).map(|(_, value)| value.as_str())
    }

    fn stand(&mut self, stage: &str, id: &str) {
        let before = self.stages.insert(stage.to_owned(), id.to_owned());
        if let Some(before) = before.filter(|before| stage == CURRENT && before != id) {
            self.stages.insert(PREVIOUS.to_owned(), before);
        }
    }

    fn put(&mut self, id: &str, value: &str, stage: &str) -> Outcome {
        if let Some(there) = self.value(id) {
            return if there == value { Ok(()) } else { Err("Rejected.ResourceExist") };
        }
        let stages = self.stages.clone();
        self.versions.push((id.to_owned(), value.to_owned()));
        self.stand(stage, id);
        if self.versions.len() > 10 {
            let unstaged = |(id, _): &(String, String)| !self.stages.values().any(|at| at == id);
            let Some(at) = self.versions.iter().position(unstaged) else {
                self.versions.pop();
                self.stages = stages;
                return Err("Rejected.LimitExceeded");
            };
            self.versions.remove(at);
        }
        Ok(())
    }

    fn step(&mut self, stage: &str, from: Option<&str>, to: Option<&str>) -> Outcome {
        if [from, to].into_iter().flatten().any(|id| self.value(id).is_none()) {
            return UNKNOWN;
        }
        if from.is_some_and(|from| self.stages.get(stage).is_none_or(|at| at != from)) {
            return Err("Rejected.InvalidRequest");
        }
        match to {
            None => drop(self.stages.remove(stage)),
            Some(to) if stage == PREVIOUS && self.stages[CURRENT] == to => {
                return Err("Rejected.UnsupportedOperation");
            }
            Some(to) => self.stand(stage, to),
        }
        Ok(())
    }

    /// Newest first, as in lists.
    fn told(&self) -> Vec<String> {
        let stages = |id: &str| {
            self.stages.iter().filter(|(_, at)| *at == id).map(|(stage, _)| stage.clone()).collect()
        };
        let line = |(id, _): &(String, String)| {
            let stages: Vec<String> = stages(id);
            [std::slice::from_ref(id), &stages].concat().join(" ")
        };
        self.versions.iter().rev().map(line).collect()
    }
}

/// The random choices of a step.
struct Dice(Entropy);

impl Dice {
    fn roll(&self, sides: usize) -> usize {
        let [a, b] = self.0.array::<2>();
        usize::from(u16::from_be_bytes([a, b])) % sides
    }

    fn version(&self) -> String {
        format!("v{}", self.roll(14))
    }

    fn value(&self) -> &'static str {
        ["one", "two"][self.roll(2)]
    }

    /// The two stages of every secret are frequent, the others frequent enough to fill it.
    fn stage(&self) -> String {
        match self.roll(40) {
            0..6 => CURRENT.to_owned(),
            6..10 => PREVIOUS.to_owned(),
            other => format!("s{other}"),
        }
    }
}

#[derive(Default)]
struct Expected {
    now: u64,
    secrets: BTreeMap<&'static str, Secret>,
}

impl Expected {
    fn advance(&mut self, by: u64) {
        self.now += by;
        self.secrets.retain(|_, secret| secret.gone_at.is_none_or(|at| self.now < at));
    }

    fn usable(&mut self, name: &str) -> Result<&mut Secret, &'static str> {
        match self.secrets.get_mut(name) {
            None => Err("Forbidden.ResourceNotFound"),
            Some(secret) if secret.gone_at.is_some() => Err("Rejected.ResourceInDeleteWindow"),
            Some(secret) => Ok(secret),
        }
    }

    fn create(&mut self, name: &'static str, id: &str, value: &str) -> Outcome {
        match self.usable(name) {
            Ok(_) => Err("Rejected.ResourceExist"),
            Err("Rejected.ResourceInDeleteWindow") => Err("Rejected.ResourceInDeleteWindow"),
            Err(_) => self.secrets.entry(name).or_default().put(id, value, CURRENT),
        }
    }

    fn delete(&mut self, name: &str, days: u64) -> Outcome {
        let now = self.now;
        self.usable(name)?.gone_at = Some(now + days * 24 * HOUR);
        Ok(())
    }

    fn restore(&mut self, name: &str) -> Outcome {
        let secret = self.secrets.get_mut(name).ok_or("Forbidden.ResourceNotFound")?;
        secret.gone_at.take().map(|_| ()).ok_or("Rejected.ResourceInUse")
    }

    /// Does a step in the model and on the server; returns its description and the expected
    /// outcome.
    fn act(&mut self, client: &Client, dice: &Dice) -> (String, Outcome) {
        let name = NAMES[dice.roll(2)];
        let (id, value, stage) = (dice.version(), dice.value(), dice.stage());
        let of = ("SecretName", name);
        let written = [of, ("VersionId", &*id), ("SecretData", value)];
        let (action, params, outcome): (_, Vec<(&str, &str)>, _) = match dice.roll(40) {
            0..4 => ("CreateSecret", written.to_vec(), self.create(name, &id, value)),
            4..24 => {
                let outcome = self.usable(name).and_then(|it| it.put(&id, value, &stage));
                let list = format!("[{stage:?}]");
                return Self::call(
                    client,
                    "PutSecretValue",
                    &[&written[..], &[("VersionStages", &list)]].concat(),
                    outcome,
                );
            }
            24..33 => {
                // The position of a stage, and the current version as the previous one, which
                // chance alone seldom finds.
                let at = |stage| {
                    self.secrets.get(name).and_then(|secret| secret.stages.get(stage)).cloned()
                };
                let other =
                    at(&*stage).filter(|_| dice.roll(2) == 0).unwrap_or_else(|| dice.version());
                let current = at(CURRENT).filter(|_| stage == PREVIOUS && dice.roll(3) == 0);
                let id = current.unwrap_or(id);
                let stays = stage != CURRENT && stage != PREVIOUS && dice.roll(3) == 0;
                let from = (stays || dice.roll(3) == 0).then_some(other.as_str());
                let to = (!stays).then_some(id.as_str());
                let outcome = self.usable(name).and_then(|it| it.step(&stage, from, to));
                let mut params = vec![of, ("VersionStage", &*stage)];
                params.extend(from.map(|from| ("RemoveFromVersion", from)));
                params.extend(to.map(|to| ("MoveToVersion", to)));
                return Self::call(client, "UpdateSecretVersionStage", &params, outcome);
            }
            33..35 => {
                let days = 7 + dice.roll(4) as u64;
                let outcome = self.delete(name, days);
                let days = days.to_string();
                return Self::call(
                    client,
                    "DeleteSecret",
                    &[of, ("RecoveryWindowInDays", &*days)],
                    outcome,
                );
            }
            35..39 => ("RestoreSecret", vec![of], self.restore(name)),
            _ if dice.roll(3) > 0 => ("RestoreSecret", vec![of], self.restore(name)),
            _ => {
                let outcome =
                    self.secrets.remove(name).map(|_| ()).ok_or("Forbidden.ResourceNotFound");
                ("DeleteSecret", vec![of, ("ForceDeleteWithoutRecovery", "true")], outcome)
            }
        };
        Self::call(client, action, &params, outcome)
    }

    fn call(
        client: &Client,
        action: &str,
        params: &[(&str, &str)],
        expected: Outcome,
    ) -> (String, Outcome) {
        let answer = client.call(action, params);
        let body = answer.json();
        let found = if answer.status == 200 { None } else { body["Code"].as_str() };
        let what = format!("{action} {params:?}");
        assert_eq!(found, expected.err(), "{what}");
        (what, expected)
    }

    /// Compares everything visible, and a random value.
    fn check(&mut self, client: &Client, dice: &Dice) {
        let code = |answer: crate::kit::Answer| answer.json()["Code"].as_str().map(str::to_owned);
        let listed = client.call("ListSecrets", &[("PageSize", "100")]).ok();
        assert_eq!(listed["TotalCount"], self.secrets.len());
        for name in NAMES {
            let described = client.call("DescribeSecret", &[("SecretName", name)]);
            let Some(secret) = self.secrets.get(name) else {
                assert_eq!(code(described).as_deref(), UNKNOWN.err());
                continue;
            };
            assert_eq!(versions(client, name), secret.told());
            let date = secret.gone_at.map(date);
            assert_eq!(described.ok()["PlannedDeleteTime"].as_str(), date.as_deref());
        }
        let (name, id, stage) = (NAMES[dice.roll(2)], dice.version(), dice.stage());
        let by = if dice.roll(2) == 0 { ("VersionId", &*id) } else { ("VersionStage", &*stage) };
        let expected = self.usable(name).and_then(|secret| {
            let id = if by.0 == "VersionId" { Some(&id) } else { secret.stages.get(&stage) };
            id.and_then(|id| secret.value(id)).ok_or("Forbidden.ResourceNotFound")
        });
        let answer = get(client, name, &[by]);
        match expected {
            Ok(value) => assert_eq!(answer.ok()["SecretData"], value, "{by:?}"),
            Err(expected) => assert_eq!(code(answer).as_deref(), Some(expected), "{by:?}"),
        }
    }
}

fn date(seconds: u64) -> String {
    Instant::parse(START).unwrap().plus(Duration::from_secs(seconds)).to_string()
}

/// Where a history runs: in the process, or in the program with a data file.
enum Place {
    Within(Server),
    Beyond(Process, PathBuf),
}

impl Place {
    fn client(&self) -> Client {
        match self {
            Self::Within(server) => server.client(),
            Self::Beyond(process, _) => process.client(),
        }
    }

    fn serve(path: &Path, now: u64) -> Process {
        Process::start(&["--data", path.to_str().unwrap(), "--clock", &date(now)])
    }

    /// Moves time. The program is restarted for it, by a kill, which is the harder case.
    fn advance(&mut self, by: u64, now: u64) {
        match self {
            Self::Within(server) => server.advance(Duration::from_secs(by)),
            Self::Beyond(process, path) => {
                process.child.kill().unwrap();
                process.child.wait().unwrap();
                *process = Self::serve(path, now);
            }
        }
    }
}

/// Prints the history when a test fails.
struct History(String, Vec<String>);

impl Drop for History {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The panic already printed the failure, so an error here is ignored.
            let _ = writeln!(std::io::stderr(), "seed {:?}: {:#?}", self.0, self.1);
        }
    }
}

/// Runs a history, and returns the outcomes of its steps.
fn go_through(mut place: Place, seed: &str, steps: usize, calm: usize) -> BTreeSet<&'static str> {
    let dice = Dice(Entropy::seeded(seed));
    let mut expected = Expected::default();
    let mut history = History(seed.to_owned(), Vec::new());
    let mut client = place.client();
    let mut met = BTreeSet::new();
    for _ in 0..steps {
        if dice.roll(calm) == 0 {
            // Whole days hit the exact instant.
            let by = [0, HOUR, 24 * HOUR, 72 * HOUR, 168 * HOUR, 240 * HOUR][dice.roll(6)];
            history.1.push(format!("{} hours", by / HOUR));
            expected.advance(by);
            place.advance(by, expected.now);
            client = place.client();
        } else {
            let (what, outcome) = expected.act(&client, &dice);
            history.1.push(what);
            met.insert(outcome.err().unwrap_or("OK"));
        }
        expected.check(&client, &dice);
    }
    met
}

#[test]
fn any_history_has_the_expected_versions_and_stages() {
    let mut met = BTreeSet::new();
    for round in 0..4 {
        let seed = format!("secrets {round}");
        met.extend(go_through(Place::Within(Server::start()), &seed, 250, 12));
    }
    let all = [
        "Forbidden.ResourceNotFound",
        "OK",
        "Rejected.InvalidRequest",
        "Rejected.LimitExceeded",
        "Rejected.ResourceExist",
        "Rejected.ResourceInDeleteWindow",
        "Rejected.ResourceInUse",
        "Rejected.UnsupportedOperation",
    ];
    assert_eq!(met, BTreeSet::from(all), "every way was gone");
}

#[test]
fn so_has_any_history_with_restarts() {
    let (_folder, path) = data_file();
    let place = Place::Beyond(Place::serve(&path, 0), path);
    go_through(place, "restarts", 200, 15);
}
