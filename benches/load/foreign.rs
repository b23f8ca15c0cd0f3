//! How long others wait while somebody has long work done: a large realm imported, exported, saved,
//! loaded, reset and listed, and a leap in time over many rotations.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::client::Connection;
use crate::common::Failure;
use crate::process::Process;
use crate::request::Signer;

/// How many keys the large realm has.
const KEYS: usize = 50_000;
/// How many keys, and how many managed secrets, fall due in the leap.
const DUE: usize = 1_000;
/// For how long a work is repeated at least, so that there are some waits to measure.
const AT_LEAST: Duration = Duration::from_secs(2);

/// Who works long is account 2, and the others are account 1.
const ACCOUNTS: &str = "
accounts:
  - { id: '1', access_keys: [{ id: testid, secret: testsecret }] }
  - { id: '2', access_keys: [{ id: large, secret: s }] }
";

/// Measures and prints.
pub(crate) async fn report(folder: &Path) -> Result<(), Failure> {
    let accounts = folder.join("accounts.yaml");
    std::fs::write(&accounts, ACCOUNTS)?;
    let key = |n: usize, more: &str| format!("      - {{ id: key-{n}{more} }}\n");
    let keys = |count: usize, more: &str| (0..count).map(|n| key(n, more)).collect::<String>();
    let large = format!("realms:\n  - account: '2'\n    keys:\n{}", keys(KEYS, ""));
    let seed = folder.join("seed.yaml");
    std::fs::write(&seed, &large)?;
    let options =
        ["--accounts", &accounts.display().to_string(), "--seed", &seed.display().to_string()];
    let bench = Bench::start(&folder.join("large.db"), &options).await?;
    println!("{HEAD}");
    bench.measure("nothing", || control("GET", "health", "")).await?;
    bench.measure("export", || control("GET", "state?account=2", "")).await?;
    let exported = send(bench.server.address, &control("GET", "state?account=2", ""))?;
    let exported = exported.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    bench.measure("import", move || control("PUT", "state?account=2", &exported)).await?;
    bench.measure("save", || control("POST", "snapshots/s?account=2", "")).await?;
    bench.measure("load", || control("POST", "snapshots/s/load?account=2", "")).await?;
    bench.measure("reset", || control("POST", "reset?account=2", "")).await?;
    let mut signer = Signer::of(bench.server.address, "large", "s");
    let page = [("PageNumber", "400"), ("PageSize", "100")];
    bench.measure("ListKeys", move || signer.request("ListKeys", &page)).await?;
    bench.measure("metrics", || control("GET", "metrics", "")).await?;
    bench.server.stop()?;

    let secret = |n: usize| {
        format!(
            "      - {{ name: secret-{n}, type: Rds, value: '{}', rotation: {{ interval: 1d }}, extended_config: '{}' }}\n",
            r#"{"AccountName":"app","AccountPassword":"p"}"#,
            r#"{"SecretSubType":"SingleUser","DBInstanceId":"rm-1","CustomData":{}}"#,
        )
    };
    for (what, realm) in [
        ("leap, keys", format!("    keys:\n{}", keys(DUE, ", rotation: { interval: 7d }"))),
        ("leap, secrets", format!("    secrets:\n{}", (0..DUE).map(secret).collect::<String>())),
    ] {
        std::fs::write(&seed, format!("realms:\n  - account: '2'\n{realm}"))?;
        let bench = Bench::start(&folder.join(format!("{what}.db")), &options).await?;
        let leap = || control("POST", "clock/advance?account=2", r#"{"by":"36500d"}"#);
        bench.run(what, leap, Duration::ZERO).await?;
        bench.server.stop()?;
    }
    Ok(())
}

const HEAD: &str = "while             times  each ms   reads: p50    p99    max   changes: p50    p99    max ms   \
                    peak of memory, before";

/// A server, and what the others do meanwhile.
struct Bench {
    server: Process,
    key: String,
    /// One for all: no nonce may come twice.
    signer: RefCell<Signer>,
}

impl Bench {
    async fn start(data: &Path, options: &[&str]) -> Result<Self, Failure> {
        let server = Process::kmsim_with(data, options)?;
        let mut signer = Signer::new(server.address);
        let mut connection = Connection::open(server.address).await?;
        let made = connection.call(&signer.request("CreateKey", &[])).await?.json()?;
        let key =
            made["KeyMetadata"]["KeyId"].as_str().ok_or("an answer lacks a field")?.to_owned();
        Ok(Self { server, key, signer: RefCell::new(signer) })
    }

    /// Does a work again and again for some time.
    async fn measure(
        &self,
        what: &str,
        work: impl FnMut() -> Vec<u8> + Send + 'static,
    ) -> Result<(), Failure> {
        self.run(what, work, AT_LEAST).await
    }

    async fn run(
        &self,
        what: &str,
        mut work: impl FnMut() -> Vec<u8> + Send + 'static,
        at_least: Duration,
    ) -> Result<(), Failure> {
        self.server.forget_peak();
        let before = self.server.memory("VmRSS:").unwrap_or_default();
        let address = self.server.address;
        let working: JoinHandle<Result<Vec<Duration>, Failure>> = spawn_blocking(move || {
            let start = Instant::now();
            let mut times = Vec::new();
            loop {
                let request = work();
                let begun = Instant::now();
                let answer = send(address, &request)?;
                if answer.as_bytes().get(9..12) != Some(b"200") {
                    return Err(answer.into());
                }
                times.push(begun.elapsed());
                if start.elapsed() >= at_least {
                    return Ok(times);
                }
            }
        });
        let others = async {
            let read = [("KeyId", self.key.as_str()), ("Plaintext", "aGVsbG8=")];
            let change = [("KeyId", self.key.as_str()), ("Description", "changed")];
            tokio::try_join!(
                self.others("Encrypt", &read, &working),
                self.others("UpdateKeyDescription", &change, &working)
            )
        };
        let (reads, changes) = others.await?;
        let times = working.await??;
        let each = times.iter().sum::<Duration>().as_secs_f64() * 1e3
            / f64::from(u32::try_from(times.len())?);
        let peak = self.server.memory("VmHWM:").unwrap_or_default();
        let mut line = format!("{what:<17} {:>5} {each:>8.1}     ", times.len());
        for mut latencies in [reads, changes] {
            latencies.sort_unstable();
            let at = |percent: usize| {
                let at = (latencies.len() * percent / 100).min(latencies.len() - 1);
                latencies[at].as_secs_f64() * 1e3
            };
            write!(line, " {:>6.2} {:>6.2} {:>6.2}           ", at(50), at(99), at(100))?;
        }
        println!("{line} {peak:.0} MiB, {before:.0}");
        Ok(())
    }

    /// Sends the same request over and over until the work is done. Answers how long each took.
    async fn others(
        &self,
        action: &str,
        params: &[(&str, &str)],
        working: &JoinHandle<Result<Vec<Duration>, Failure>>,
    ) -> Result<Vec<Duration>, Failure> {
        let mut connection = Connection::open(self.server.address).await?;
        let mut latencies = Vec::new();
        while !working.is_finished() || latencies.len() < 100 {
            let request = self.signer.borrow_mut().request(action, params);
            let start = Instant::now();
            connection.call(&request).await?;
            latencies.push(start.elapsed());
            // As clients that do something else in between.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(latencies)
    }
}

/// The bytes of a request to the control plane.
fn control(method: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} /_kmsim/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Sends one request on a connection of its own, and reads the answer to the end.
fn send(address: SocketAddr, request: &[u8]) -> Result<String, Failure> {
    let mut stream = TcpStream::connect(address)?;
    // The first header line is a good place for another.
    let head = request.windows(2).position(|it| it == b"\r\n").ok_or("no request line")? + 2;
    let (line, rest) = request.split_at(head);
    stream.write_all(line)?;
    stream.write_all(b"Connection: close\r\n")?;
    stream.write_all(rest)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
