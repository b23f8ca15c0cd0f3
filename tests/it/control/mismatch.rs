//! Wrong signatures, explained in the journal: what the server signed, what the client did, and
//! where they part.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use serde_json::{Value, json};

use super::{exchange, last, workers};
use crate::kit::{START, Server, encode};

/// A request as a client of the old signature makes it, mistaken in one way.
#[derive(Clone, Copy)]
struct Rpc {
    method: &'static str,
    /// Where the parameters go that are not those of every request.
    in_query: bool,
    secret: &'static str,
    key_tail: &'static str,
    hash: Hash,
    encode: fn(&str) -> String,
    twice: bool,
    /// The text that is sent of an encoded value.
    sent: fn(&str) -> String,
    signs: fn(&str, &str) -> bool,
    key: &'static str,
}

const RIGHT: Rpc = Rpc {
    method: "POST",
    in_query: false,
    secret: "s",
    key_tail: "&",
    hash: Hash::Sha1,
    encode,
    twice: true,
    sent: str::to_owned,
    signs: |_, _| true,
    key: "a key+1 ~*",
};

const SECRET: &str = "hush-hush/*~(!)";

impl Rpc {
    /// Sends it to a server that must refuse it, and answers what the journal explains.
    fn explained(self, server: &Server, number: usize) -> Value {
        let nonce = format!("mismatch-{number}");
        let common = [
            ("AccessKeyId", "one"),
            ("Action", "Encrypt"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", &nonce),
            ("SignatureVersion", "1.0"),
            ("Timestamp", START),
            ("Version", "2016-01-20"),
        ];
        let own = [("EncryptionContext", ""), ("KeyId", self.key), ("Plaintext", SECRET)];
        let mut all = [&common[..], &own[..]].concat();
        all.sort_unstable();
        let encoded = |(name, value): &(&str, &str)| {
            format!("{}={}", (self.encode)(name), (self.encode)(value))
        };
        let signed: Vec<_> =
            all.iter().filter(|(name, value)| (self.signs)(name, value)).map(encoded).collect();
        let joined = signed.join("&");
        let joined = if self.twice { (self.encode)(&joined) } else { joined };
        let text = format!("{}&%2F&{joined}", self.method);
        let mac =
            hmac(self.hash, &[self.secret.as_bytes(), self.key_tail.as_bytes()], text.as_bytes());
        let signature = STANDARD.encode(mac);
        let sent = |pairs: &[(&str, &str)]| {
            let pair =
                |(name, value): &(&str, &str)| format!("{name}={}", (self.sent)(&encode(value)));
            pairs.iter().map(pair).collect::<Vec<_>>().join("&")
        };
        let common = format!("{}&Signature={}", sent(&common), (self.sent)(&encode(&signature)));
        let (query, body) = if self.in_query {
            (sent(&own), common)
        } else {
            (String::new(), [common, sent(&own)].join("&"))
        };
        let head = format!(
            "POST /?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (came, _) = exchange(server.address, head.as_bytes());
        assert!(came.contains("IncompleteSignature"), "{came}");
        let explained = last(server)["signature"].clone();
        let whole = explained.to_string();
        assert!(!whole.contains("hush") && whole.contains("-bytes-sha256-"), "{whole}");
        explained
    }
}

#[test]
fn the_mistakes_of_signers_of_parameters_are_found() {
    let server = workers();
    let form =
        |text: &str| encode(text).replace("%20", "+").replace("%2A", "*").replace('~', "%7E");
    let script = |text: &str| {
        encode(text).replace("%21", "!").replace("%28", "(").replace("%29", ")").replace("%2A", "*")
    };
    let plain_plus = |text: &str| text.replace("%2B", "+");
    for (number, (wrong, why, server_has, client_has)) in [
        (Rpc { method: "GET", ..RIGHT }, "another HTTP method", "POST&", "GET&"),
        (Rpc { encode: form, ..RIGHT }, "encoded for a form", "a%2520key", "a%2Bkey"),
        (Rpc { encode: script, ..RIGHT }, "the characters !'()*", "%252A", "*"),
        (Rpc { twice: false, ..RIGHT }, "once more", "AccessKeyId%3Done", "AccessKeyId=one"),
        (
            Rpc { sent: plain_plus, key: "a+key", ..RIGHT },
            "a plus sign was signed",
            "a%2520key",
            "a%252Bkey",
        ),
        (
            Rpc { signs: |_, value| !value.is_empty(), ..RIGHT },
            "without a value",
            "EncryptionContext%3D%26",
            "KeyId%3Da",
        ),
        (
            Rpc {
                in_query: true,
                signs: |name, _| ["EncryptionContext", "KeyId", "Plaintext"].contains(&name),
                ..RIGHT
            },
            "only the query's",
            "AccessKeyId",
            "EncryptionContext",
        ),
        (
            Rpc {
                in_query: true,
                signs: |name, _| !["EncryptionContext", "KeyId", "Plaintext"].contains(&name),
                ..RIGHT
            },
            "only the body's",
            "EncryptionContext",
            "SignatureMethod",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let found = wrong.explained(&server, number);
        assert!(found["why"].as_str().is_some_and(|it| it.contains(why)), "{why}: {found:#}");
        let difference = &found["first_difference"];
        let has = |side: &str, text: &str| difference[side].as_str().unwrap().contains(text);
        assert!(has("server", server_has) && has("client", client_has), "{why}: {difference:#}");
        let at = usize::try_from(difference["at"].as_u64().unwrap()).unwrap();
        let texts = ["server", "client"].map(|side| found[side].as_str().unwrap().as_bytes());
        assert!(
            texts[0][..at] == texts[1][..at] && texts[0].get(at) != texts[1].get(at),
            "{found:#}"
        );
    }
    for (number, (wrong, why)) in [
        (Rpc { key_tail: "", ..RIGHT }, json!("the key lacks the & behind the secret")),
        (Rpc { hash: Hash::Sha256, ..RIGHT }, json!("SignatureMethod names another algorithm")),
        (Rpc { secret: "t", ..RIGHT }, json!("the secret is that of another access key here")),
        (Rpc { secret: "nobody's", ..RIGHT }, Value::Null),
        (Rpc { signs: |name, _| name != "KeyId", ..RIGHT }, Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let found = wrong.explained(&server, 100 + number);
        assert_eq!((&found["why"], &found["first_difference"]), (&why, &Value::Null), "{found:#}");
        assert_eq!(found["client"].is_string(), why.is_string());
    }
}

/// A request whose signature stands in a header, mistaken in one way: method, query, host and body
/// as they are signed.
#[test]
fn the_mistakes_of_signers_of_headers_are_found() {
    let server = workers();
    let (query, host) = ("KeyId=a%20key&Plaintext=hush", "localhost:5690");
    for (number, (signed, why)) in [
        (("GET", query, host, "x=1"), json!("another HTTP method was signed than was used")),
        (("POST", "", host, "x=1"), json!("the query was not signed")),
        (
            ("POST", query, host, ""),
            json!("the body was not signed: the digest is that of an empty one"),
        ),
        (("POST", query, "localhost", "x=1"), json!("the host was signed without its port")),
        (
            ("POST", "KeyId=a+key&Plaintext=hush", host, "x=1"),
            json!("the query was encoded for a form (a space as +) and not by RFC 3986"),
        ),
        (("POST", "KeyId=other", host, "x=1"), Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let names =
            "host;x-acs-action;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version";
        let headers = format!(
            "host:{{host}}\nx-acs-action:Encrypt\nx-acs-date:{START}\nx-acs-security-token:hush\n\
             x-acs-signature-nonce:acs-{number}\nx-acs-version:2016-01-20\n"
        );
        let hex = base16ct::lower::encode_string;
        let (method, signed_query, signed_host, body) = signed;
        let canonical = format!(
            "{method}\n/\n{signed_query}\n{}\n{names}\n{}",
            headers.replace("{host}", signed_host),
            hex(&digest(Hash::Sha256, body.as_bytes()))
        );
        let text =
            format!("ACS3-HMAC-SHA256\n{}", hex(&digest(Hash::Sha256, canonical.as_bytes())));
        let signature = hex(&hmac(Hash::Sha256, &[b"s"], text.as_bytes()));
        let request = format!(
            "POST /?{query} HTTP/1.1\r\n{}Authorization: ACS3-HMAC-SHA256 Credential=one,SignedHeaders={names},\
             Signature={signature}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\
             Content-Length: 3\r\n\r\nx=1",
            headers.replace("{host}", host).replace('\n', "\r\n")
        );
        let (came, _) = exchange(server.address, request.as_bytes());
        assert!(came.contains("SignatureDoesNotMatch"), "{came}");
        let found = last(&server)["signature"].clone();
        assert_eq!(found["why"], why, "{found:#}");
        assert_eq!(found["first_difference"].is_object(), why.is_string(), "{found:#}");
        assert!(!found.to_string().contains("hush"), "{found:#}");
    }
}

#[test]
fn a_right_signature_needs_no_explanation() {
    let server = workers();
    let late = crate::kit::Client::new(server.address, "one", "s", "2020-01-01T00:00:00Z");
    late.call("ListKeys", &[]).refused(400, "IllegalTimestamp");
    assert_eq!(last(&server)["signature"], Value::Null);
}
