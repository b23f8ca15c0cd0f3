//! Signs requests in every scheme with a shared secret, correctly or with a mistake that the test
//! wants.

use base16ct::lower::encode_string as hex;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest, hmac};

use crate::kit::{Answer, START, Server, encode, form, send};

/// The schemes.
pub const SCHEMES: &[&str] = &[
    "HMAC-SHA1",
    "HMAC-SHA256",
    "ACS3-HMAC-SHA256",
    "ACS3-HMAC-SM3",
    "ACS4-HMAC-SHA256",
    "ACS4-HMAC-SM3",
];

/// A request to make.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    pub scheme: &'a str,
    pub id: &'a str,
    pub secret: &'a str,
    pub time: Option<&'a str>,
    pub nonce: Option<&'a str>,
    pub token: Option<&'a str>,
    /// The day of an ACS4 key, if it is not that of the time.
    pub day: Option<&'a str>,
    pub action: &'a str,
    pub params: &'a [(&'a str, &'a str)],
    /// Parameters (V1) or headers that are replaced or left out: before the signing or, for the
    /// signature, after it.
    pub changes: &'a [(&'a str, Option<&'a str>)],
    /// Header lines that are sent but not signed.
    pub unsigned: &'a str,
}

impl Ask<'_> {
    /// A correct request.
    pub const SIGNED: Ask<'static> = Ask {
        scheme: "HMAC-SHA1",
        id: "testid",
        secret: "testsecret",
        time: Some(START),
        nonce: None,
        token: None,
        day: None,
        action: "ListKeys",
        params: &[],
        changes: &[],
        unsigned: "",
    };

    /// The same request in every scheme.
    pub fn schemes(self) -> impl Iterator<Item = Self> {
        SCHEMES.iter().map(move |scheme| Self { scheme, ..self })
    }

    pub fn is_acs(&self) -> bool {
        self.scheme.starts_with("ACS")
    }

    /// Sends it, and checks that the answer does not contain the secret.
    #[track_caller]
    pub fn send(&self, server: &Server) -> Answer {
        let answer = if self.is_acs() { self.acs(server) } else { self.rpc(server) };
        assert!(
            !answer.head.contains(self.secret) && !answer.text.contains(self.secret),
            "{answer:?}"
        );
        answer
    }

    fn hash(&self) -> Hash {
        match self.scheme.rsplit('-').next() {
            Some("SHA1") => Hash::Sha1,
            Some("SM3") => Hash::Sm3,
            _ => Hash::Sha256,
        }
    }

    /// The optional fields by their names on the wire, with the test's changes.
    fn fill(&self, all: &mut BTreeMap<String, String>, names: [&str; 3]) {
        for (name, value) in names.into_iter().zip([self.time, self.nonce, self.token]) {
            all.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        }
        for (name, value) in self.changes {
            match value {
                Some(value) => all.insert((*name).to_owned(), (*value).to_owned()),
                None => all.remove(*name),
            };
        }
    }

    /// The signature, or the test's replacement.
    fn signature(&self, right: String) -> Option<String> {
        let change = self.changes.iter().find(|(name, _)| *name == "Signature");
        change.map_or(Some(right), |(_, value)| value.map(str::to_owned))
    }

    fn rpc(&self, server: &Server) -> Answer {
        let fixed = [
            ("Action", self.action),
            ("Version", "2016-01-20"),
            ("AccessKeyId", self.id),
            ("SignatureMethod", self.scheme),
            ("SignatureVersion", "1.0"),
        ];
        let mut all = own(fixed.iter().chain(self.params));
        self.fill(&mut all, ["Timestamp", "SignatureNonce", "SecurityToken"]);
        all.remove("Signature");
        let mut pairs: Vec<_> = all.into_iter().collect();
        let text = format!("POST&%2F&{}", encode(&form(&pairs)));
        let mac = hmac(self.hash(), &[self.secret.as_bytes(), b"&"], text.as_bytes());
        pairs.extend(self.signature(STANDARD.encode(mac)).map(|it| ("Signature".to_owned(), it)));
        let head = format!("POST / HTTP/1.1\r\n{}", self.unsigned);
        send(server.address, &head, form(&pairs).as_bytes())
    }

    fn acs(&self, server: &Server) -> Answer {
        let fixed = [
            ("host", "kms.cn-hangzhou.aliyuncs.com"),
            ("x-acs-action", self.action),
            ("x-acs-version", "2016-01-20"),
        ];
        let mut headers = own(fixed.iter());
        self.fill(&mut headers, ["x-acs-date", "x-acs-signature-nonce", "x-acs-security-token"]);
        headers.remove("Signature");
        let authorization = headers.remove("authorization");
        let query = form(&own(self.params.iter()).into_iter().collect::<Vec<_>>());
        let lines: String =
            headers.iter().flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
        let names = headers.keys().map(String::as_str).collect::<Vec<_>>().join(";");
        let canonical =
            format!("POST\n/\n{query}\n{lines}\n{names}\n{}", hex(&digest(self.hash(), b"")));
        let text = format!("{}\n{}", self.scheme, hex(&digest(self.hash(), canonical.as_bytes())));
        let (scope, key) = self.scope();
        let signature = self.signature(hex(&hmac(self.hash(), &[&key], text.as_bytes())));
        let authorization = authorization.unwrap_or_else(|| {
            let mut text =
                format!("{} Credential={}{scope},SignedHeaders={names}", self.scheme, self.id);
            text.extend(signature.map(|it| format!(",Signature={it}")));
            text
        });
        // A client that signs `null` for an empty header still sends it empty. A header that is
        // sent in two lines, in any order, is signed as one.
        let sent = lines
            .replace(":null\n", ":\n")
            .replace("x-acs-extra:a,b\n", "x-acs-extra:b\nx-acs-extra:a\n");
        let sent = sent.replace('\n', "\r\n");
        let head = format!(
            "POST /?{query} HTTP/1.1\r\n{sent}Authorization: {authorization}\r\n{}",
            self.unsigned
        );
        send(server.address, &head, b"")
    }

    /// The rest of the credential, and the key: that of ACS4 is derived for a day.
    fn scope(&self) -> (String, Vec<u8>) {
        if self.scheme.starts_with("ACS3") {
            return (String::new(), self.secret.as_bytes().to_vec());
        }
        let time = self.time.and_then(|time| time.get(..10)).unwrap_or("2030-01-01");
        let day = self.day.map_or_else(|| time.replace('-', ""), str::to_owned);
        let first = format!("aliyun_v4{}", self.secret).into_bytes();
        let parts = [day.as_str(), "cn-hangzhou", "Kms", "aliyun_v4_request"];
        let key = parts.iter().fold(first, |key, part| hmac(self.hash(), &[&key], part.as_bytes()));
        (format!("/{}", parts.join("/")), key)
    }
}

fn own<'a>(pairs: impl Iterator<Item = &'a (&'a str, &'a str)>) -> BTreeMap<String, String> {
    pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
