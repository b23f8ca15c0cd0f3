//! Requests that others signed (fixtures/vectors). Each verifies unchanged, and fails after any
//! change of a byte.

pub mod forgeries;

use std::sync::Arc;

use kmsim::dialects::AuthMode;
use kmsim::world::{Clock, Entropy, Instant, World};
use serde::Deserialize;
use serde_json::json;

use self::forgeries::{changed, forgeries};
use crate::kit::{Answer, Server, Setup, encode, root, send};

/// A request as it was sent, who signed it, and what a verifier must compute.
#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    scheme: String,
    access_key_id: Option<String>,
    access_key_secret: Option<String>,
    public_key_pem: Option<String>,
    security_token: Option<String>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    #[serde(default)]
    params_decoded: Vec<(String, String)>,
    #[serde(default)]
    string_to_sign: String,
    #[serde(default)]
    canonical_request: String,
    #[serde(default)]
    signature: String,
}

/// A refusal: status and code.
type Code = (u16, &'static str);

const BAD_RPC: Code = (400, "IncompleteSignature");
const BAD_ACS: Code = (400, "SignatureDoesNotMatch");
const BAD_TIME: Code = (400, "IllegalTimestamp");
const BAD_KEY: Code = (404, "InvalidAccessKeyId.NotFound");
const BAD_VALUE: Code = (400, "InvalidParameter");
const MISSING: Code = (400, "MissingParameter");
const USED: Code = (400, "SignatureNonceUsed");

fn vectors() -> Vec<Vector> {
    #[derive(Deserialize)]
    struct File {
        vectors: Vec<Vector>,
    }
    let text =
        std::fs::read_to_string(root().join("fixtures/vectors/alibaba-signatures.json")).unwrap();
    let mut vectors = serde_json::from_str::<File>(&text).unwrap().vectors;
    for vector in vectors.iter_mut().filter(|it| it.scheme.starts_with("RPC")) {
        // The document prints the signature apart from its example's URL.
        if !vector.target.contains("&Signature=") && !vector.body.contains("&Signature=") {
            vector.target = format!("{}&Signature={}", vector.target, encode(&vector.signature));
        }
    }
    vectors
}

fn signed() -> impl Iterator<Item = Vector> {
    vectors().into_iter().filter(|it| !it.signature.is_empty())
}

fn find<'a>(list: &'a [(String, String)], name: &str) -> Option<&'a str> {
    list.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

impl Vector {
    fn is_acs(&self) -> bool {
        self.scheme.starts_with("ACS")
    }

    fn bad_signature(&self) -> Code {
        if self.is_acs() { BAD_ACS } else { BAD_RPC }
    }

    fn time(&self) -> &str {
        let time =
            find(&self.headers, "x-acs-date").or_else(|| find(&self.params_decoded, "Timestamp"));
        time.unwrap_or("2026-01-02T03:04:05Z")
    }

    fn has_nonce(&self) -> bool {
        find(&self.headers, "x-acs-signature-nonce").is_some()
            || find(&self.params_decoded, "SignatureNonce").is_some()
    }

    /// A server at the vector's time, with the vector's access key.
    fn server(&self, auth: AuthMode) -> Server {
        let mut key = json!({ "id": self.access_key_id.as_deref().unwrap_or("nobody") });
        match &self.public_key_pem {
            Some(pem) => key["public_key"] = json!(pem),
            None => key["secret"] = json!(self.access_key_secret.as_deref().unwrap_or("none")),
        }
        let token =
            self.security_token.as_deref().or_else(|| find(&self.params_decoded, "SecurityToken"));
        let account = match token {
            Some(token) => {
                key["token"] = json!(token);
                key["expires"] = json!("2026-01-02T04:00:00Z");
                json!({ "id": "1000000000000001", "sts_tokens": [key] })
            }
            None => json!({ "id": "1000000000000001", "access_keys": [key] }),
        };
        // JSON is YAML.
        let accounts = json!({ "accounts": [account] }).to_string();
        let clock = Clock::manual(Instant::parse(self.time()).unwrap());
        let world = Arc::new(World { clock, entropy: Entropy::seeded("kmsim") });
        Server::within(world, Setup { accounts: Some(&accounts), auth, ..Setup::default() })
    }

    fn send(&self, server: &Server) -> Answer {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            // The kit sets the length of the body and closes the connection; no client signs these
            // headers.
            if !["connection", "content-length"].contains(&name.to_lowercase().as_str()) {
                head.extend([name, ": ", value, "\r\n"]);
            }
        }
        if find(&self.headers, "host").is_none() {
            head += "Host: kms.cn-hangzhou.aliyuncs.com\r\n";
        }
        let body = if find(&self.headers, "transfer-encoding").is_some() {
            let (one, two) = self.body.split_at(self.body.len() / 2);
            format!("{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n", one.len(), two.len())
        } else {
            self.body.clone()
        };
        send(server.address, &head, body.as_bytes())
    }

    /// What is wrong with an answer that should be this refusal, and must not contain the secret.
    fn fault(&self, what: &str, answer: &Answer, expected: Code) -> Option<String> {
        let name = &self.name;
        let (status, code, _) = outcome(answer);
        let secret = self.access_key_secret.as_deref().unwrap();
        if answer.head.contains(secret) || answer.text.contains(secret) {
            Some(format!("{name}: {what}: the secret is told: {}", answer.text))
        } else if (status, code.as_str()) == expected {
            None
        } else {
            Some(format!("{name}: {what}: {expected:?} expected: {}", answer.text))
        }
    }
}

/// Status, code and message of an answer, JSON or XML.
fn outcome(answer: &Answer) -> (u16, String, String) {
    let field = |name: &str| {
        if answer.text.starts_with('{') {
            return answer.json()[name].as_str().unwrap_or_default().to_owned();
        }
        let (_, rest) = answer.text.split_once(&format!("<{name}>")).unwrap_or_default();
        let (text, _) = rest.split_once(&format!("</{name}>")).unwrap_or_default();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    (answer.status, field("Code"), field("Message"))
}

#[test]
fn every_vector_is_verified() {
    // Past authentication. Some are for another product, an action that is not served, or a key
    // that does not exist.
    const ANSWERS: &[(u16, &str)] = &[
        (200, ""),
        (400, "InvalidVersion"),
        (404, "InvalidAction.NotFound"),
        (404, "Forbidden.KeyNotFound"),
        (404, "Forbidden.AliasNotFound"),
        (404, "InvalidResourceId.NotFound"),
        (404, "Forbidden.ResourceNotFound"),
        (400, "InvalidParameter.TagKey"),
        // One has an empty value.
        (400, "MissingParameter"),
        BAD_VALUE,
    ];
    // Their values test the encoding, and are no valid names.
    const BAD: [&str; 2] = ["\"KeyId\"", "\"SecretName\""];
    assert_eq!(vectors().len(), 66);
    assert_eq!(signed().count(), 64);
    for vector in signed() {
        let server = vector.server(AuthMode::Strict);
        let (status, code, message) = outcome(&vector.send(&server));
        assert!(ANSWERS.contains(&(status, &code)), "{}: {status} {code}: {message}", vector.name);
        assert!(
            (status, &*code) != BAD_VALUE || BAD.iter().any(|it| message.contains(it)),
            "{}: {message}",
            vector.name
        );
        // The nonce is checked last, so all other checks passed.
        let (again, code, _) = outcome(&vector.send(&server));
        let expected = if vector.has_nonce() { USED } else { (status, "") };
        assert_eq!((again, code.as_str()), expected, "{}", vector.name);
    }
}

#[test]
fn a_failed_signature_is_explained() {
    for vector in signed() {
        let server = vector.server(AuthMode::Strict);
        let mut forged = vector.clone();
        let wrong = changed(&vector.signature, vector.signature.len() / 2);
        if vector.is_acs() {
            let header =
                forged.headers.iter_mut().find(|(name, _)| name == "Authorization").unwrap();
            header.1 = header.1.replace(&vector.signature, &wrong);
        } else {
            let (right, wrong) = (encode(&vector.signature), encode(&wrong));
            forged.target = forged.target.replace(&right, &wrong);
            forged.body = forged.body.replace(&right, &wrong);
        }
        let answer = forged.send(&server);
        assert_eq!(vector.fault("explained", &answer, vector.bad_signature()), None);
        let (string_to_sign, canonical) = (&vector.string_to_sign, &vector.canonical_request);
        let expected = if vector.is_acs() {
            format!(
                "Specified signature does not match our calculation. server StringToSign is \
                 [{string_to_sign}] server CanonicalRequest is [{canonical}]"
            )
        } else {
            format!(
                "The request signature does not conform to Aliyun standards. \
                 server string to sign is:{string_to_sign}"
            )
        };
        assert_eq!(outcome(&answer).2, expected, "{}", vector.name);
    }
}

#[test]
fn one_changed_byte_is_refused() {
    let (mut count, mut faults) = (0, Vec::new());
    for vector in signed() {
        let server = vector.server(AuthMode::Strict);
        for (what, forged, expected) in forgeries(&vector) {
            count += 1;
            faults.extend(vector.fault(&what, &forged.send(&server), expected));
        }
        // No forgery spent the nonce.
        let (_, code, _) = outcome(&vector.send(&server));
        if code == USED.1 {
            faults.push(format!("{}: a forgery spent the nonce", vector.name));
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(count > 3000, "{count} forgeries");
}

#[test]
fn another_secret_is_refused() {
    for vector in signed() {
        let secret = vector.access_key_secret.as_deref().unwrap();
        for at in [0, secret.len() / 2, secret.len() - 1] {
            let mut other = vector.clone();
            other.access_key_secret = Some(changed(secret, at));
            // Within the modulus, so that the key keeps its size.
            other.public_key_pem =
                vector.public_key_pem.as_ref().map(|pem| changed(pem, 100 + at % 100));
            let answer = vector.send(&other.server(AuthMode::Strict));
            let what = format!("byte {at} of the secret");
            assert_eq!(vector.fault(&what, &answer, vector.bad_signature()), None);
            assert_eq!(other.fault(&what, &answer, vector.bad_signature()), None);
        }
    }
}

#[test]
fn unsigned_bearer_requests_are_for_off_mode() {
    let bearers: Vec<_> = vectors().into_iter().filter(|it| it.signature.is_empty()).collect();
    assert_eq!(bearers.len(), 2);
    for vector in bearers {
        let (status, code, _) = outcome(&vector.send(&vector.server(AuthMode::Strict)));
        assert_eq!((status, code.as_str()), BAD_RPC, "{}", vector.name);
        let served = vector.send(&vector.server(AuthMode::Off));
        served.refused(404, "Forbidden.KeyNotFound");
        let mut listing = vector.clone();
        listing.target = vector.target.replace("DescribeKey", "ListKeys");
        for (_, value) in &mut listing.headers {
            *value = value.replace("DescribeKey", "ListKeys");
        }
        assert_eq!(listing.send(&listing.server(AuthMode::Off)).ok()["TotalCount"], 0);
        let warned = listing.send(&listing.server(AuthMode::Warn));
        warned.ok();
        assert_eq!(warned.header("x-kmsim-auth"), Some(BAD_RPC.1), "{}", vector.name);
    }
}
