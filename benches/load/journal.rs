//! What the journal costs: the same Encrypts to a server that keeps one and to one that keeps none,
//! in turns. The ratio of their rates is what a client sees; that of the processor time which a
//! request took is steadier where others use the machine too.

use std::path::Path;
use std::sync::Arc;

use crate::client::Connection;
use crate::common::{Failure, median};
use crate::measure::Side;
use crate::process::Process;
use crate::request::Signer;

/// How many rounds each server gets. Odd, so that there is a middle one.
const ROUNDS: u32 = 151;
/// How many requests a round has.
const REQUESTS: u32 = 8_000;
/// Over how many connections they come.
const CONNECTIONS: usize = 16;
/// A service's own key, which every server has under this name, and a text for it.
const PARAMS: [(&str, &str); 2] = [("KeyId", "alias/acs/oss"), ("Plaintext", "aGVsbG8=")];

/// A server with what was measured of it.
struct Fingerprint {
    server: Process,
    side: Side,
    /// Requests/s, by round.
    rates: Vec<f64>,
    /// Processor time for a request in microseconds, by round.
    costs: Vec<f64>,
}

/// Measures and prints.
pub(crate) async fn report() -> Result<(), Failure> {
    let mut on = Fingerprint::start(&[]).await?;
    let mut off = Fingerprint::start(&["--journal", "0"]).await?;
    let mut signer = Signer::new(on.server.address);
    let request = |signer: &mut Signer| signer.request("Encrypt", &PARAMS);
    for server in [&on.server, &off.server] {
        Connection::open(server.address).await?.call(&request(&mut signer)).await?.json()?;
    }
    for round in 0..=ROUNDS {
        let requests: Arc<Vec<_>> = Arc::new((0..REQUESTS).map(|_| request(&mut signer)).collect());
        let turns = if round % 2 == 0 { [&mut on, &mut off] } else { [&mut off, &mut on] };
        for turn in turns {
            turn.pass(&requests).await?;
        }
    }
    // The first round was for warming up.
    let mut ratio = |of: fn(&mut Fingerprint) -> &mut Vec<f64>| {
        let pairs = of(&mut on).split_off(1).into_iter().zip(of(&mut off).split_off(1));
        let (mut with, mut without, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for (one, other) in pairs {
            with.push(one);
            without.push(other);
            ratios.push(one / other);
        }
        (median(&mut with), median(&mut without), median(&mut ratios))
    };
    let (with, without, of_rates) = ratio(|it| &mut it.rates);
    println!(
        "Encrypt with a journal {with:.0}/s, without {without:.0}/s: ratio {of_rates:.3} in the middle round"
    );
    let (with, without, of_costs) = ratio(|it| &mut it.costs);
    println!(
        "processor time of a request with a journal {with:.2} us, without {without:.2} us: ratio {of_costs:.3}"
    );
    Ok(())
}

impl Fingerprint {
    async fn start(options: &[&str]) -> Result<Self, Failure> {
        let server = Process::kmsim_with(Path::new(":memory:"), options)?;
        let side = Side::open(&server, CONNECTIONS).await?;
        Ok(Self { server, side, rates: Vec::new(), costs: Vec::new() })
    }

    async fn pass(&mut self, requests: &Arc<Vec<Vec<u8>>>) -> Result<(), Failure> {
        let before = self.server.processor_time();
        self.rates.push(self.side.pass(requests).await?);
        let spent = self.server.processor_time().saturating_sub(before);
        self.costs.push(spent.as_secs_f64() * 1e6 / f64::from(REQUESTS));
        Ok(())
    }
}
