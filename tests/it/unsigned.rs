//! Unsigned parts of a request have no effect. Every part of a signed request is changed, added,
//! removed, repeated and moved. The answer must be a refusal, or the same as before, unless the
//! part is listed in fixtures/unsigned.tsv.

mod makers;

use self::makers::{Made, SCHEMES, make, server};
use crate::kit::{Answer, Server, form, root, send, table};

type Pairs = Vec<(String, String)>;

/// A request in its parts.
#[derive(Clone)]
struct Request {
    method: String,
    path: String,
    query: Pairs,
    headers: Pairs,
    body: Pairs,
    /// A JSON body.
    json: String,
}

impl Request {
    fn send(&self, server: &Server) -> Answer {
        let query =
            if self.query.is_empty() { String::new() } else { format!("?{}", form(&self.query)) };
        let mut head = format!("{} {}{query} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        send(server.address, &head, [&*self.json, &form(&self.body)].concat().as_bytes())
    }
}

fn own(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Additional headers that some scheme reads.
const HEADERS: &[(&str, &str)] = &[
    ("accept", "text/xml"),
    ("accept", "application/json"),
    ("authorization", "Basic eA=="),
    ("content-type", "text/plain"),
    ("content-type", "application/json"),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-type", "multipart/form-data; boundary=x"),
    ("date", "Tue, 01 Jan 2030 00:00:00 GMT"),
    ("host", "kms.cn-shanghai.aliyuncs.com"),
    ("host", "cn-shanghai.localhost:5690"),
    ("host", "kst-two.cryptoservice.kms.aliyuncs.com"),
    ("x-acs-accesskey-id", "second"),
    ("x-acs-action", "DeleteSecret"),
    ("x-acs-action", "ListAliases"),
    ("x-acs-bearer-token", "x"),
    ("x-acs-content-sha256", "x"),
    ("x-acs-date", "2030-01-01T00:00:01Z"),
    ("x-acs-region-id", "cn-shanghai"),
    ("x-acs-security-token", "x"),
    ("x-acs-signature-nonce", "n"),
    ("x-acs-signature-type", "BEARERTOKEN"),
    ("x-acs-version", "2015-01-01"),
    ("x-action", "CreateKey"),
    ("x-amz-date", "20300101T000001Z"),
    ("x-amz-security-token", "x"),
    ("x-tc-action", "GetKeyRotationStatus"),
    ("x-tc-content-sha256", "UNSIGNED-PAYLOAD"),
    ("x-tc-language", "zh-CN"),
    ("x-tc-region", "ap-beijing"),
    ("x-tc-timestamp", "1893456001"),
    ("x-tc-token", "x"),
    ("x-tc-version", "2018-08-13"),
    ("x-auth-token", "x"),
    ("x-project-id", "x"),
    ("x-sdk-content-sha256", "UNSIGNED-PAYLOAD"),
    ("x-sdk-date", "20300101T000001Z"),
    ("x-security-token", "x"),
    ("x-forwarded-host", "kms.cn-shanghai.aliyuncs.com"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-http-method-override", "PUT"),
    ("content-sha256", "x"),
    ("x-kms-acccesskeyid", "testid"),
    ("x-kms-apiname", "GenerateRandom"),
    ("x-kms-apiversion", "dkms-gcs-0.2"),
    ("x-kms-migrationkeyversionid", "1234abcd-12ab-34cd-56ef-12345678aaaa"),
    ("x-kms-signaturemethod", "HMAC"),
    ("x-version", "2016-01-20"),
];
const PARAMS: &[(&str, &str)] = &[
    ("Accesskey", "second"),
    ("AccessKeyId", "second"),
    ("Action", "ListAliases"),
    ("Action", "CreateKey"),
    ("Alias", ""),
    ("Description", ""),
    ("DryRun", "false"),
    ("DryRun", "true"),
    ("Format", "XML"),
    ("KeyId.2", "other"),
    ("Language", "zh-CN"),
    ("Limit", ""),
    ("PageSize", "1"),
    ("Region", "cn-shanghai-2"),
    ("RegionId", "cn-shanghai"),
    ("SecretId", "second"),
    ("SecurityToken", "x"),
    ("Signature", "x"),
    ("SignatureMethod", "HmacSHA1"),
    ("SignatureType", "BEARERTOKEN"),
    ("TagFilters.0.TagKey", ""),
    ("Token", "x"),
    ("Version", "2015-01-01"),
    ("X-Amz-Date", "20300101T000001Z"),
    ("X-Amz-Security-Token", "x"),
    ("X-Amz-Signature", "x"),
    ("X-Amz-SignedHeaders", "host"),
];

/// A list in a request: what its members are called, how to get it, and the members to add.
type List = (&'static str, fn(&mut Request) -> &mut Pairs, &'static [(&'static str, &'static str)]);

/// Every changed request, with the part and a description of the change.
fn changes(base: &Request) -> Vec<(String, String, Request)> {
    let mut all = Vec::new();
    let mut add = |part: &str, what: String, change: &dyn Fn(&mut Request)| {
        let mut changed = base.clone();
        change(&mut changed);
        all.push((part.to_owned(), what, changed));
    };
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        add("method", method.into(), &|it| it.method = method.into());
    }
    for path in ["/x", "//", "/?", "/%2F", "/./"] {
        add("path", path.into(), &|it| it.path = path.into());
    }
    let lists: [List; 3] = [
        ("header", |it| &mut it.headers, HEADERS),
        ("param", |it| &mut it.query, PARAMS),
        ("param", |it| &mut it.body, PARAMS),
    ];
    for (kind, list, more) in lists {
        let there = list(&mut base.clone()).clone();
        for (at, (name, value)) in there.iter().enumerate() {
            let part = format!(
                "{kind} {}",
                if kind == "header" { name.to_lowercase() } else { name.clone() }
            );
            add(&part, "gone".into(), &|it| drop(list(it).remove(at)));
            add(&part, "changed".into(), &|it| list(it)[at].1 += "x");
            add(&part, "empty".into(), &|it| list(it)[at].1.clear());
            add(&part, "renamed".into(), &|it| list(it)[at].0 += "x");
            add(&part, "twice".into(), &|it| list(it).push(own(name, value)));
            let others = more.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name));
            for other in others.map(|(_, other)| *other).chain(["true", "0"]) {
                add(&part, format!("as {other}"), &|it| other.clone_into(&mut list(it)[at].1));
                add(&part, format!("before it {other}"), &|it| {
                    list(it).insert(at, own(name, other));
                });
                add(&part, format!("after it {other}"), &|it| list(it).push(own(name, other)));
            }
        }
        for (name, value) in more {
            let part = format!("{kind} {name}");
            add(&part, format!("added: {value}"), &|it| list(it).push(own(name, value)));
            add(&part, format!("added first: {value}"), &|it| list(it).insert(0, own(name, value)));
        }
        add("order", kind.into(), &|it| list(it).reverse());
    }
    if !base.json.is_empty() {
        for other in ["", "{}", "{\"Limit\":1}", "{\"Limit\":2}", "[]"] {
            add("body", other.into(), &|it| other.clone_into(&mut it.json));
        }
    }
    for at in 0..base.query.len() {
        add("place", format!("{} to the body", base.query[at].0), &|it| {
            let pair = it.query.remove(at);
            it.body.push(pair);
        });
    }
    for at in 0..base.body.len() {
        add("place", format!("{} to the query", base.body[at].0), &|it| {
            let pair = it.body.remove(at);
            it.query.push(pair);
        });
    }
    all
}

/// An answer without its request id.
fn effect(answer: &Answer) -> (u16, String) {
    let text = if let Ok(mut json) = serde_json::from_str::<serde_json::Value>(&answer.text) {
        for holder in ["", "/Response"] {
            let members = json.pointer_mut(holder).and_then(serde_json::Value::as_object_mut);
            drop(members.map(|it| it.remove("RequestId")));
        }
        json.to_string()
    } else {
        // A message in protobuf has it between other fields.
        let id = answer.header("x-acs-request-id").filter(|id| !id.is_empty()).unwrap_or("<>");
        let text = answer.text.replace(id, "");
        let (before, rest) = text.split_once("<RequestId>").unwrap_or((&text, ""));
        let (_, after) = rest.split_once("</RequestId>").unwrap_or_default();
        [before, after].concat()
    };
    (answer.status, text)
}

/// What an answer is refused with, in any language: a status, or a code and the name in a message.
fn refusal(answer: &Answer) -> Option<String> {
    if answer.status >= 400 {
        return Some(answer.status.to_string());
    }
    let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let error = &json["Response"]["Error"];
    let name = error["Message"].as_str().unwrap_or_default().split('`').nth(1).unwrap_or_default();
    Some([error["Code"].as_str()?, " ", name].concat())
}

#[test]
fn unsigned_parts_of_a_request_have_no_effect() {
    let allowed = table("unsigned.tsv");
    let (mut count, mut wrong, mut used) = (0, Vec::new(), std::collections::BTreeSet::new());
    for scheme in SCHEMES {
        let server = server(scheme);
        for Made { name, request, is_refused } in make(&server, scheme) {
            let base = request.send(&server);
            let refused = refusal(&base);
            let base = effect(&base);
            assert_eq!(refused.is_some(), is_refused, "{scheme} {name}: {base:?}");
            for (part, what, changed) in changes(&request) {
                count += 1;
                let answer = changed.send(&server);
                let found = effect(&answer);
                let code = refusal(&answer);
                if found == base || code.is_some() && (code != refused || answer.status >= 400) {
                    continue;
                }
                let row = allowed.iter().find(|row| row[0] == *scheme && row[1] == part);
                match row {
                    Some(row) => drop(used.insert((row[0].clone(), row[1].clone()))),
                    None => wrong
                        .push(format!("{scheme} {name}: {part}, {what}: {found:?}, not {base:?}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 4000, "{count} changes");
    let listed: Vec<_> = allowed.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(
        used.into_iter().collect::<Vec<_>>(),
        {
            let mut listed = listed;
            listed.sort();
            listed
        },
        "the table has unused rows"
    );
}

#[test]
fn the_documents_list_the_unsigned_parts() {
    let limits = std::fs::read_to_string(root().join("docs/limits.md")).unwrap();
    for row in table("unsigned.tsv") {
        let line = format!("| `{}` | `{}` | {} |", row[0], row[1], row[2]);
        assert!(limits.contains(&line), "docs/limits.md lacks {line}");
    }
}
