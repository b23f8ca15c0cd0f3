//! Every row of the table of errors: caused by a real situation if there is one, and injected.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::coverage::not_yet;
use super::wire::{Client, NEW, Wire, moved, told};
use crate::alibaba::errors::fits;
use crate::kit::{Answer, START, Server, Setup, send, table};
use crate::store::disk::Failing;

const ACCOUNTS: &str = r#"
accounts:
  - id: "1000000000000001"
    access_keys: [{ id: testid, secret: testsecret }, { id: off, secret: s, disabled: true }]
  - { id: "1000000000000002", status: in-debt, access_keys: [{ id: debtor, secret: s }] }
  - { id: "1000000000000003", quotas: { keys: 1 }, access_keys: [{ id: small, secret: s }] }
"#;

struct Stage {
    server: Server,
    client: Client,
    fails: Arc<AtomicBool>,
}

impl Stage {
    fn set() -> Self {
        let (store, fails) = Failing::in_memory();
        let server = Server::with(Setup {
            accounts: Some(ACCOUNTS),
            store: Some(store),
            ..Setup::default()
        });
        let client = Client::of(&server);
        Self { server, client, fails }
    }

    fn list(&self) -> Answer {
        self.client.call("DescribeKeys", &[])
    }

    /// A request with these header lines after the request line of a listing.
    fn raw(&self, query: &str, lines: &str) -> Answer {
        let target = format!("GET /?Action=DescribeKeys&Version=2016-03-04{query} HTTP/1.1\r\n");
        send(self.server.address, &format!("{target}Accept: application/json\r\n{lines}"), b"")
    }

    /// A request with this header `Authorization`.
    fn authorized(&self, authorization: &str) -> Answer {
        self.raw("", &format!("X-Amz-Date: 20300101T000000Z\r\nAuthorization: {authorization}\r\n"))
    }

    /// A request with this credential.
    fn credential(&self, credential: &str) -> Answer {
        self.authorized(&format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00"
        ))
    }
}

const SCOPE: &str = "testid/20300101/cn-beijing-6/kkms/aws4_request";

type Produce = fn(&Stage) -> Answer;

/// How to cause each row, by its message.
#[rustfmt::skip]
const PRODUCERS: &[(&str, Produce)] = &[
    ("Request is missing 'Host' header.", |it| {
        // The kit adds a host to requests without one; this header only begins like it.
        let target = "GET /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.0\r\nAccept: application/json\r\n";
        crate::kit::send_as_is(it.server.address, &format!("{target}\r\n"))
    }),
    ("Request is missing Authentication Token.", |it| it.client.on(Wire::Unsigned).call("DescribeKeys", &[])),
    ("{text} not in Http Header.", |it| {
        it.authorized(&format!("AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-action, Signature=00"))
    }),
    ("Host' must be a 'SignedHeader' in the Authorization.", |it| {
        it.authorized(&format!("AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=x-amz-date, Signature=00"))
    }),
    ("Credential should be scoped with a valid terminator: 'aws4_request', not: {text}.", |it| {
        it.credential("testid/20300101/cn-beijing-6/kkms/aws3_request")
    }),
    ("Credential should be scoped to a valid region, not:{text}.", |it| {
        it.credential("testid/20300101/no region/kkms/aws4_request")
    }),
    ("Credential should be scoped to correct service: {text}.", |it| {
        it.credential("testid/20300101/cn-beijing-6/kms/aws4_request")
    }),
    ("The request signature we calculated does not match the signature you provided.", |it| it.credential(SCOPE)),
    ("Signature expired:{text}.", |it| Client { time: moved(START, -901), ..it.client.clone() }.call("DescribeKeys", &[])),
    ("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.", |it| {
        it.credential("testid/20300102/cn-beijing-6/kkms/aws4_request")
    }),
    ("The security token included in the request is invalid.", |it| {
        Client::with(&it.server, "nobody", "s").call("DescribeKeys", &[])
    }),
    ("User: {text} is not authorized to perform: {text}.", |it| {
        Client::with(&it.server, "debtor", "s").call("DescribeKeys", &[])
    }),
    ("Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601.", |it| {
        let authorization = format!("AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=00");
        it.raw("", &format!("X-Amz-Date: 2030-01-01T00:00:00Z\r\nAuthorization: {authorization}\r\n"))
    }),
    ("KSC query-string parameters must include {text}. Re-examine the query-string parameters.", |it| {
        it.raw("&X-Amz-Algorithm=AWS4-HMAC-SHA256", "")
    }),
    ("Unsupported ksc 'algorithm': {text}.", |it| it.authorized("AWS4-HMAC-SHA1 Credential=a, SignedHeaders=host, Signature=00")),
    ("Authorization header requires 'Credential' parameter. Authorization={text}.", |it| {
        it.authorized("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=00")
    }),
    ("Credential must have exactly 5 slash-delimited elements, e.g. accesskeyid/date/region/service/aws4_request, got: {text}.", |it| {
        it.credential("testid/20300101/cn-beijing-6/kkms")
    }),
    ("Authorization header format error.", |it| it.authorized("AWS4-HMAC-SHA256 Credential")),
    ("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, Authorization={text}", |it| {
        it.raw("", &format!("Authorization: AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=00\r\n"))
    }),
    ("Authorization header requires 'Signature' parameter. Authorization={text}", |it| {
        it.authorized(&format!("AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host"))
    }),
    ("Authorization header requires 'SignedHeaders' parameter. Authorization={text}", |it| {
        it.authorized(&format!("AWS4-HMAC-SHA256 Credential={SCOPE}, Signature=00"))
    }),
    ("Request was rejected because it referenced an 'InnerApi' that does not have an internal service", |it| {
        it.client.call("DescribeKeys", &[("Service", "iam")])
    }),
    ("OpenAPI or Service is unavailable because of an unknown error, exception or failure.", |it| {
        it.fails.store(true, Ordering::SeqCst);
        it.client.call("CreateKey", &NEW)
    }),
    ("Request would have succeeded, but DryRun flag is set", |it| it.client.call("DescribeKeys", &[("DryRun", "true")])),
    ("Request was rejected because it referenced an 'InnerApi' that does not exist.", |it| it.client.call("NoSuchAction", &[])),
    ("Request was rejected because the request speed of this openAPI is beyond the current flow control limit.", |it| {
        let client = Client::with(&it.server, "small", "s");
        client.create_key();
        client.call("CreateKey", &NEW)
    }),
    ("An invalid or out-of-range value was supplied for the input parameter {text}.", |it| {
        it.client.call("DeleteKey", &[("KeyId", "b")])
    }),
    ("The method {text} for is not valid for this web service.", |it| {
        let target = "PUT /?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nAccept: application/json\r\n";
        send(it.server.address, target, b"")
    }),
    ("An value must be supplied for the input parameter {text}.", |it| it.client.call("DeleteKey", &[])),
    ("The query parameter {text} is malformed or does not adhere to KSC standards.", |it| it.raw("&KeyId=%FF", "")),
];

fn expected(row: &[String]) -> (u16, &str, &str) {
    (row[1].parse().unwrap(), &row[0], &row[2])
}

/// Whether an answer is this row, and contains no secret.
fn is_row(answer: &Answer, row: &[String]) -> bool {
    let (status, code, message) = told(answer);
    let (wanted, wanted_code, template) = expected(row);
    assert!(!answer.text.contains("testsecret"), "{}", answer.text);
    (status, code.as_str()) == (wanted, wanted_code) && fits(template, &message)
}

#[test]
fn every_row_is_answered_literally() {
    let rows = table("kingsoft/errors.tsv");
    assert_eq!(rows.len(), 33);
    assert!(rows.is_sorted_by_key(|row| row[0].clone()));
    let mut causes = BTreeMap::<&str, BTreeSet<&str>>::new();
    for row in &rows {
        assert!(causes.entry(&row[3]).or_default().insert(&row[2]), "{} stands twice", row[2]);
    }
    let produced: BTreeSet<_> = PRODUCERS.iter().map(|(message, _)| *message).collect();
    assert_eq!(produced.len(), PRODUCERS.len());
    let all: BTreeSet<_> =
        ["request", "accounts", "store"].into_iter().flat_map(|how| causes[how].clone()).collect();
    assert_eq!(produced, all);
    let never: BTreeSet<_> = not_yet().1.into_iter().map(|(_, message)| message).collect();
    assert_eq!(causes["never"], never.iter().map(String::as_str).collect());
    assert_eq!(
        causes.iter().map(|(how, rows)| (*how, rows.len())).collect::<Vec<_>>(),
        [("accounts", 2), ("fault", 1), ("never", 2), ("request", 27), ("store", 1)]
    );
    let mut wrong = Vec::new();
    for (message, produce) in PRODUCERS {
        let row = rows.iter().find(|row| row[2] == *message).unwrap();
        for xml in [false, true] {
            let mut stage = Stage::set();
            if xml {
                stage.client.accept = "text/xml";
            }
            let answer = produce(&stage);
            if !is_row(&answer, row) {
                wrong.push(format!("expected {:?}, got {}", expected(row), answer.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_can_be_injected() {
    let stage = Stage::set();
    let rows = table("kingsoft/errors.tsv");
    let ask = |client: &Client, code: &str| {
        Client { headers: format!("x-kmsim-fault: {code}\r\n"), ..client.clone() }
            .call("CreateKey", &NEW)
    };
    for code in rows.iter().map(|row| &row[0]) {
        let (status, found, message) = told(&ask(&stage.client, code));
        let is = |row: &Vec<String>| {
            expected(row) == (status, &found, &*message.replace("...", "{text}"))
        };
        assert!(found == *code && rows.iter().any(is), "{code}: {status} {found}: {message}");
    }
    super::wire::invalid(&ask(&stage.client, "Rejected.Throttling"), "x-kmsim-fault");
    // Another cloud does not have these codes, and failed authentication is reported first.
    let stranger = Client { secret: "wrong".into(), ..stage.client.clone() };
    assert_eq!(told(&ask(&stranger, "ServiceTimeout")).1, "SignatureDoesNotMatch");
    assert_eq!(stage.list().ok()["KeySet"], serde_json::json!([]));
}

#[test]
fn the_injectable_codes_are_the_table() {
    let server = Server::start();
    let known = server.clouds().named("kingsoft").unwrap().profile().codes;
    let known: BTreeSet<_> =
        known.iter().map(|code| (code.name, code.status, code.message.to_owned())).collect();
    let rows = table("kingsoft/errors.tsv");
    let rows: BTreeSet<_> = rows
        .iter()
        .map(|row| expected(row))
        .map(|(status, code, it)| (code, status, it.replace("{text}", "...")))
        .collect();
    assert_eq!(known, rows);
}

#[test]
fn a_disabled_access_key_is_unknown() {
    let stage = Stage::set();
    for wire in super::wire::SIGNED {
        let (status, code, _) =
            told(&Client::with(&stage.server, "off", "s").on(wire).call("DescribeKeys", &[]));
        assert_eq!((status, code.as_str()), (403, "InvalidClientTokenId"));
    }
}

#[test]
fn a_simplified_signature_needs_its_parameters() {
    let stage = Stage::set();
    let client = stage.client.on(Wire::Simplified);
    for name in ["Accesskey", "SignatureMethod", "SignatureVersion", "Timestamp"] {
        super::wire::missing(&client.call("DescribeKeys", &[(name, "")]), name);
    }
    super::wire::invalid(
        &client.call("DescribeKeys", &[("SignatureVersion", "2.0")]),
        "SignatureVersion",
    );
    super::wire::invalid(&client.call("DescribeKeys", &[("Timestamp", "now")]), "Timestamp");
    let (status, code, message) =
        told(&client.call("DescribeKeys", &[("SignatureMethod", "HMAC-MD5")]));
    let wanted = (
        400,
        "IncompleteSignature".to_owned(),
        "Unsupported ksc 'algorithm': HMAC-MD5.".to_owned(),
    );
    assert_eq!((status, code, message), wanted);
    super::wire::missing(&stage.raw("&Accesskey=testid&SignatureVersion=1.0&SignatureMethod=HMAC-SHA256&Timestamp=2030-01-01T00:00:00Z", ""), "Signature");
}

#[test]
fn a_presigned_request_needs_its_parameters() {
    let stage = Stage::set();
    let marks = [
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", SCOPE),
        ("X-Amz-Date", "20300101T000000Z"),
        ("X-Amz-SignedHeaders", "host"),
        ("X-Amz-Signature", "00"),
    ];
    for (left_out, _) in marks {
        let rest = marks.iter().filter(|(name, _)| *name != left_out);
        let query: Vec<_> = rest.map(|(name, value)| format!("&{name}={value}")).collect();
        let query = query.concat();
        let wanted = format!(
            "KSC query-string parameters must include {left_out}. Re-examine the query-string parameters."
        );
        assert_eq!(told(&stage.raw(&query, "")), (400, "IncompleteSignature".into(), wanted));
    }
    let twice = "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-SignedHeaders=host;host;host;host;host";
    assert_eq!(told(&stage.raw(twice, "")).1, "InvalidQueryParameter");
}

#[test]
fn other_paths_and_versions_are_not_found() {
    let stage = Stage::set();
    let target =
        "GET /kkms?Action=DescribeKeys&Version=2016-03-04 HTTP/1.1\r\nAccept: application/json\r\n";
    assert_eq!(told(&send(stage.server.address, target, b"")).1, "MissingAuthenticationToken");
    let client = stage.client.on(Wire::Simplified);
    assert_eq!(
        told(&client.send(vec![
            ("Action".into(), "DescribeKeys".into()),
            ("Version".into(), "2015-11-01".into())
        ]))
        .1,
        "NoSuchEntity"
    );
    super::wire::missing(&client.send(vec![("Action".into(), "DescribeKeys".into())]), "Version");
    super::wire::missing(&client.send(vec![("Version".into(), "2016-03-04".into())]), "Action");
}
