//! The built binary: options, the ready line, signals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use kmsim::world::Clock;
use serde_json::{Value, json};

use crate::kit::{Answer, Client, Process, await_body_read, data_file, form, kmsim, send};

const MEMORY: [&str; 2] = ["--data", ":memory:"];

/// The command without any argument, in its own folder.
fn bare(folder: &Path) -> Command {
    let with_listen = kmsim(&[]);
    let mut command = Command::new(with_listen.get_program());
    for (name, _) in with_listen.get_envs() {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The command with one option, set by flag and by environment variable.
pub fn both_ways(option: &str, variable: &str, value: &str) -> [Command; 2] {
    let mut by_variable = kmsim(&MEMORY);
    by_variable.env(variable, value);
    let mut by_flag = kmsim(&MEMORY);
    by_flag.args([option, value]);
    [by_flag, by_variable]
}

/// The single error line of a server that must refuse to start, with exit code 2. `Err` says what
/// it did instead.
pub fn refusal(command: &mut Command) -> Result<String, String> {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    if !said.is_empty() {
        child.kill().unwrap();
        child.wait().unwrap();
        return Err(format!("{command:?} started: {said}"));
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let line = stderr.strip_suffix('\n').unwrap_or_default();
    if output.status.code() != Some(2) || !line.starts_with("kmsim: ") || line.contains('\n') {
        return Err(format!("{command:?} ended with {} and said: {stderr:?}", output.status));
    }
    Ok(line.to_owned())
}

/// As [`refusal`], but panics if the command did something else.
#[track_caller]
pub fn refused(command: &mut Command) -> String {
    refusal(command).unwrap_or_else(|what| panic!("{what}"))
}

/// Waits until a process has ended, and returns its exit code, or `None` if a signal ended it.
pub fn ended(child: &mut Child) -> Option<i32> {
    for _ in 0..200 {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        sleep(Duration::from_millis(25));
    }
    panic!("it did not end");
}

/// Waits until a server that got a signal takes no more connections.
pub fn await_closed(address: SocketAddr) {
    for _ in 0..200 {
        if TcpStream::connect(address).is_err() {
            return;
        }
        sleep(Duration::from_millis(25));
    }
    panic!("it begins new requests");
}

fn health(server: &Process) -> Answer {
    send(server.address, "GET /_kmsim/health HTTP/1.1\r\n", b"")
}

fn metadata(client: &Client, params: &[(&str, &str)]) -> Value {
    client.call("CreateKey", params).ok()["KeyMetadata"].clone()
}

#[test]
fn stdout_has_one_line_once_the_server_is_ready() {
    let mut server = Process::start(&MEMORY);
    // The kit has read the line, so the port in it must answer.
    assert_ne!(server.address.port(), 0);
    health(&server).ok();
    server.client().create_key(&[]);
    server.signal("TERM");
    assert_eq!(ended(&mut server.child), Some(0));
    let mut rest = String::new();
    server.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn health_describes_the_running_server() {
    for mode in ["strict", "warn", "off"] {
        for mut command in both_ways("--auth", "KMSIM_AUTH", mode) {
            let server = Process::spawn(&mut command);
            let health = health(&server);
            assert_eq!(health.header("content-type"), Some("application/json"));
            let version = env!("CARGO_PKG_VERSION");
            let expected = json!({ "status": "ok", "version": version, "auth": mode, "dialects": ["alibaba", "kingsoft", "tencent", "huawei"] });
            assert_eq!(health.ok(), expected);
        }
    }
    assert_eq!(health(&Process::start(&MEMORY)).ok()["auth"], "strict");
}

#[test]
fn the_auth_mode_decides_about_bad_signatures() {
    for (mode, status, header) in
        [("strict", 400, None), ("warn", 200, Some("IncompleteSignature")), ("off", 200, None)]
    {
        let server = Process::start(&["--data", ":memory:", "--auth", mode]);
        let client =
            Client::new(server.address, "testid", "wrong", &Clock::default().host().to_string());
        let answer = client.call("ListKeys", &[]);
        assert_eq!(
            (answer.status, answer.header("x-kmsim-auth")),
            (status, header),
            "{mode}: {answer:?}"
        );
    }
}

#[test]
fn listen_and_data_have_defaults_and_variables() {
    let help = Command::new(env!("CARGO_BIN_EXE_kmsim")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for said in ["localhost:5690", "./kmsim.db", "strict", "info"] {
        assert!(help.contains(&format!("[default: {said}]")), "{said}: {help}");
    }
    for own in [
        "cn-hangzhou for Alibaba Cloud,",
        "cn-beijing-6 for Kingsoft Cloud",
        "ap-guangzhou for Tencent Cloud",
    ] {
        assert!(
            help.split_whitespace().collect::<Vec<_>>().join(" ").contains(own),
            "{own}: {help}"
        );
    }

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).exists();
    let serve = |command: &mut Command| drop(Process::spawn(command).client().create_key(&[]));
    serve(bare(folder.path()).env("KMSIM_LISTEN", "127.0.0.1:0").env("KMSIM_DATA", ":memory:"));
    serve(bare(folder.path()).args(["--listen", "127.0.0.1:0", "--data", ":memory:"]));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file is written");
    serve(bare(folder.path()).env("KMSIM_LISTEN", "127.0.0.1:0"));
    assert!(file("kmsim.db"));
    serve(bare(folder.path()).env("KMSIM_LISTEN", "127.0.0.1:0").env("KMSIM_DATA", "a.db"));
    serve(bare(folder.path()).env("KMSIM_LISTEN", "nonsense").args([
        "--listen",
        "127.0.0.1:0",
        "--data",
        "b.db",
    ]));
    assert!(file("a.db") && file("b.db"));
    let again = Process::spawn(bare(folder.path()).env("KMSIM_LISTEN", "127.0.0.1:0"));
    assert_eq!(again.client().call("ListKeys", &[]).ok()["TotalCount"], 1);
}

#[test]
fn access_keys_are_set_by_option_and_variable() {
    let mut by_flag = kmsim(&MEMORY);
    by_flag.args(["--access-key", "one:s1:1234567890123456", "--access-key", "two:s2"]);
    let mut by_variable = kmsim(&MEMORY);
    by_variable.env("KMSIM_ACCESS_KEYS", "one:s1:1234567890123456,two:s2");
    for command in [&mut by_flag, &mut by_variable] {
        let server = Process::spawn(command);
        let time = Clock::default().host().to_string();
        let client = |id, secret| Client::new(server.address, id, secret, &time);
        assert_eq!(metadata(&client("one", "s1"), &[])["Creator"], "1234567890123456");
        let own = metadata(&client("two", "s2"), &[])["Creator"].as_str().unwrap().to_owned();
        assert!(own.len() == 16 && own != "1234567890123456", "{own}");
        client("one", "s2").call("ListKeys", &[]).refused(400, "IncompleteSignature");
        server.client().call("ListKeys", &[]).refused(404, "InvalidAccessKeyId.NotFound");
    }
    assert_eq!(metadata(&Process::start(&MEMORY).client(), &[])["Creator"], "1000000000000001");
}

#[test]
fn accounts_are_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.yaml");
    let text =
        "accounts:\n  - id: \"1000000000000007\"\n    access_keys: [{ id: seven, secret: s7 }]\n";
    std::fs::write(&path, text).unwrap();
    for mut command in both_ways("--accounts", "KMSIM_ACCOUNTS", path.to_str().unwrap()) {
        let server = Process::spawn(command.args(["--access-key", "more:s8:1000000000000008"]));
        let time = Clock::default().host().to_string();
        let creator = |id, secret| {
            metadata(&Client::new(server.address, id, secret, &time), &[])["Creator"].clone()
        };
        assert_eq!(creator("seven", "s7"), "1000000000000007");
        assert_eq!(creator("more", "s8"), "1000000000000008");
        server.client().call("ListKeys", &[]).refused(404, "InvalidAccessKeyId.NotFound");
    }
}

#[test]
fn the_region_applies_to_requests_without_one() {
    for mut command in both_ways("--region", "KMSIM_REGION", "eu-test-9") {
        let server = Process::spawn(&mut command);
        let arn = |client: &Client| metadata(client, &[])["Arn"].as_str().unwrap().to_owned();
        assert!(arn(&server.client()).starts_with("acs:kms:eu-test-9:1000000000000001:key/"));
        assert!(
            arn(&server.client().with("RegionId", "cn-beijing")).starts_with("acs:kms:eu-test-9:")
        );
    }
}

#[test]
fn sdks_work_with_the_hosts_time_under_a_frozen_clock() {
    let frozen = "2031-05-06T07:08:09Z";
    for mut command in both_ways("--clock", "KMSIM_CLOCK", frozen) {
        let server = Process::spawn(&mut command);
        assert_eq!(metadata(&server.client(), &[])["CreationDate"], frozen);
        sleep(Duration::from_millis(1100));
        assert_eq!(metadata(&server.client(), &[])["CreationDate"], frozen);
        let signed_at = |time: &str| {
            Client::new(server.address, "testid", "testsecret", time).call("ListKeys", &[])
        };
        signed_at("2031-05-06T07:22:00Z").ok();
        signed_at("2031-05-06T07:24:00Z").refused(400, "IllegalTimestamp");
    }
}

#[test]
fn an_entropy_seed_repeats_a_run() {
    let run = |mut command: Command| {
        let server = Process::spawn(command.args(["--clock", "2030-01-01T00:00:00Z"]));
        let client = server.client();
        let made = client.call("CreateKey", &[("Description", "d")]);
        let key = made.ok()["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
        let key = ("KeyId", key.as_str());
        let rest = [
            client.call("Encrypt", &[key, ("Plaintext", "text")]),
            client.call("GenerateDataKey", &[key]),
            client.call("GenerateDataKeyWithoutPlaintext", &[key]),
            client.call("DescribeKey", &[("KeyId", "alias/none")]),
        ];
        // A refusal repeats the request's Host with its port.
        let host = server.address.to_string();
        let bodies =
            [made].into_iter().chain(rest).map(|answer| answer.text.replace(&host, "HOST"));
        bodies.collect::<Vec<_>>()
    };
    let [one, two] = both_ways("--entropy-seed", "KMSIM_ENTROPY_SEED", "a seed").map(run);
    assert_eq!(one, two);
    let [other, _] = both_ways("--entropy-seed", "KMSIM_ENTROPY_SEED", "another").map(run);
    let unseeded = run(kmsim(&MEMORY));
    for (index, body) in one.iter().enumerate() {
        assert!(*body != other[index] && *body != unseeded[index], "{body}");
    }
}

#[test]
fn a_signal_lets_running_requests_finish() {
    for signal in ["TERM", "INT"] {
        let (_folder, path) = data_file();
        let arguments = ["--data", path.to_str().unwrap()];
        let mut server = Process::start(&arguments);
        let address = server.address;
        let _idle = TcpStream::connect(address).unwrap();
        let body =
            form(&server.client().signed("POST", "CreateKey", &[("Description", "in flight")]));
        let (first, second) = body.split_at(body.len() / 2);
        let mut slow = TcpStream::connect(address).unwrap();
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let length = body.len();
        write!(
            slow,
            "POST / HTTP/1.1\r\nHost: x\r\n{kind}\r\nExpect: 100-continue\r\n\
             Content-Length: {length}\r\n\r\n{first}"
        )
        .unwrap();
        await_body_read(&mut slow);
        server.signal(signal);
        await_closed(address);
        assert!(server.child.try_wait().unwrap().is_none(), "{signal}: it left a request behind");
        slow.write_all(second.as_bytes()).unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"in flight\""),
            "{signal}: {answer}"
        );
        assert_eq!(ended(&mut server.child), Some(0), "{signal}");
        let again = Process::start(&arguments);
        assert_eq!(again.client().call("ListKeys", &[]).ok()["TotalCount"], 1);
    }
}

#[test]
fn a_used_port_prevents_the_start() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let line = refused(bare(folder.path()).args(["--listen", &address]));
    assert!(line.contains("--listen") && line.contains(&address), "{line}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a start that fails leaves nothing"
    );
}
