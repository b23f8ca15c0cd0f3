//! The library as other projects' tests use it, with and without a runtime, with every setting.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use clap::CommandFactory;
use kmsim::commands::Cli;
use kmsim::{AccessKey, AuthMode, Server};

use crate::kit::{days, root, send};

fn key_of(server: &Server, params: &[(&str, &str)]) -> String {
    let made = server.call("CreateKey", params).unwrap();
    made.field("/KeyMetadata/KeyId").unwrap_or_else(|| panic!("{made:?}"))
}

fn total(server: &Server, key: &AccessKey) -> String {
    server.call_as(key, "ListKeys", &[]).unwrap().field("/TotalCount").unwrap()
}

#[test]
fn a_server_serves_until_it_is_dropped() {
    let server = Server::builder().start().unwrap();
    let address = server.address();
    assert!(address.ip().is_loopback() && address.port() != 0);
    assert_eq!(
        (server.endpoint().to_owned(), server.url()),
        (address.to_string(), format!("http://{address}"))
    );
    assert_eq!(send(address, "GET /_kmsim/health HTTP/1.1\r\n", b"").ok()["status"], "ok");
    let key = server.access_key();
    assert_eq!((key.id.as_str(), key.secret.as_str()), ("testid", "testsecret"));
    assert_eq!(format!("{key:?}"), "AccessKey(testid)");
    // An idle connection does not delay the stop, and the port is free at once.
    let _idle = TcpStream::connect(address).unwrap();
    drop(server);
    TcpListener::bind(address).unwrap();
}

#[test]
fn many_servers_run_side_by_side() {
    let servers: Vec<_> = (0..4).map(|_| Server::builder().start().unwrap()).collect();
    key_of(&servers[0], &[]);
    let counts: Vec<_> = servers.iter().map(|server| total(server, server.access_key())).collect();
    assert_eq!(counts, ["1", "0", "0", "0"]);
}

#[test]
fn a_server_runs_inside_any_runtime() {
    let one = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let many = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for runtime in [one(), many()] {
        runtime.block_on(async {
            let server = Server::builder().start().unwrap();
            key_of(&server, &[]);
            server.clock().advance(days(1));
            // A test that blocks its only thread gets an answer too.
            assert_eq!(send(server.address(), "GET /_kmsim/health HTTP/1.1\r\n", b"").status, 200);
            drop(server);
        });
    }
}

#[test]
fn data_persists_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let builder = Server::builder().data(folder.path().join("kmsim.db"));
    let server = builder.clone().start().unwrap();
    let id = key_of(&server, &[("Description", "kept")]);
    let taken = builder.clone().start().err().unwrap().to_string();
    assert!(taken.starts_with("--data: "), "{taken}");
    drop(server);
    let again = builder.start().unwrap();
    let found = again.call("DescribeKey", &[("KeyId", &id)]).unwrap();
    assert_eq!(found.field("/KeyMetadata/Description").as_deref(), Some("kept"));
}

#[test]
fn access_keys_belong_to_accounts() {
    let builder = Server::builder()
        .access_key("own", "s1")
        .access_key_of("42", "one", "s2")
        .access_key_of("42", "two", "s3");
    let server = builder.start().unwrap();
    let key = |id: &str, secret: &str| AccessKey { id: id.into(), secret: secret.into() };
    assert_eq!(server.access_key(), &key("own", "s1"));
    server.call_as(&key("one", "s2"), "CreateKey", &[]).unwrap();
    let counts = [("own", "s1"), ("one", "s2"), ("two", "s3")]
        .map(|(id, secret)| total(&server, &key(id, secret)));
    assert_eq!(counts, ["0", "1", "1"]);
    let refused = server.call_as(&key("testid", "testsecret"), "ListKeys", &[]).unwrap();
    assert_eq!(
        (refused.status, refused.field("/Code").as_deref()),
        (404, Some("InvalidAccessKeyId.NotFound"))
    );
}

#[test]
fn region_and_auth_mode_can_be_set() {
    let server =
        Server::builder().region("eu-test-9").auth(AuthMode::Off).threads(1).start().unwrap();
    let anybody = AccessKey { id: "anybody".into(), secret: "?".into() };
    let made = server.call_as(&anybody, "CreateKey", &[]).unwrap();
    assert!(made.field("/KeyMetadata/Arn").unwrap().starts_with("acs:kms:eu-test-9:"), "{made:?}");
    // An unlisted access key has its own clock too.
    server.clock_of("anybody").advance(days(400));
    assert_ne!(server.clock_of("anybody").now(), server.clock().now());
}

#[test]
fn changing_a_clock_runs_what_is_due() {
    let server = Server::builder()
        .access_key("a", "s")
        .access_key("b", "s")
        .frozen_at("2030-01-01T00:00:00Z")
        .start()
        .unwrap();
    let [a, b] = ["a", "b"].map(|id| AccessKey { id: id.into(), secret: "s".into() });
    for who in [&a, &b] {
        let made = server.call_as(who, "CreateKey", &[]).unwrap();
        assert_eq!(
            made.field("/KeyMetadata/CreationDate").as_deref(),
            Some("2030-01-01T00:00:00Z")
        );
        let id = made.field("/KeyMetadata/KeyId").unwrap();
        let window = [("KeyId", id.as_str()), ("PendingWindowInDays", "7")];
        assert_eq!(server.call_as(who, "ScheduleKeyDeletion", &window).unwrap().status, 200);
    }
    server.clock_of("a").advance(days(7));
    assert_eq!([&a, &b].map(|who| total(&server, who)), ["0", "1"]);
    server.clock().advance(days(7));
    assert_eq!(server.clock_of("a").now(), "2030-01-15T00:00:00Z");
    assert_eq!(server.clock().now(), "2030-01-08T00:00:00Z");
    assert_eq!(total(&server, &b), "0");

    server.clock().set("2040-02-03T04:05:06+08:00").unwrap();
    assert_eq!(server.clock_of("a").now(), "2040-02-02T20:05:06Z");
    assert_eq!(
        server.clock().set("later").err().unwrap().to_string(),
        "clock: \"later\" is not an RFC 3339 time"
    );
    server.clock().resume();
    assert_ne!(server.clock().now(), "2040-02-02T20:05:06Z");
    server.clock().freeze();
    let stands = server.clock().now();
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(server.clock().now(), stands);
}

#[test]
fn an_entropy_seed_repeats_keys() {
    let run = |seed: &str| {
        let server =
            Server::builder().entropy_seed(seed).frozen_at("2030-01-01T00:00:00Z").start().unwrap();
        key_of(&server, &[])
    };
    assert_eq!(run("a"), run("a"));
    assert_ne!(run("a"), run("b"));
}

#[test]
fn fields_are_found_by_pointer() {
    let server = Server::builder().start().unwrap();
    let made = server.call("CreateKey", &[]).unwrap();
    assert_eq!(made.field("/KeyMetadata/KeyState").as_deref(), Some("Enabled"));
    assert_eq!((made.field("/KeyMetadata"), made.field("/None")), (None, None));
    assert_eq!(
        server.call("ListKeys", &[]).unwrap().field("/Keys/Key/0/KeyId"),
        made.field("/KeyMetadata/KeyId")
    );
}

#[test]
fn invalid_settings_are_errors_and_start_nothing() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().to_string();
    let builder = Server::builder;
    for (mistaken, said) in [
        (builder().listen(&taken), "--listen: "),
        (builder().listen("nowhere"), "--listen: "),
        (builder().data("/no/such/folder/kmsim.db"), "--data: "),
        (builder().access_key("", "s"), "--access-key: "),
        (builder().access_key("a", ""), "--access-key: "),
        (builder().access_key("a", "s").access_key("a", "t"), "--access-key: \"a\" is given twice"),
        (
            builder().access_key_of("x", "a", "s"),
            "--access-key: the account of \"a\" is not digits",
        ),
        (builder().region("no region"), "--region: "),
        (builder().frozen_at("noon"), "--clock: "),
        (builder().accounts_file("/no/such/file.yaml"), "--accounts: "),
        (builder().trusted_proxy("proxy"), "--trusted-proxy: "),
        (builder().tls_name("a name"), "--tls-name: "),
        (builder().tls_certificate("/no/such.pem", "/no/such.key"), "--tls-cert: "),
        (builder().control_token("a token"), "--control-token: "),
        (builder().control_host("a name"), "--control-host: "),
    ] {
        let error = mistaken.start().err().unwrap().to_string();
        assert!(error.starts_with(said), "{said}: {error}");
    }
    let server = builder().listen("127.0.0.1:0").start().unwrap();
    let unsigned = server.call("A\nB", &[]).unwrap_err().to_string();
    assert!(unsigned.contains("contains an invalid character"), "{unsigned}");
}

/// The options of the command line, and the methods of the builder that do the same.
const OPTIONS: &[(&str, &[&str])] = &[
    ("listen", &["listen"]),
    ("data", &["data"]),
    ("access-key", &["access_key", "access_key_of"]),
    ("accounts", &["accounts_file"]),
    ("seed", &["seed_file"]),
    ("region", &["region"]),
    ("auth", &["auth"]),
    ("lenient-policies", &["lenient_policies"]),
    ("clock", &["frozen_at"]),
    ("entropy-seed", &["entropy_seed"]),
    ("tls-name", &["tls_name"]),
    ("tls-cert", &["tls_certificate"]),
    ("tls-key", &["tls_certificate"]),
    ("journal", &["journal"]),
    ("control-token", &["control_token"]),
    ("no-control", &["no_control"]),
    ("control-host", &["control_host"]),
    ("trusted-proxy", &["trusted_proxy"]),
    // The log is the process's own.
    ("log", &[]),
];

#[test]
fn the_builder_has_what_the_command_line_has() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let options: Vec<_> = serve.get_arguments().filter_map(|it| it.get_long()).collect();
    let known: Vec<_> = OPTIONS.iter().map(|(option, _)| *option).collect();
    assert_eq!(options, known);
    let source = std::fs::read_to_string(root().join("src/in_process/builder.rs")).unwrap();
    let methods =
        source.lines().filter_map(|line| line.strip_prefix("    pub fn ")?.split('(').next());
    let mut methods: Vec<_> =
        methods.filter(|it| !["builder", "start", "threads"].contains(it)).collect();
    let mut listed: Vec<_> = OPTIONS.iter().flat_map(|(_, methods)| *methods).copied().collect();
    methods.sort_unstable();
    listed.sort_unstable();
    listed.dedup();
    assert_eq!(methods, listed);
}

#[test]
fn settings_of_the_command_line_can_be_set() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = folder.path().join("accounts.yaml");
    std::fs::write(&accounts, "accounts: [{ id: '42', access_keys: [{ id: own, secret: s }] }]")
        .unwrap();
    let get = |server: &Server, path: &str, header: &str| {
        send(server.address(), &format!("GET {path} HTTP/1.1\r\n{header}"), b"")
    };
    let server = Server::builder()
        .accounts_file(&accounts)
        .lenient_policies()
        .trusted_proxy("127.0.0.0/8")
        .journal(0)
        .control_token("token")
        .control_host("kms.test")
        .tls_name("kms.test")
        .start()
        .unwrap();
    let own = AccessKey { id: "own".into(), secret: "s".into() };
    let key = server.call_as(&own, "CreateKey", &[]).unwrap();
    let key = key.field("/KeyMetadata/KeyId").unwrap();
    let policy = [("KeyId", key.as_str()), ("PolicyName", "default"), ("Policy", "{}")];
    assert_eq!(server.call_as(&own, "SetKeyPolicy", &policy).unwrap().status, 200);
    assert_eq!(get(&server, "/_kmsim/requests", "").status, 401);
    let token = "Host: kms.test\r\nAuthorization: Bearer token\r\n";
    assert_eq!(get(&server, "/_kmsim/requests", token).status, 404, "no journal is kept");
    assert_eq!(get(&server, "/_kmsim/clock", token).status, 200);
    let server = Server::builder().no_control().start().unwrap();
    assert_eq!(get(&server, "/_kmsim/clock", "").status, 404);
    assert_eq!(get(&server, "/_kmsim/health", "").status, 200);
}

#[test]
fn a_panic_stops_only_its_own_server() {
    let outcome = thread::spawn(|| {
        let _server = Server::builder().start().unwrap();
        panic!("like a failed test");
    })
    .join();
    assert!(outcome.is_err());
    key_of(&Server::builder().start().unwrap(), &[]);
}
