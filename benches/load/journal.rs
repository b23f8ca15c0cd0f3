//! The cost of the journal: the same Encrypt requests to a server with a journal and to one
//! without, in alternating rounds. The ratio of the rates is what clients see. The ratio of
//! processor times is more stable on a busy machine.

use std::path::Path;
use std::sync::Arc;

use crate::client::Connection;
use crate::common::{Failure, median};
use crate::measure::Side;
use crate::process::Process;
use crate::request::Signer;

/// The number of rounds of each server. It is odd, so that there is a median round.
const ROUNDS: u32 = 151;
/// The requests of a round.
const REQUESTS: u32 = 8_000;
/// The number of connections.
const CONNECTIONS: usize = 16;
/// A service's key, which every server creates on first use, and a plaintext.
const PARAMS: [(&str, &str); 2] = [("KeyId", "alias/acs/oss"), ("Plaintext", "aGVsbG8=")];

/// A server with its measurements.
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
    // The first round was a warm-up.
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
        let (rate, cost) = self.side.costed_pass(&self.server, requests).await?;
        self.rates.push(rate);
        self.costs.push(cost);
        Ok(())
    }
}
