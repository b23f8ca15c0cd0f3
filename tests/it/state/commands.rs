//! The commands that export and import state and check seeds.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::thread;

use kmsim::model::Counts;

use crate::kit::{Process, data_file, kmsim, root};

/// Runs the program without this environment.
fn run(arguments: &[&str], variables: &[(&str, &str)], input: &[u8]) -> Output {
    let bare = kmsim(&[]);
    let mut command = Command::new(bare.get_program());
    for (name, _) in bare.get_envs() {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may exit without reading.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The error line of a command that was used wrongly.
#[track_caller]
fn failed(output: &Output) -> String {
    failed_with(2, output)
}

/// The error line of a command that the server refused, or that reached no server.
#[track_caller]
fn refused(output: &Output) -> String {
    failed_with(1, output)
}

#[track_caller]
fn failed_with(code: i32, output: &Output) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let line = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(
        line.starts_with("kmsim: ") && line.lines().count() == 1 && output.stdout.is_empty(),
        "{output:?}"
    );
    line
}

#[test]
fn state_is_exported_to_a_file_and_imported_elsewhere() {
    let one = Process::start(&["--data", ":memory:"]);
    let key = one.client().create_key(&[]);
    let sealed = one.client().call("Encrypt", &[("KeyId", &key), ("Plaintext", "aGk=")]).ok();
    one.client().with("RegionId", "cn-beijing").create_key(&[]);
    let (url, listen) = (format!("http://{}", one.address), one.address.to_string());
    let by_option = done(&run(&["export", "--url", &url], &[], b""));
    assert!(by_option.starts_with("# Exported by kmsim. It contains key material"), "{by_option}");
    assert_eq!(done(&run(&["export"], &[("KMSIM_LISTEN", &listen)], b"")), by_option);
    assert_eq!(done(&run(&["export"], &[("KMSIM_URL", &(url.clone() + "/"))], b"")), by_option);
    let everywhere = format!("0.0.0.0:{}", one.address.port());
    assert_eq!(done(&run(&["export"], &[("KMSIM_LISTEN", &everywhere)], b"")), by_option);
    let region = done(&run(
        &["export", "--url", &url, "--access-key", "testid", "--region", "cn-hangzhou"],
        &[],
        b"",
    ));
    assert!(region.contains(&key) && !region.contains("cn-beijing"), "{region}");

    let (folder, _) = data_file();
    let file = folder.path().join("state.yaml");
    done(&run(&["export", "--url", &url, "--output", file.to_str().unwrap()], &[], b""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), by_option);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let other = Process::start(&["--data", ":memory:"]);
    let there = format!("http://{}", other.address);
    let held = done(&run(&["import", "--url", &there, file.to_str().unwrap()], &[], b""));
    let counts = Counts { realms: 2, keys: 2, ..Counts::default() };
    assert_eq!(held, format!("{}\n", serde_json::to_string(&counts).unwrap()));
    assert_eq!(done(&run(&["export", "--url", &there], &[], b"")), by_option);
    let opened = other
        .client()
        .call("Decrypt", &[("CiphertextBlob", sealed["CiphertextBlob"].as_str().unwrap())]);
    assert_eq!(opened.ok()["Plaintext"], "aGk=");
    // From stdin, and limited to a scope.
    done(&run(
        &["import", "--url", &there, "--account", "1000000000000001", "-"],
        &[],
        b"realms: []\n",
    ));
    assert_eq!(other.client().call("ListKeys", &[]).ok()["TotalCount"], 0);
}

#[test]
fn errors_are_one_line() {
    let server = Process::start(&["--data", ":memory:"]);
    let url = format!("http://{}", server.address);
    let said = refused(&run(&["import", "--url", &url, "-"], &[], b"realms: [{ account: x }]\n"));
    assert!(
        said.contains("realms[0].account: not an account's id: digits at line 1, column 21"),
        "{said}"
    );
    let said = failed(&run(&["import", "--url", &url, "nowhere.yaml"], &[], b""));
    assert!(said.contains("nowhere.yaml: No such file"), "{said}");
    let said = refused(&run(&["export", "--url", &url, "--access-key", "nobody"], &[], b""));
    assert!(said.contains("access_key: \"nobody\" does not exist"), "{said}");
    let said = failed(&run(&["export", "--url", &url, "--output", "/nowhere/state"], &[], b""));
    assert!(said.contains("/nowhere/state: "), "{said}");
    let said = failed(&run(&["export", "--url", "ftp://localhost:5690"], &[], b""));
    assert!(said.contains("--url: expected http://HOST:PORT"), "{said}");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = refused(&run(&["export", "--url", &format!("http://{nobody}")], &[], b""));
    assert!(said.contains("refused"), "{said}");
    let said = failed(&run(&["export", "--account", "1", "--access-key", "a"], &[], b""));
    assert!(said.contains("cannot be used with"), "{said}");
}

#[test]
fn the_token_of_the_control_plane_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        stream
            .write_all(
                b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 16\r\n\r\n{\"error\":\"away\"}",
            )
            .unwrap();
        head
    });
    let said = refused(&run(&["export", "--url", &url], &[("KMSIM_CONTROL_TOKEN", "hidden")], b""));
    assert_eq!(said, "kmsim: away\n");
    assert!(heard.join().unwrap().contains(&"authorization: Bearer hidden".to_owned()));
}

#[test]
fn seeds_are_checked_and_their_schema_is_printed() {
    let known = root().join("fixtures/seeds/known.yaml");
    assert_eq!(done(&run(&["seed", "check", known.to_str().unwrap()], &[], b"")), "");
    let twice = [known.to_str().unwrap(), known.to_str().unwrap()];
    let said = failed(&run(&[&["seed", "check"], &twice[..]].concat(), &[], b""));
    assert!(
        said.contains(
            "known.yaml: accounts[0].id: the account \"1000000000000001\" is given twice at line 3"
        ),
        "{said}"
    );
    let (folder, _) = data_file();
    let bad = folder.path().join("bad.yaml");
    std::fs::write(&bad, "realms:\n  - account: '1'\n    keys:\n      - { id: k, spec: AES }\n")
        .unwrap();
    let said = failed(&run(&["seed", "check", folder.path().to_str().unwrap()], &[], b""));
    assert!(
        said.contains("bad.yaml: realms[0].keys[0].spec: not one of AES_256")
            && said.contains("line 4"),
        "{said}"
    );
    assert_eq!(done(&run(&["seed", "schema"], &[], b"")), kmsim::seed::SCHEMA);
    failed(&run(&["seed", "check"], &[], b""));
}
