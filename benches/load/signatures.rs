//! What a verified Encrypt of the same plaintext costs under the newest signature of each cloud:
//! the requests go to one server, in alternating rounds. The processor time of a request is
//! compared, because it is more stable than the rate on a busy machine.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::dialects::peers::{Credentials, OutgoingCall};
use kmsim::dialects::profile;
use kmsim::world::Clock;
use zeroize::Zeroizing;

use crate::client::Connection;
use crate::common::{Failure, median};
use crate::measure::Side;
use crate::process::Process;

/// The number of rounds of each kind. It is odd, so that there is a median round.
const ROUNDS: usize = 61;
/// The requests of a round.
const REQUESTS: usize = 4_000;
/// The number of connections.
const CONNECTIONS: usize = 16;

/// The requests of a cloud.
struct Kind {
    name: &'static str,
    cloud: &'static str,
    /// The region decides about the cipher.
    region: Option<&'static str>,
    /// The parameter for the name of a new key, in clouds that want one.
    alias: Option<&'static str>,
    /// The action that encrypts, and its parameters for key and plaintext.
    encrypt: [&'static str; 3],
    /// Where an answer has the id of a new key, and a ciphertext.
    pointers: [&'static str; 2],
}

/// The first is what the others are compared with.
const KINDS: [Kind; 4] = [
    Kind {
        name: "ACS3, AES-256-GCM",
        cloud: "alibaba",
        region: None,
        alias: None,
        encrypt: ENCRYPT,
        pointers: ["/KeyMetadata/KeyId", "/CiphertextBlob"],
    },
    Kind { name: "TC3, AES-256-GCM", region: Some("ap-singapore"), ..TC3 },
    Kind { name: "TC3, SM4-GCM", region: Some("ap-guangzhou"), ..TC3 },
    Kind {
        name: "SDK-HMAC, AES-256",
        cloud: "huawei",
        region: None,
        alias: Some("key_alias"),
        encrypt: ["EncryptData", "key_id", "plain_text"],
        pointers: ["/key_info/key_id", "/cipher_text"],
    },
];

const ENCRYPT: [&str; 3] = ["Encrypt", "KeyId", "Plaintext"];

const TC3: Kind = Kind {
    name: "TC3",
    cloud: "tencent",
    region: None,
    alias: Some("Alias"),
    encrypt: ENCRYPT,
    pointers: ["/Response/KeyId", "/Response/CiphertextBlob"],
};

/// Measures and prints.
pub(crate) async fn report() -> Result<(), Failure> {
    let server = Process::kmsim(Path::new(":memory:"))?;
    let mut signer = Signer::new(server.address);
    let mut all = Vec::new();
    for kind in &KINDS {
        all.push(Measured::start(kind, &server, &mut signer).await?);
    }
    for round in 0..=ROUNDS {
        // The first round is a warm-up.
        for measured in &mut all {
            measured.pass(&server, &mut signer, round > 0).await?;
        }
        all.rotate_left(1);
    }
    all.sort_by_key(|it| KINDS.iter().position(|kind| kind.name == it.kind.name));
    println!("verified Encrypt     processor us   requests/s   ratio of processor time");
    let first = all.first().map(|it| it.costs.clone()).unwrap_or_default();
    for Measured { kind, rates, costs, .. } in &mut all {
        let mut ratios: Vec<_> = costs.iter().zip(&first).map(|(one, other)| one / other).collect();
        let (cost, rate, ratio) = (median(costs), median(rates), median(&mut ratios));
        println!("{:<20} {cost:>12.2} {rate:>12.0} {ratio:>7.3}", kind.name);
    }
    Ok(())
}

/// The requests of a cloud, with their measurements.
struct Measured {
    kind: &'static Kind,
    params: Vec<(String, String)>,
    side: Side,
    /// Requests/s, by round.
    rates: Vec<f64>,
    /// Processor time for a request in microseconds, by round.
    costs: Vec<f64>,
}

impl Measured {
    /// Makes a key, and tries one request.
    async fn start(
        kind: &'static Kind,
        server: &Process,
        signer: &mut Signer,
    ) -> Result<Self, Failure> {
        let mut connection = Connection::open(server.address).await?;
        let [key, ciphertext] = kind.pointers;
        let named: Vec<_> = kind.alias.iter().map(|name| pair(name, "load")).collect();
        let key = ask(&mut connection, &signer.request(kind, "CreateKey", &named)?, key).await?;
        let [action, key_id, plaintext] = kind.encrypt;
        let params = vec![pair(key_id, &key), pair(plaintext, &STANDARD.encode([0xA5; 32]))];
        ask(&mut connection, &signer.request(kind, action, &params)?, ciphertext).await?;
        let side = Side::open(server, CONNECTIONS).await?;
        Ok(Self { kind, params, side, rates: Vec::new(), costs: Vec::new() })
    }

    async fn pass(
        &mut self,
        server: &Process,
        signer: &mut Signer,
        is_kept: bool,
    ) -> Result<(), Failure> {
        let sign = |_| signer.request(self.kind, self.kind.encrypt[0], &self.params);
        let requests = Arc::new((0..REQUESTS).map(sign).collect::<Result<Vec<_>, _>>()?);
        let (rate, cost) = self.side.costed_pass(server, &requests).await?;
        if is_kept {
            self.rates.push(rate);
            self.costs.push(cost);
        }
        Ok(())
    }
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The text at this place of a request's answer.
async fn ask(
    connection: &mut Connection,
    request: &[u8],
    pointer: &str,
) -> Result<String, Failure> {
    let answer = connection.call(request).await?.json()?;
    let found = answer.pointer(pointer).and_then(|it| it.as_str());
    Ok(found.ok_or_else(|| format!("an answer has no {pointer}: {answer}"))?.to_owned())
}

/// Signs as the clouds' own clients do. Each of its nonces is unique.
struct Signer {
    host: String,
    credentials: Credentials,
    clock: Clock,
    signed: u64,
}

impl Signer {
    fn new(host: SocketAddr) -> Self {
        let secret = Zeroizing::new("testsecret".to_owned());
        let credentials = Credentials { id: "testid".to_owned(), secret, token: None };
        Self { host: host.to_string(), credentials, clock: Clock::default(), signed: 0 }
    }

    /// The bytes of a request.
    fn request(
        &mut self,
        kind: &Kind,
        action: &str,
        params: &[(String, String)],
    ) -> Result<Vec<u8>, Failure> {
        self.signed += 1;
        let call = OutgoingCall {
            action,
            params,
            region: kind.region,
            host: &self.host,
            time: self.clock.host(),
            // As long as the UUIDs of SDKs.
            nonce: &format!("6b6d7369-6d00-4000-8000-{:012x}", self.signed),
            credentials: &self.credentials,
        };
        let profile = profile(kind.cloud).ok_or("no such cloud")?;
        let signed = (profile.peer.sign)(&call)?;
        let length = signed.body().len();
        let (method, target) = (signed.method(), signed.uri());
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nContent-Length: {length}\r\n").into_bytes();
        for (name, value) in signed.headers() {
            let line = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat();
            request.extend_from_slice(&line);
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(signed.body());
        Ok(request)
    }
}
