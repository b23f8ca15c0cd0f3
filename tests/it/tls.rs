//! HTTPS on the port of HTTP: certificates, clients, versions, and time limits.

mod authority;
mod clients;
mod handshakes;
mod listeners;
mod own;
mod patience;

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kmsim::world::Instant;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::kit::{Answer, control, parse};

/// A server's CA certificate, from its public endpoint.
pub fn ca_pem(address: SocketAddr) -> String {
    let answer = control(address, "GET", "ca.pem", &serde_json::Value::Null);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/x-pem-file")),
        "{answer:?}"
    );
    answer.text
}

/// The CA certificate as a truststore.
fn ca_p12(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /_kmsim/ca.p12 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{answer:?}");
    answer.split_off(end + 4)
}

/// A TLS client that trusts one authority, with its own time.
struct Client {
    config: Arc<ClientConfig>,
}

#[derive(Debug)]
struct At(Instant);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        let millis = u64::try_from(self.0.millis()).unwrap();
        Some(UnixTime::since_unix_epoch(Duration::from_millis(millis)))
    }
}

impl Client {
    fn trusting(pem: &str, at: Instant) -> Self {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let config = ClientConfig::builder_with_details(provider, Arc::new(At(at)))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_webpki_verifier(verifier.build().unwrap())
            .with_no_client_auth();
        Self { config: Arc::new(config) }
    }

    fn open(&self, address: SocketAddr, name: &str) -> Secure {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let session = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        Secure(StreamOwned::new(session, stream))
    }

    /// The answer of the health endpoint, or the error of the connection.
    fn health(&self, address: SocketAddr, name: &str) -> Result<Answer, std::io::Error> {
        self.open(address, name).get("/_kmsim/health")
    }
}

/// A TLS connection.
struct Secure(StreamOwned<ClientConnection, TcpStream>);

impl fmt::Debug for Secure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.sock)
    }
}

impl Secure {
    fn get(&mut self, path: &str) -> Result<Answer, std::io::Error> {
        write!(self.0, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer)?;
        Ok(parse(&answer))
    }

    fn certificate(&mut self) -> Vec<u8> {
        while self.0.conn.is_handshaking() {
            self.0.conn.complete_io(&mut self.0.sock).unwrap();
        }
        self.0.conn.peer_certificates().unwrap()[0].to_vec()
    }
}

/// Runs the `openssl` program. Returns whether it succeeded, and its output with the errors.
fn openssl(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).stdin(Stdio::null()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Runs an `openssl` command in a folder, which must succeed.
#[track_caller]
fn made_by_openssl(arguments: &str, folder: &Path) {
    let words: Vec<_> = arguments.split(' ').collect();
    let output = Command::new("openssl")
        .args(&words)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "openssl {arguments}: {output:?}");
}

/// A certificate in DER as `openssl x509` describes it.
fn described(der: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), der).unwrap();
    let path = file.path().to_str().unwrap();
    let (good, said) = openssl(&["x509", "-inform", "DER", "-in", path, "-noout", "-text"]);
    assert!(good, "{said}");
    said
}
