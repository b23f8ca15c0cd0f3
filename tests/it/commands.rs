//! The commands for a running server: their output and their exit codes.

mod call;
mod completions;
mod discovery;
mod env;
mod health;
mod help;
mod inspect;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::kit::Process;

/// The result of a command.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Its output, if it succeeded without complaints.
    #[track_caller]
    pub fn done(&self) -> &str {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        &self.out
    }

    /// The same, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.done()).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// Its one line of error.
    #[track_caller]
    pub fn complained(&self, code: i32) -> &str {
        let line = self.err.strip_suffix('\n').and_then(|line| line.strip_prefix("kmsim: "));
        let line = line.unwrap_or_else(|| panic!("{self:?}"));
        assert!(self.code == code && !line.contains('\n'), "{self:?}");
        line
    }

    /// Its error about an option, if it printed nothing else.
    #[track_caller]
    pub fn mistaken(&self) -> &str {
        assert_eq!(self.out, "", "{self:?}");
        self.complained(2)
    }
}

/// A command without settings from this environment.
pub fn kmsim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kmsim"));
    command.args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KMSIM_")) {
        command.env_remove(name);
    }
    command.env_remove("SSL_CERT_FILE");
    // Other tests' servers must not be found, and none registers here.
    let nobody = concat!(env!("CARGO_TARGET_TMPDIR"), "/nobody");
    std::fs::create_dir_all(nobody).unwrap();
    command.env("XDG_RUNTIME_DIR", nobody);
    // No proxy is used.
    command.env("http_proxy", "http://127.0.0.1:1").env("HTTP_PROXY", "http://127.0.0.1:1");
    command
}

/// Runs a command to its end with this input.
pub fn fed(command: &mut Command, input: &str) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may exit without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    fed(command, "")
}

/// A server, and how commands reach it.
pub struct Asked {
    pub server: Process,
    pub url: String,
}

impl Asked {
    pub fn start(arguments: &[&str]) -> Self {
        let server = Process::start(&[&["--data", ":memory:"], arguments].concat());
        Self { url: format!("http://{}", server.address), server }
    }

    /// A command for this server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = kmsim(arguments);
        command.args(["--url", &self.url]);
        command
    }

    pub fn ask(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }
}

/// An address without a listener.
pub fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A fake server: it answers every connection with this after the request's head, and closes it. It
/// returns what it received.
pub fn answering(
    answers: &'static [&'static str],
) -> (SocketAddr, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !is_whole(&request) {
                match stream.read(&mut part).unwrap() {
                    0 => break,
                    length => request.extend_from_slice(&part[..length]),
                }
            }
            stream.write_all(answer.as_bytes()).unwrap();
            seen.push(String::from_utf8(request).unwrap());
        }
        seen
    });
    (address, serving)
}

/// What the fake server received, after its last answer.
#[track_caller]
pub fn sent(serving: std::thread::JoinHandle<Vec<String>>) -> Vec<String> {
    for _ in 0..400 {
        if serving.is_finished() {
            return serving.join().unwrap();
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("it was not asked as often as it can answer");
}

/// Whether a request is complete with its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}
