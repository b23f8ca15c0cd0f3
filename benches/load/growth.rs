//! How the cost of a request, a start and the memory grow with what the server holds. Servers with
//! realms of several sizes, and one with many realms, get the same requests in alternating rounds.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::common::{Failure, median};
use crate::measure::Side;
use crate::plot::{Curve, plot};
use crate::process::Process;
use crate::request::Signer;

/// The numbers of keys that realms get by default.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// A realm has this many keys for each alias, and for each secret.
const KEYS_EACH: usize = 10;
/// The realms of the server with many, and the keys of each.
const REALMS: (usize, usize) = (1_000, 100);
/// The number of rounds. It is odd, so that there is a median round.
const ROUNDS: usize = 7;
/// The requests of one kind in a round.
const REQUESTS: usize = 1_000;
/// The entries of a page.
const PAGE: usize = 50;

/// A kind of request, for a realm with this many keys.
type Kind = (&'static str, fn(usize) -> Vec<(&'static str, String)>);

/// A kind of request, and what of it is measured.
const KINDS: [(&str, Kind); 8] = [
    ("DescribeKey", ("DescribeKey", |size| vec![("KeyId", key(size / 2))])),
    (
        "Encrypt",
        ("Encrypt", |size| vec![("KeyId", key(size / 2)), ("Plaintext", "aGVsbG8=".to_owned())]),
    ),
    ("ListKeys, first page", ("ListKeys", |_| page(1))),
    ("ListKeys, last page", ("ListKeys", |size| page(size / PAGE))),
    (
        "ListKeys, filtered",
        ("ListKeys", |size| {
            let mut params = page(size / PAGE / 4);
            params.push(("Filters", r#"[{"Key":"KeyState","Values":["Disabled"]}]"#.to_owned()));
            params
        }),
    ),
    ("ListSecrets, last page", ("ListSecrets", |size| page(size / KEYS_EACH / PAGE))),
    ("ListAliases, last page", ("ListAliases", |size| page(size / KEYS_EACH / PAGE))),
    ("ListAliases, first page", ("ListAliases", |_| page(1))),
];

fn page(number: usize) -> Vec<(&'static str, String)> {
    vec![("PageNumber", number.max(1).to_string()), ("PageSize", PAGE.to_string())]
}

fn key(number: usize) -> String {
    format!("key-{number}")
}

/// A server with what it holds.
struct Grown {
    name: String,
    /// The number of keys in the realm that is asked.
    size: usize,
    keys: usize,
    server: Process,
    connections: Side,
    ready: f64,
    memory: f64,
}

/// Measures and prints. The sizes are numbers of keys. Writes the plot to `plot`.
pub(crate) async fn report(
    folder: &Path,
    sizes: &[String],
    plot_file: Option<&Path>,
) -> Result<(), Failure> {
    let sizes: Vec<usize> = match sizes {
        [] => SIZES.to_vec(),
        sizes => sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()?,
    };
    let mut servers = Vec::new();
    for &size in &sizes {
        servers.push(grown(folder, &format!("{size} keys"), 1, size).await?);
    }
    let (realms, each) = REALMS;
    servers.push(grown(folder, &format!("{realms} realms"), realms, each).await?);
    println!("{:<26} {:>11} {:>15} {:>17}", "", "ready in s", "resident MiB", "bytes for a key");
    let empty = Process::kmsim(&folder.join("empty.db"))?;
    let idle = empty.memory("VmRSS:").unwrap_or_default();
    for it in &servers {
        let own = (it.memory - idle) * 1024.0 * 1024.0 / f64::from(u32::try_from(it.keys)?);
        println!("{:<26} {:>11.2} {:>15.1} {own:>17.0}", it.name, it.ready, it.memory);
    }
    println!("\nprocessor time of a request in microseconds; against the first");
    let names: String = servers.iter().fold(String::new(), |mut all, it| {
        // Writing to a text cannot fail.
        let _ = write!(all, " {:>18}", it.name);
        all
    });
    println!("{:<26}{names}", "");
    let mut signers: Vec<_> = servers.iter().map(|it| Signer::new(it.server.address)).collect();
    let mut curves = Vec::new();
    for (what, kind) in KINDS {
        let costs = measured(&mut servers, &mut signers, kind).await?;
        let mut line = String::new();
        for cost in &costs {
            let ratio = cost / costs.first().unwrap_or(cost);
            let _ = write!(line, " {cost:>11.1} {ratio:>6.2}");
        }
        println!("{what:<26}{line}");
        let points = sizes.iter().copied().zip(costs).collect();
        curves.push(Curve { name: what, points });
    }
    match plot_file {
        Some(file) => Ok(std::fs::write(file, plot("microseconds", "keys in a realm", &curves))?),
        None => Ok(()),
    }
}

/// The median processor time of a request on each server.
async fn measured(
    servers: &mut [Grown],
    signers: &mut [Signer],
    (action, params): Kind,
) -> Result<Vec<f64>, Failure> {
    let mut costs = vec![Vec::new(); servers.len()];
    // The first round warms up.
    for round in 0..=ROUNDS {
        for ((it, signer), costs) in servers.iter_mut().zip(&mut *signers).zip(&mut costs) {
            let params = params(it.size);
            let params: Vec<_> = params.iter().map(|(name, it)| (*name, it.as_str())).collect();
            let requests = (0..REQUESTS).map(|_| signer.request(action, &params)).collect();
            let requests = Arc::new(requests);
            let (_, cost) = it.connections.costed_pass(&it.server, &requests).await?;
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    Ok(costs.iter_mut().map(|costs| median(costs)).collect())
}

/// Fills a data file from a seed, and starts a server on it again.
async fn grown(folder: &Path, name: &str, realms: usize, size: usize) -> Result<Grown, Failure> {
    let data = folder.join(format!("{}.db", name.replace(' ', "-")));
    let seed = folder.join("seed.yaml");
    let accounts = folder.join("accounts.yaml");
    std::fs::write(&seed, seed_of(realms, size))?;
    std::fs::write(&accounts, accounts_of(realms))?;
    let accounts = accounts.display().to_string();
    let options = ["--accounts", accounts.as_str()];
    let seed = seed.display().to_string();
    let seeded = [&options[..], &["--seed", &seed]].concat();
    Process::kmsim_with(&data, &seeded)?.stop()?;
    let start = Instant::now();
    let server = Process::kmsim_with(&data, &options)?;
    let ready = start.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let memory = server.memory("VmRSS:").unwrap_or_default();
    let connections = Side::open(&server, 1).await?;
    let name = name.to_owned();
    Ok(Grown { name, size, keys: realms * size, server, connections, ready, memory })
}

/// Every fourth key is disabled.
fn seed_of(realms: usize, size: usize) -> String {
    let mut seed = "realms:\n".to_owned();
    for realm in 1..=realms {
        let _ = writeln!(seed, "  - account: '{realm}'\n    keys:");
        for n in 0..size {
            let state = if n % 4 == 0 { ", state: disabled" } else { "" };
            let aliases = match n % KEYS_EACH {
                1 => format!(", aliases: [alias/{n}]"),
                _ => String::new(),
            };
            let _ = writeln!(seed, "      - {{ id: {}{state}{aliases} }}", key(n));
        }
        seed.push_str("    secrets:\n");
        for n in 0..size / KEYS_EACH {
            let _ = writeln!(seed, "      - {{ name: secret-{n}, value: v }}");
        }
    }
    seed
}

fn accounts_of(realms: usize) -> String {
    let mut accounts = "accounts:\n".to_owned();
    for realm in 1..=realms {
        let key = if realm == 1 { "testid".to_owned() } else { format!("id{realm}") };
        let keys = format!("[{{ id: {key}, secret: testsecret }}]");
        let _ = writeln!(accounts, "  - {{ id: '{realm}', access_keys: {keys} }}");
    }
    accounts
}
