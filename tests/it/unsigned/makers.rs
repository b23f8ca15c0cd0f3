//! Signed requests of every scheme. They have no nonce, because a changed request must not be
//! refused as a replay.

mod dedicated;
mod huawei;
mod tencent;

use base16ct::lower::encode_string as hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest, hmac};

use super::{Pairs, Request, own};
use crate::kingsoft::wire::Client as Kingsoft;
use crate::kit::{START, Server, encode, form};

/// The names of the schemes in fixtures/unsigned.tsv.
pub const SCHEMES: &[&str] = &[
    "rpc",
    "dedicated",
    "acs3",
    "acs4",
    "aws4",
    "aws4-presigned",
    "simplified",
    "tc3",
    "tc3-unsigned-payload",
    "tc-v1",
    "sdk",
    "sdk-scoped",
    "sdk-unsigned-payload",
];

/// A request, and whether it is refused as it is: it is a dry run, or it names no key.
pub struct Made {
    pub name: String,
    pub request: Request,
    pub is_refused: bool,
}

const HOST: &str = "kms.cn-hangzhou.aliyuncs.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// The server for a scheme's requests.
pub fn server(scheme: &str) -> Server {
    if scheme == "dedicated" { dedicated::server() } else { Server::start() }
}

/// The requests of a scheme: a list and a dry run, with the parameters in each possible place, and
/// with optional parts both signed and unsigned.
pub fn make(server: &Server, scheme: &str) -> Vec<Made> {
    if scheme == "dedicated" {
        return dedicated::make(server);
    }
    if scheme.starts_with("tc") {
        return tencent::make(server, scheme);
    }
    if scheme.starts_with("sdk") {
        return huawei::make(server, scheme);
    }
    let is_alibaba = matches!(scheme, "rpc" | "acs3" | "acs4");
    let (key, list, dry) = if is_alibaba {
        let key = server.client().create_key(&[]);
        (key, ("ListKeys", vec![own("PageNumber", "1"), own("PageSize", "7")]), "Encrypt")
    } else {
        let key = Kingsoft::of(server).create_key();
        (key, ("DescribeKeys", Vec::new()), "Encrypt")
    };
    let dry = (dry, vec![own("DryRun", "true"), own("KeyId", &key), own("Plaintext", "aGVsbG8=")]);
    let mut made = Vec::new();
    for (action, params) in [list, dry] {
        let mut add = |name: &str, request: Request| {
            let name = format!("{action} {name}");
            made.push(Made { name, request, is_refused: action == "Encrypt" });
        };
        match scheme {
            "rpc" => {
                add("GET", rpc(action, &params, "GET", |_| true));
                add("POST", rpc(action, &params, "POST", |_| false));
                add("POST, query", rpc(action, &params, "POST", |_| true));
                // A header cannot set the action here, because then the action would be unsigned.
                if action == "Encrypt" {
                    let mut nothing = rpc("", &Vec::new(), "POST", |_| false);
                    nothing.body.retain(|(name, _)| name != "Action" && name != "Signature");
                    let signature = rpc_signature("POST", &nothing.body);
                    nothing.body.push(signature);
                    add("no action", nothing);
                }
                add(
                    "split",
                    rpc(action, &params, "POST", |name| !params.iter().any(|(it, _)| it == name)),
                );
            }
            "acs3" | "acs4" => {
                for signed in ["content-type;host", "host", ""] {
                    add(
                        &format!("query, {signed}"),
                        acs(scheme, action, &params, |_| true, signed),
                    );
                    add(
                        &format!("body, {signed}"),
                        acs(scheme, action, &params, |_| false, signed),
                    );
                    let split = acs(scheme, action, &params, |name| name != "DryRun", signed);
                    add(&format!("split, {signed}"), split);
                }
            }
            "aws4" => {
                add("repeated", aws4(action, &repeated(&params), "GET", ""));
                for signed in ["accept;content-type", ""] {
                    add(&format!("GET, {signed}"), aws4(action, &params, "GET", signed));
                    add(&format!("POST, {signed}"), aws4(action, &params, "POST", signed));
                }
            }
            "aws4-presigned" => {
                add("GET", presigned(action, &params));
                add("repeated", presigned(action, &repeated(&params)));
            }
            _ => {
                add("GET", simplified(action, &params, "GET"));
                add("POST", simplified(action, &params, "POST"));
            }
        }
    }
    made
}

/// Also with a second `DryRun` value, after the first and before it.
fn repeated(params: &Pairs) -> Pairs {
    let is_dry = params.iter().any(|(name, _)| name == "DryRun");
    let more = own(if is_dry { "DryRun" } else { "Unknown" }, "false");
    [vec![more], params.clone()].concat()
}

fn list(pairs: &[(&str, &str)], more: &Pairs) -> Pairs {
    let mut all: Pairs =
        pairs.iter().map(|(name, value)| own(name, value)).chain(more.clone()).collect();
    all.sort();
    all
}

fn rpc(action: &str, params: &Pairs, method: &str, in_query: impl Fn(&str) -> bool) -> Request {
    let common = [
        ("AccessKeyId", "testid"),
        ("Action", action),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("Timestamp", START),
        ("Version", "2016-01-20"),
    ];
    let mut all = list(&common, params);
    let signature = rpc_signature(method, &all);
    all.push(signature);
    let (query, body) = all.into_iter().partition(|(name, _)| in_query(name));
    let headers = vec![own("Host", HOST), own("Content-Type", FORM)];
    Request { method: method.into(), path: "/".into(), query, headers, body, json: String::new() }
}

fn rpc_signature(method: &str, params: &Pairs) -> (String, String) {
    let text = format!("{method}&%2F&{}", encode(&form(params)));
    own("Signature", &STANDARD.encode(hmac(Hash::Sha1, &[b"testsecret&"], text.as_bytes())))
}

fn acs(
    scheme: &str,
    action: &str,
    params: &Pairs,
    in_query: impl Fn(&str) -> bool,
    signed: &str,
) -> Request {
    let (query, body) = list(&[], params).into_iter().partition(|(name, _)| in_query(name));
    let mut headers = vec![
        own("content-type", FORM),
        own("host", HOST),
        own("x-acs-action", action),
        own("x-acs-date", START),
        own("x-acs-version", "2016-01-20"),
    ];
    let covered: Pairs = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-acs-") || signed.split(';').any(|it| it == name))
        .cloned()
        .collect();
    let (name, scope, key) = if scheme == "acs3" {
        ("ACS3-HMAC-SHA256", "", b"testsecret".to_vec())
    } else {
        let parts = ["20300101", "cn-hangzhou", "Kms", "aliyun_v4_request"];
        let first = b"aliyun_v4testsecret".to_vec();
        let key =
            parts.iter().fold(first, |key, part| hmac(Hash::Sha256, &[&key], part.as_bytes()));
        ("ACS4-HMAC-SHA256", "/20300101/cn-hangzhou/Kms/aliyun_v4_request", key)
    };
    let (canonical, names) = canonical("POST", &query, &covered, &body);
    let text = format!("{name}\n{}", hex(&digest(Hash::Sha256, canonical.as_bytes())));
    let signature = hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()));
    let authorization =
        format!("{name} Credential=testid{scope},SignedHeaders={names},Signature={signature}");
    headers.push(own("Authorization", &authorization));
    Request { method: "POST".into(), path: "/".into(), query, headers, body, json: String::new() }
}

fn canonical(method: &str, query: &Pairs, headers: &Pairs, body: &Pairs) -> (String, String) {
    let lines: String = headers.iter().flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
    let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let body = hex(&digest(Hash::Sha256, form(body).as_bytes()));
    (format!("{method}\n/\n{}\n{lines}\n{names}\n{body}", form(query)), names)
}

const SCOPE: [&str; 4] = ["20300101", "cn-beijing-6", "kkms", "aws4_request"];
const DATE: &str = "20300101T000000Z";

fn aws4_signature(canonical: &str) -> String {
    let first = b"AWS4testsecret".to_vec();
    let key = SCOPE.iter().fold(first, |key, part| hmac(Hash::Sha256, &[&key], part.as_bytes()));
    let digest = hex(&digest(Hash::Sha256, canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{DATE}\n{}\n{digest}", SCOPE.join("/"));
    hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()))
}

fn aws4(action: &str, params: &Pairs, method: &str, signed: &str) -> Request {
    let all = list(&[("Action", action), ("Version", "2016-03-04")], params);
    let (query, body) = if method == "GET" { (all, Vec::new()) } else { (Vec::new(), all) };
    let mut headers = vec![
        own("accept", "application/json"),
        own("content-type", FORM),
        own("host", "kkms.api.ksyun.com"),
        own("x-amz-date", DATE),
    ];
    let covered: Pairs = headers
        .iter()
        .filter(|(name, _)| {
            matches!(name.as_str(), "host" | "x-amz-date") || signed.split(';').any(|it| it == name)
        })
        .cloned()
        .collect();
    let (canonical, names) = canonical(method, &query, &covered, &body);
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=testid/{}, SignedHeaders={names}, Signature={}",
        SCOPE.join("/"),
        aws4_signature(&canonical)
    );
    headers.push(own("Authorization", &authorization));
    Request { method: method.into(), path: "/".into(), query, headers, body, json: String::new() }
}

fn presigned(action: &str, params: &Pairs) -> Request {
    let credential = format!("testid/{}", SCOPE.join("/"));
    let marks = [
        ("Action", action),
        ("Version", "2016-03-04"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Credential", &credential),
        ("X-Amz-Date", DATE),
        ("X-Amz-SignedHeaders", "host"),
    ];
    let mut query = list(&marks, params);
    let host = vec![own("host", "kkms.api.ksyun.com")];
    let (canonical, _) = canonical("GET", &query, &host, &Vec::new());
    query.push(own("X-Amz-Signature", &aws4_signature(&canonical)));
    let headers = [host, vec![own("accept", "application/json")]].concat();
    Request {
        method: "GET".into(),
        path: "/".into(),
        query,
        headers,
        body: Vec::new(),
        json: String::new(),
    }
}

fn simplified(action: &str, params: &Pairs, method: &str) -> Request {
    let marks = [
        ("Accesskey", "testid"),
        ("Action", action),
        ("Region", "cn-beijing-6"),
        ("Service", "kkms"),
        ("SignatureMethod", "HMAC-SHA256"),
        ("SignatureVersion", "1.0"),
        ("Timestamp", START),
        ("Version", "2016-03-04"),
    ];
    let mut all = list(&marks, params);
    let signature = hex(&hmac(Hash::Sha256, &[b"testsecret"], form(&all).as_bytes()));
    all.push(own("Signature", &signature));
    let (query, body) = if method == "GET" { (all, Vec::new()) } else { (Vec::new(), all) };
    let mut headers = vec![own("host", "kkms.api.ksyun.com"), own("accept", "application/json")];
    headers.extend((method == "POST").then(|| own("content-type", FORM)));
    Request { method: method.into(), path: "/".into(), query, headers, body, json: String::new() }
}
