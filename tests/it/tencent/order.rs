//! The order of the checks: a request with two mistakes is refused because of the earlier one.

use serde_json::{Value, json};

use super::wire::{Client, Wire, refusal};
use crate::kit::{Answer, Server, Setup, send};

/// A request. It succeeds as it is.
#[derive(Clone)]
struct Draft {
    client: Client,
    method: &'static str,
    action: &'static str,
    /// A query that is longer than the limit.
    is_long: bool,
    /// The common parameter that is left out.
    without: &'static str,
    is_unreadable: bool,
    is_throttled: bool,
    params: Value,
}

impl Draft {
    fn send(&self) -> Answer {
        let Self { client, method, action, .. } = self;
        let body = self.params.to_string();
        let kind = "application/json";
        let query = if self.is_long { "a".repeat(33_000) } else { String::new() };
        let head = client.head(action, method, &query, kind);
        let mut head: String = head
            .split_inclusive("\r\n")
            .filter(|line| self.without.is_empty() || !line.starts_with(self.without))
            .collect();
        let authorization = client.authorization(method, "", &body, kind);
        let authorization = if self.is_unreadable { "SKIP" } else { &authorization };
        if self.is_throttled {
            head += "x-kmsim-fault: RequestLimitExceeded\r\n";
        }
        send(client.address, &format!("{head}Authorization: {authorization}\r\n"), body.as_bytes())
    }
}

/// A mistake: the part of the request that it changes, the error, and the change. Two mistakes that
/// change the same part cannot be made at once.
type Mistake = (&'static str, &'static str, fn(&mut Draft, &Keys));

/// Keys that cannot decrypt.
struct Keys {
    other_usage: String,
    disabled: String,
    other_usage_disabled: String,
}

const NOBODY: &str = "00000000-0000-1000-8000-000000000000";

/// Every mistake, in the order of the checks.
#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    ("method",   "UnsupportedProtocol",                 |it, _| it.method = "PUT"),
    ("query",    "RequestSizeLimitExceeded",            |it, _| it.is_long = true),
    ("action",   "MissingParameter",                    |it, _| it.without = "X-TC-Action"),
    ("action",   "MissingParameter",                    |it, _| it.without = "X-TC-Version"),
    ("time",     "MissingParameter",                    |it, _| it.without = "X-TC-Timestamp"),
    ("version",  "NoSuchVersion",                       |it, _| it.client.version = "2019-01-19"),
    ("action",   "InvalidAction",                       |it, _| it.action = "NoSuchAction"),
    ("authorization", "AuthFailure.InvalidAuthorization", |it, _| it.is_unreadable = true),
    ("time",     "AuthFailure.SignatureExpire",         |it, _| it.client.time = "2029-12-31T23:54:59Z".into()),
    ("key",      "AuthFailure.SecretIdNotFound",        |it, _| it.client.id = "nobody".into()),
    ("secret",   "AuthFailure.SignatureFailure",        |it, _| it.client.secret = "wrong".into()),
    ("token",    "AuthFailure.TokenFailure",            |it, _| it.client.token = Some("none".into())),
    ("rate",     "RequestLimitExceeded",                |it, _| it.is_throttled = true),
    ("account",  "UnauthorizedOperation",               |it, _| it.client.id = "debtor".into()),
    ("unknown",  "UnknownParameter",                    |it, _| it.params["Other"] = json!("a")),
    ("Ciphertext", "MissingParameter",                  |it, _| drop(it.params.as_object_mut().unwrap().remove("Ciphertext"))),
    ("KeyId",    "InvalidParameter",                    |it, _| it.params["KeyId"] = json!(5)),
    ("Algorithm", "InvalidParameter",                   |it, _| it.params["Algorithm"] = json!("RSA")),
    ("KeyId",    "InvalidParameterValue.InvalidKeyId",  |it, _| it.params["KeyId"] = json!("b")),
    ("KeyId",    "ResourceUnavailable.CmkNotFound",     |it, _| it.params["KeyId"] = json!(NOBODY)),
    ("KeyId",    "InvalidParameterValue.InvalidKeyUsage", |it, keys| it.params["KeyId"] = json!(keys.other_usage)),
    ("KeyId",    "InvalidParameterValue.InvalidKeyUsage", |it, keys| it.params["KeyId"] = json!(keys.other_usage_disabled)),
    ("KeyId",    "ResourceUnavailable.CmkStateNotSupport", |it, keys| it.params["KeyId"] = json!(keys.disabled)),
    ("Ciphertext", "FailedOperation.DecryptError",      |it, _| it.params["Ciphertext"] = json!("aGVsbG8=")),
];

/// Whether two mistakes can be in one request.
fn go_together(first: &Mistake, second: &Mistake) -> bool {
    let same = ["key", "account", "secret"];
    let is_account = |it: &Mistake| it.0 == "account";
    // Another account has another secret, and does not have these keys.
    let of_account =
        is_account(first) && second.0 == "KeyId" || is_account(second) && same.contains(&first.0);
    first.0 != second.0 && !of_account && (first.0, second.0) != ("version", "action")
}

#[test]
fn the_earlier_of_two_mistakes_is_answered() {
    let accounts = "accounts:
  - { id: '1', access_keys: [{ id: testid, secret: testsecret }] }
  - { id: '2', status: in-debt, access_keys: [{ id: debtor, secret: testsecret }] }
";
    let server = Server::with(Setup { accounts: Some(accounts), ..Setup::default() });
    let client = Client::of(&server);
    let rsa = json!({ "KeyUsage": "ASYMMETRIC_DECRYPT_RSA_2048" });
    let ecc = json!({ "KeyUsage": "ASYMMETRIC_SIGN_VERIFY_ECC" });
    let off = |new: &Value| {
        let key = client.create_key(new.clone());
        client.done("DisableKey", json!({ "KeyId": key }));
        key
    };
    let keys = Keys {
        other_usage: client.create_key(ecc.clone()),
        disabled: off(&rsa),
        other_usage_disabled: off(&ecc),
    };
    let key = client.create_key(rsa);
    let ciphertext = super::pairs::sealed_for(&client, &key);
    let good = Draft {
        client,
        method: "POST",
        action: "AsymmetricRsaDecrypt",
        is_long: false,
        without: "",
        is_unreadable: false,
        is_throttled: false,
        params: json!({ "KeyId": key, "Algorithm": "RSAES_PKCS1_V1_5", "Ciphertext": ciphertext }),
    };
    assert_eq!(refusal(&good.send()).0, "");
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (at, first) in MISTAKES.iter().enumerate() {
        let mut one = good.clone();
        first.2(&mut one, &keys);
        let mut check = |draft: &Draft, with: &str| {
            count += 1;
            let answer = draft.send();
            if refusal(&answer).0 != first.1 {
                wrong.push(format!("{} ({}) with {with}: {}", first.1, first.0, answer.text));
            }
        };
        check(&one, "nothing else");
        for second in MISTAKES[at + 1..].iter().filter(|it| go_together(first, it)) {
            let mut both = one.clone();
            second.2(&mut both, &keys);
            check(&both, second.1);
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 200, "{count}");
}

/// A mistake that a client makes.
type Change = fn(&mut Client);

#[test]
fn signature_version_1_is_checked_in_the_same_order() {
    let server = Server::start();
    for wire in [Wire::Sha1, Wire::Sha256] {
        let good = Client::of(&server).on(wire);
        let mistakes: &[(&str, Change)] = &[
            ("NoSuchVersion", |it| it.version = "2019-01-19"),
            ("AuthFailure.SignatureExpire", |it| it.time = "2029-12-31T23:54:59Z".into()),
            ("AuthFailure.SecretIdNotFound", |it| it.id = "nobody".into()),
            ("AuthFailure.SignatureFailure", |it| it.secret = "wrong".into()),
            ("AuthFailure.TokenFailure", |it| it.token = Some("none".into())),
            ("UnknownParameter", |_| ()),
        ];
        for (at, first) in mistakes.iter().enumerate() {
            for second in &mistakes[at..] {
                let mut client = good.clone();
                first.1(&mut client);
                second.1(&mut client);
                let code = refusal(&client.call("GetRegions", json!({ "Other": "a" }))).0;
                assert_eq!(code, first.0, "{wire:?}, with {}", second.0);
            }
        }
    }
}
