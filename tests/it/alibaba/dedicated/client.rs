//! A client that signs with the client key of fixtures/vectors/alibaba-dedicated-gateway.json, on
//! both gateways. It encodes messages by itself.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use base16ct::upper::encode_string as hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::Randomness;
use kmsim::algorithms::asymmetric::{PairSpec, PrivateKey, Signing, private_key_from_pem};
use kmsim::algorithms::mac::{Hash, digest};
use serde::Deserialize;

use crate::kit::{Answer, START, Server, Setup, encode, form, root, send as send_text};

/// The vectors.
#[derive(Deserialize)]
pub struct Vectors {
    pub client_key: ClientKey,
    pub requests: Vec<Request>,
    pub shared_gateway: Vec<Shared>,
}

/// The client key that signed them.
#[derive(Deserialize)]
pub struct ClientKey {
    pub id: String,
    pub public_key: String,
    pub private_key: String,
}

/// A request to the dedicated gateway.
#[derive(Deserialize)]
pub struct Request {
    pub name: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A request to the shared gateway.
#[derive(Deserialize)]
pub struct Shared {
    pub target: String,
    pub time: String,
}

pub fn vectors() -> Vectors {
    let path = root().join("fixtures/vectors/alibaba-dedicated-gateway.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A seed with an instance, an application with these policies, and the client key of the vectors.
/// Each policy is YAML without its name. The keys are an AES key in the instance, and one outside.
pub fn seed(policies: &[&str], more: &str) -> String {
    use std::fmt::Write;
    let key = vectors().client_key;
    let public_key = key.public_key.trim().replace('\n', "\n          ");
    let mut seed = format!(
        "realms:
  - cloud: alibaba
    account: \"1000000000000001\"
    region: cn-hangzhou
    instances:
      - {{ id: kst-one, status: Connected }}
      - {{ id: kst-two, status: Connected, kind: HARDWARE }}
    client_keys:
      - id: {}
        application: app
        not_before: 2025-01-01T00:00:00Z
        not_after: 2031-01-01T00:00:00Z
        public_key: |
          {public_key}
{more}
    application_policies:
",
        key.id
    );
    let mut names = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        writeln!(seed, "      - {{ name: p{at}, {policy} }}").unwrap();
        names.push(format!("p{at}"));
    }
    writeln!(seed, "    applications:\n      - {{ name: app, policies: [{}] }}", names.join(", "))
        .unwrap();
    seed
}

/// A policy for everything in the instance.
pub const EVERYTHING: &str = "instance: kst-one, resources: [\"key/*\", \"secret/*\"], permissions: [RbacPermission/Template/CryptoServiceKeyUser, RbacPermission/Template/CryptoServiceSecretUser]";
/// A policy for everything at the shared gateway.
pub const SHARED: &str = "resources: [\"key/*\", \"secret/*\"], permissions: [RbacPermission/Template/CryptoServiceKeyUser, RbacPermission/Template/CryptoServiceSecretUser]";

/// A server with such a seed.
pub fn server(policies: &[&str], more: &str) -> Server {
    Server::with(Setup { seeds: &[&seed(policies, more)], ..Setup::default() })
}

/// A field of a message: text or bytes, or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Bytes(Vec<u8>),
    Number(u64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<&Vec<u8>> for Value {
    fn from(bytes: &Vec<u8>) -> Self {
        Self::Bytes(bytes.clone())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// A message with these fields.
pub fn message(fields: &[(u8, Value)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, value) in fields {
        match value {
            Value::Number(value) => {
                bytes.push(number << 3);
                varint(&mut bytes, *value);
            }
            Value::Bytes(value) => {
                bytes.push(number << 3 | 2);
                varint(&mut bytes, value.len() as u64);
                bytes.extend(value);
            }
        }
    }
    bytes
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return bytes.push(low & 127);
        }
        bytes.push(low | 128);
    }
}

/// The fields of a message; of repeated ones, the last.
pub fn fields(mut bytes: &[u8]) -> BTreeMap<u64, Value> {
    fn number(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let (byte, rest) = bytes.split_first().unwrap();
            *bytes = rest;
            value |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte & 128 == 0 {
                return value;
            }
        }
    }
    let mut found = BTreeMap::new();
    while !bytes.is_empty() {
        let tag = number(&mut bytes);
        let value = match tag & 7 {
            0 => Value::Number(number(&mut bytes)),
            2 => {
                let length = usize::try_from(number(&mut bytes)).unwrap();
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(value.to_vec())
            }
            other => panic!("wire type {other}"),
        };
        found.insert(tag >> 3, value);
    }
    found
}

/// An answer of the dedicated gateway.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub fields: BTreeMap<u64, Value>,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The bytes of a field of a successful answer.
    #[track_caller]
    pub fn bytes(&self, number: u64) -> Vec<u8> {
        assert_eq!(self.status, 200, "{self:?}");
        match self.fields.get(&number) {
            Some(Value::Bytes(bytes)) => bytes.clone(),
            other => panic!("{number}: {other:?} in {self:?}"),
        }
    }

    /// The text of a field of a successful answer.
    #[track_caller]
    pub fn text(&self, number: u64) -> String {
        String::from_utf8(self.bytes(number)).unwrap()
    }

    /// The message of a refusal with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        let text = |number| match self.fields.get(&number) {
            Some(Value::Bytes(bytes)) => String::from_utf8(bytes.clone()).unwrap(),
            _ => String::new(),
        };
        assert_eq!((self.status, text(2).as_str()), (status, code), "{self:?}");
        assert_eq!(self.fields.get(&1), Some(&Value::Number(status.into())));
        assert_eq!(text(4).len(), 36, "a request id");
        text(3)
    }
}

/// A client.
pub struct Client {
    pub address: SocketAddr,
    pub id: String,
    key: PrivateKey,
    /// The host that it calls.
    pub host: String,
    /// When it signs, as RFC 1123 has it.
    pub date: String,
    /// When it signs, as RFC 3339 has it.
    pub time: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// What it signs instead of the right text.
    pub mistake: fn(String) -> Vec<u8>,
    /// How it signs.
    pub signing: Signing,
}

impl Client {
    pub fn of(server: &Server) -> Self {
        Self::of_server_at(server.address)
    }

    pub fn of_server_at(address: SocketAddr) -> Self {
        let ClientKey { id, private_key, .. } = vectors().client_key;
        let pkcs8 = private_key_from_pem(PairSpec::Rsa2048, &private_key).unwrap();
        Self {
            address,
            id,
            key: PrivateKey::read(PairSpec::Rsa2048, &pkcs8).unwrap(),
            host: address.to_string(),
            date: "Tue, 01 Jan 2030 00:00:00 GMT".into(),
            time: START.into(),
            headers: Vec::new(),
            mistake: String::into_bytes,
            signing: Signing::RsaPkcs1,
        }
    }

    /// The same client with another host.
    pub fn at(self, host: &str) -> Self {
        Self { host: host.into(), ..self }
    }

    /// The same client with a further header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn sign(&self, text: String) -> String {
        let digest = self.key.public().digest(self.signing, &(self.mistake)(text));
        let signed = self.key.sign(self.signing, &digest, Randomness::Any).unwrap();
        STANDARD.encode(signed)
    }

    /// The signed headers of a request to the dedicated gateway.
    pub fn signed(&self, api: &str, body: &[u8]) -> Vec<(String, String)> {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut headers = vec![
            own("accept", "application/x-protobuf"),
            own("host", &self.host),
            own("date", &self.date),
            own("user-agent", "test"),
            own("x-kms-apiversion", "dkms-gcs-0.2"),
            own("x-kms-apiname", api),
            own("x-kms-signaturemethod", "RSA_PKCS1_SHA_256"),
            own("x-kms-acccesskeyid", &self.id),
            own("content-type", "application/x-protobuf"),
            own("content-sha256", &hex(&digest(Hash::Sha256, body))),
        ];
        headers.extend(self.headers.iter().cloned());
        let value = |name: &str| &headers.iter().find(|(it, _)| it == name).unwrap().1;
        let mut text = format!(
            "POST\n{}\n{}\n{}\n",
            value("content-sha256"),
            value("content-type"),
            value("date")
        );
        let mut named: Vec<_> =
            headers.iter().filter(|(name, _)| name.starts_with("x-kms-")).collect();
        named.sort();
        for (name, value) in named {
            text.extend([name, ":", value, "\n"]);
        }
        text.push('/');
        headers.push(own("authorization", &format!("Bearer {}", self.sign(text))));
        headers
    }

    /// Calls the dedicated gateway.
    pub fn call(&self, api: &str, fields: &[(u8, Value)]) -> Reply {
        let body = message(fields);
        send(self.address, "POST /", &self.signed(api, &body), &body)
    }

    /// The signed parameters of a request to the shared gateway.
    pub fn rpc_params(&self, action: &str, params: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut all: Vec<_> = [
            ("Action", action),
            ("Version", "2016-01-20"),
            ("Format", "JSON"),
            ("AccessKeyId", &*self.id),
            ("SignatureMethod", "SHA256withRSA"),
            ("SignatureType", "PRIVATEKEY"),
            ("SignatureVersion", "1.0"),
            ("Timestamp", &*self.time),
        ]
        .into_iter()
        .filter(|(name, _)| !params.iter().any(|(it, _)| it == name))
        .chain(params.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        all.sort();
        let text = format!("POST&%2F&{}", encode(&form(&all)));
        all.push(("Signature".into(), self.sign(text)));
        all
    }

    /// Calls the shared gateway.
    pub fn rpc(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        let query = form(&self.rpc_params(action, params));
        let mut head = format!("POST /?{query} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        send_text(self.address, &head, b"")
    }
}

/// Sends a request to the dedicated gateway.
pub fn send(address: SocketAddr, line: &str, headers: &[(String, String)], body: &[u8]) -> Reply {
    let mut head = format!("{line} HTTP/1.1\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
        head.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
    }
    head += "connection: close\r\n\r\n";
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // The server may answer before it has read everything.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase();
    assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, fields: fields(&answer[end..]), head }
}
