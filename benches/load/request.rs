//! Requests, built and signed ahead of time (RPC, version 1.0, HMAC-SHA1), each with a nonce of its
//! own.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, hmac};
use kmsim::world::Clock;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the characters that RFC 3986 leaves as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Signs with an access key. No nonce comes twice from one signer.
pub(crate) struct Signer {
    host: SocketAddr,
    access_key: (&'static str, &'static str),
    clock: Clock,
    signed: u64,
}

impl Signer {
    /// A signer of requests to this server, with the default access key.
    pub(crate) fn new(host: SocketAddr) -> Self {
        Self::of(host, "testid", "testsecret")
    }

    /// The same with another access key.
    pub(crate) fn of(host: SocketAddr, id: &'static str, secret: &'static str) -> Self {
        Self { host, access_key: (id, secret), clock: Clock::default(), signed: 0 }
    }

    /// The bytes of a request with everything in its form body.
    pub(crate) fn request(&mut self, action: &str, params: &[(&str, &str)]) -> Vec<u8> {
        self.signed += 1;
        // As long as the UUIDs that SDKs draw.
        let nonce = format!("6b6d7369-6d00-4000-8000-{:012x}", self.signed);
        let (id, secret) = self.access_key;
        let time = self.clock.host().to_string();
        let mut all = vec![
            ("AccessKeyId", id),
            ("Action", action),
            ("Format", "JSON"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", &nonce),
            ("SignatureVersion", "1.0"),
            ("Timestamp", &time),
            ("Version", "2016-01-20"),
        ];
        all.extend_from_slice(params);
        all.sort_unstable();
        let form: Vec<_> =
            all.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let form = form.join("&");
        let text = format!("POST&%2F&{}", encode(&form));
        let signature =
            STANDARD.encode(hmac(Hash::Sha1, &[secret.as_bytes(), b"&"], text.as_bytes()));
        let body = format!("{form}&Signature={}", encode(&signature));
        let (host, length) = (self.host, body.len());
        format!(
            "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}
