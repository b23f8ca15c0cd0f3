//! The tools of all tests: an in-process server with a manual clock and seeded entropy, a client
//! that signs, and the built binary as a process.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use kmsim::algorithms::mac::{Hash, hmac};
use kmsim::commands::Cli;
use kmsim::dialects::{AuthMode, Clouds};
use kmsim::store::{Sqlite, Store};
use kmsim::world::{Clock, Entropy, Instant, World};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The time at which every test's clock starts.
pub const START: &str = "2030-01-01T00:00:00Z";

/// Every served action of Alibaba's shared gateway, sorted.
pub fn action_names() -> Vec<&'static str> {
    let clouds = Clouds::new(&Arc::default(), AuthMode::Off, None, &Arc::default());
    let mut names = clouds.named("alibaba").unwrap().action_names();
    names.retain(|name| !name.starts_with("dedicated/"));
    names
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of a fixture without comments and header, each as its tab-separated cells.
pub fn table(path: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("fixtures").join(path)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// Checks that two lists have the same names. A failure prints only the differences, and `what`
/// says what is compared and in which file.
#[track_caller]
pub fn same_names<'a>(
    found: impl IntoIterator<Item = &'a str>,
    expected: impl IntoIterator<Item = &'a str>,
    what: &str,
) {
    let [found, expected] =
        [found.into_iter().collect::<BTreeSet<_>>(), expected.into_iter().collect()];
    let (missing, extra) = (&expected - &found, &found - &expected);
    assert!(
        missing.is_empty() && extra.is_empty(),
        "{what}: missing {missing:?}, too many {extra:?}"
    );
}

/// The settings of a server.
#[derive(Default)]
pub struct Setup<'a> {
    /// The text of the accounts file. By default there is one access key.
    pub accounts: Option<&'a str>,
    /// The texts of seed files.
    pub seeds: &'a [&'a str],
    /// How requests are authenticated.
    pub auth: AuthMode,
    /// The region of hosts without one.
    pub region: Option<&'a str>,
    /// Whether keys outside of instances have policies.
    pub lenient_policies: bool,
    /// The store, unless it is in memory.
    pub store: Option<Box<dyn Store>>,
    /// How many bytes of incomplete bodies it holds, if not as many as usual.
    pub body_budget: Option<usize>,
    /// The proxies that say where a request came from.
    pub trusted_proxies: &'a [&'a str],
}

/// A server within the process.
pub struct Server {
    pub address: SocketAddr,
    pub world: Arc<World>,
    served: kmsim::server::Server,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    /// A server with the default access key.
    pub fn start() -> Self {
        Self::with(Setup::default())
    }

    /// A server with these settings.
    pub fn with(setup: Setup<'_>) -> Self {
        let start = Instant::parse(START).unwrap();
        let world =
            Arc::new(World { clock: Clock::manual(start), entropy: Entropy::seeded("kmsim") });
        Self::within(world, setup)
    }

    /// A server with this clock and entropy.
    pub fn within(world: Arc<World>, setup: Setup<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut arguments = vec!["kmsim".to_owned()];
        if let Some(text) = setup.accounts {
            let path = folder.path().join("accounts.yaml");
            std::fs::write(&path, text).unwrap();
            arguments.extend(["--accounts".to_owned(), path.display().to_string()]);
        }
        arguments.extend(setup.region.map(|region| format!("--region={region}")));
        for proxy in setup.trusted_proxies {
            arguments.push(format!("--trusted-proxy={proxy}"));
        }
        for (index, text) in setup.seeds.iter().enumerate() {
            let path = folder.path().join(format!("seed-{index}.yaml"));
            std::fs::write(&path, text).unwrap();
            arguments.extend(["--seed".to_owned(), path.display().to_string()]);
        }
        let mut settings = Cli::parse_from(arguments).serve.settings().unwrap();
        settings.listen = vec!["127.0.0.1:0".to_owned()];
        settings.auth = setup.auth;
        settings.lenient_policies = setup.lenient_policies;
        settings.body_budget = setup.body_budget.unwrap_or(settings.body_budget);
        settings.world = Arc::clone(&world);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let served = runtime.block_on(async {
            let store = match setup.store {
                Some(store) => store,
                None => Box::new(Sqlite::in_memory().await.unwrap()),
            };
            kmsim::server::Server::start_over(settings, store).await.unwrap()
        });
        Self { address: served.address(), world, served, runtime: Some(runtime) }
    }

    /// The server's clouds.
    pub fn clouds(&self) -> &Clouds {
        &self.served.app().clouds
    }

    /// Moves the clock that due dates follow. The host's clock stays.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// A client with the default access key.
    pub fn client(&self) -> Client {
        self.client_as("testid", "testsecret")
    }

    /// A client with this access key.
    pub fn client_as(&self, id: &str, secret: &str) -> Client {
        Client::new(self.address, id, secret, &self.world.clock.host().to_string())
    }
}

/// Whole days.
pub fn days(days: u64) -> Duration {
    Duration::from_secs(days * 86_400)
}

/// A client that signs like the old SDKs (RPC, HMAC-SHA1), with all parameters in the form body.
#[derive(Clone)]
pub struct Client {
    pub address: SocketAddr,
    id: String,
    secret: String,
    time: String,
    common: Vec<(String, String)>,
}

static NONCE: AtomicU64 = AtomicU64::new(0);

impl Client {
    pub fn new(address: SocketAddr, id: &str, secret: &str, time: &str) -> Self {
        Self {
            address,
            id: id.into(),
            secret: secret.into(),
            time: time.into(),
            common: Vec::new(),
        }
    }

    /// The same client with an additional parameter in every request, such as a region or a token.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.common.push((name.into(), value.into()));
        self
    }

    /// The signed parameters of a request.
    pub fn signed(
        &self,
        method: &str,
        action: &str,
        params: &[(&str, &str)],
    ) -> Vec<(String, String)> {
        let nonce = format!("nonce-{}", NONCE.fetch_add(1, Ordering::Relaxed));
        let mut all: Vec<(String, String)> = [
            ("Action", action),
            ("Version", "2016-01-20"),
            ("Format", "JSON"),
            ("AccessKeyId", &self.id),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &nonce),
            ("Timestamp", &self.time),
        ]
        .into_iter()
        .chain(self.common.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .chain(params.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        // Later parameters override earlier ones, as in the server.
        let mut seen = std::collections::BTreeMap::new();
        all.drain(..).for_each(|(name, value)| {
            seen.insert(name, value);
        });
        let mut all: Vec<(String, String)> = seen.into_iter().collect();
        let text = format!("{method}&%2F&{}", encode(&form(&all)));
        let key = [self.secret.as_bytes(), b"&"];
        all.push(("Signature".into(), STANDARD.encode(hmac(Hash::Sha1, &key, text.as_bytes()))));
        all
    }

    /// Calls an action.
    pub fn call(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        let body = form(&self.signed("POST", action, params));
        let head = "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        send(self.address, head, body.as_bytes())
    }

    /// Makes a connected instance in the client's realm, unless there is one with this id.
    pub fn instance(&self, id: &str) {
        self.instance_like(&serde_json::json!({ "id": id }));
    }

    /// Makes an instance in the client's realm, unless there is one with its id.
    pub fn instance_like(&self, entry: &Value) {
        let region = self.common.iter().find(|(name, _)| name == "RegionId");
        let region = region.map(|(_, region)| format!("&region={region}")).unwrap_or_default();
        let path = format!("instances?access_key={}{region}", self.id);
        let made = control(self.address, "POST", &path, entry);
        assert!(made.status == 200 || made.text.contains("has it"), "{made:?}");
    }

    /// Creates a key and returns its id. The shorter AES keys and HMAC keys need an instance; one
    /// with hardware security modules for the protection level HSM.
    pub fn create_key(&self, params: &[(&str, &str)]) -> String {
        let dedicated = |(_, value): &(&str, &str)| {
            ["Aliyun_AES_128", "Aliyun_AES_192"].contains(value) || value.starts_with("HMAC_")
        };
        let (id, kind) = if params.contains(&("ProtectionLevel", "HSM")) {
            ("kst-hardware", "HARDWARE")
        } else {
            ("kst-tests", "SOFTWARE")
        };
        let instance = params.iter().any(dedicated).then_some(("DKMSInstanceId", id));
        if instance.is_some() {
            self.instance_like(&serde_json::json!({ "id": id, "kind": kind }));
        }
        let params: Vec<_> = params.iter().copied().chain(instance).collect();
        let made = self.call("CreateKey", &params).ok();
        made["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned()
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (it, value) = line.split_once(':')?;
            it.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The body of a successful answer.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The message of a refusal with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        let body = self.json();
        assert_eq!((self.status, body["Code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(body["HttpStatus"], status);
        body["Message"].as_str().unwrap().to_owned()
    }

    /// Checks that the request was refused because of this parameter.
    #[track_caller]
    pub fn refused_parameter(&self, name: &str) {
        let message = self.refused(400, "InvalidParameter");
        assert_eq!(message, format!("The specified parameter \"{name}\" is not valid."));
    }
}

/// Calls the control plane. With `null` there is no body.
pub fn control(address: SocketAddr, method: &str, path: &str, body: &Value) -> Answer {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    send(address, &format!("{method} /_kmsim/{path} HTTP/1.1\r\n"), text.as_bytes())
}

/// Waits until the server reads the body of a request with `Expect: 100-continue`.
#[track_caller]
pub fn await_body_read(stream: &mut impl Read) {
    const TOLD: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut told = [0; TOLD.len()];
    stream.read_exact(&mut told).unwrap();
    assert_eq!(told, TOLD);
}

/// Sends one request. `head` is the request line and the headers, each with its line end. Host and
/// Content-Length are added if missing.
pub fn send(address: SocketAddr, head: &str, body: &[u8]) -> Answer {
    let lower = head.to_lowercase();
    let mut request = head.to_owned();
    if !lower.contains("\r\nhost:") {
        request = [request, format!("Host: {address}\r\n")].concat();
    }
    if !lower.contains("\r\ncontent-length:") && !lower.contains("\r\ntransfer-encoding:") {
        request = [request, format!("Content-Length: {}\r\n", body.len())].concat();
    }
    request += "Connection: close\r\n\r\n";
    exchange(address, request.as_bytes(), body)
}

/// Sends exactly this head. The answer ends the connection.
pub fn send_as_is(address: SocketAddr, head: &str) -> Answer {
    exchange(address, head.as_bytes(), b"")
}

fn exchange(address: SocketAddr, head: &[u8], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream.write_all(head).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    parse(&answer)
}

/// Parses an answer.
pub fn parse(answer: &[u8]) -> Answer {
    // Answers of one wire are no text.
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), text: body.to_owned() }
}

/// Percent-encodes by RFC 3986.
pub fn encode(text: &str) -> String {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The pairs as a form, in this order.
pub fn form(pairs: &[(String, String)]) -> String {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// A running process of the built binary.
pub struct Process {
    pub address: SocketAddr,
    pub child: Child,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that starts the built binary on a free port, without settings from this environment.
pub fn kmsim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kmsim"));
    command.args(["--listen", "127.0.0.1:0"]).args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KMSIM_")) {
        command.env_remove(name);
    }
    // Commands outside the tests must not find it.
    command.env("XDG_RUNTIME_DIR", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The same command without the address from [`kmsim`].
pub fn without_listen(command: &Command) -> Command {
    let mut bare = Command::new(command.get_program());
    bare.args(command.get_args().skip(2))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bare.env(name, value),
            None => bare.env_remove(name),
        };
    }
    bare
}

impl Process {
    /// Starts it and waits until it is ready.
    pub fn start(arguments: &[&str]) -> Self {
        Self::spawn(&mut kmsim(arguments))
    }

    /// Starts a command that [`kmsim`] made.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("kmsim ready on http://");
        let address = address.unwrap_or_else(|| panic!("not ready: {line:?}")).parse().unwrap();
        Self { address, child }
    }

    /// A client with the default access key, by the host's time.
    pub fn client(&self) -> Client {
        Client::new(self.address, "testid", "testsecret", &Clock::default().host().to_string())
    }

    /// Sends a signal by name, as `kill` does.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

/// A temporary folder, and the path of a data file in it.
pub fn data_file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kmsim.db");
    (folder, path)
}
