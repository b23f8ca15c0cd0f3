//! Tencent Cloud's schemes.

use base16ct::lower::encode_string as hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use serde_json::json;

use super::{FORM, Made, list};
use crate::kit::{Server, form};
use crate::tencent::wire::Client;
use crate::unsigned::{Pairs, Request, own};

/// The requests of a scheme: a list, a change, and a key that does not exist.
pub fn make(server: &Server, scheme: &str) -> Vec<Made> {
    let [key, _] = [(); 2].map(|()| Client::of(server).create_key(json!({})));
    let nobody = "00000000-0000-1000-8000-000000000000";
    let mut made = Vec::new();
    for (action, params) in [
        ("ListKeys", vec![own("Limit", "7")]),
        ("UpdateKeyDescription", vec![own("Description", "text"), own("KeyId", &key)]),
        ("UpdateKeyDescription", vec![own("KeyId", &key)]),
        ("DescribeKey", vec![own("KeyId", &key)]),
        ("GetKeyRotationStatus", vec![own("KeyId", nobody)]),
    ] {
        let is_refused =
            action == "GetKeyRotationStatus" || action.starts_with("Update") && params.len() == 1;
        let mut add = |name: &str, request: Request| {
            made.push(Made { name: format!("{action} {name}"), request, is_refused });
        };
        match scheme {
            "tc3" => {
                let more = ";x-tc-action;x-tc-language;x-tc-region";
                add("POST", tc3(action, &params, "POST", "", false));
                add("POST, more", tc3(action, &params, "POST", more, false));
                add("GET", tc3(action, &params, "GET", "", false));
            }
            "tc3-unsigned-payload" => add("POST", tc3(action, &params, "POST", "", true)),
            _ => {
                add("GET", v1(action, &params, "GET"));
                add("POST", v1(action, &params, "POST"));
            }
        }
    }
    made
}

const TENCENT: &str = "kms.tencentcloudapi.com";
const SECONDS: &str = "1893456000";

fn tc3(action: &str, params: &Pairs, method: &str, signed: &str, is_unsigned: bool) -> Request {
    let (query, json) = if method == "GET" {
        (params.clone(), String::new())
    } else {
        let members = params.iter().map(|(name, value)| (name.clone(), json!(value)));
        (Vec::new(), json!(members.collect::<serde_json::Map<_, _>>()).to_string())
    };
    let kind = if method == "GET" { FORM } else { "application/json" };
    let mut headers = vec![
        own("content-type", kind),
        own("host", TENCENT),
        own("x-tc-action", action),
        own("x-tc-language", "en-US"),
        own("x-tc-region", "ap-guangzhou"),
        own("x-tc-timestamp", SECONDS),
        own("x-tc-version", "2019-01-18"),
    ];
    headers.extend(is_unsigned.then(|| own("x-tc-content-sha256", "UNSIGNED-PAYLOAD")));
    let names = format!("content-type;host{signed}");
    let covered = headers.iter().filter(|(name, _)| names.split(';').any(|it| it == name));
    let lines: String = covered.flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
    let body =
        hex(&digest(Hash::Sha256, if is_unsigned { b"UNSIGNED-PAYLOAD" } else { json.as_bytes() }));
    let canonical = format!("{method}\n/\n{}\n{lines}\n{names}\n{body}", form(&query));
    let scope = "2030-01-01/kms/tc3_request";
    let digest = hex(&digest(Hash::Sha256, canonical.as_bytes()));
    let text = format!("TC3-HMAC-SHA256\n{SECONDS}\n{scope}\n{digest}");
    let first = b"TC3testsecret".to_vec();
    let key =
        scope.split('/').fold(first, |key, part| hmac(Hash::Sha256, &[&key], part.as_bytes()));
    let signature = hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()));
    let authorization = format!(
        "TC3-HMAC-SHA256 Credential=testid/{scope}, SignedHeaders={names}, Signature={signature}"
    );
    headers.push(own("authorization", &authorization));
    Request { method: method.into(), path: "/".into(), query, headers, body: Vec::new(), json }
}

fn v1(action: &str, params: &Pairs, method: &str) -> Request {
    let common = [
        ("Action", action),
        ("Nonce", "1"),
        ("Region", "ap-guangzhou"),
        ("SecretId", "testid"),
        ("SignatureMethod", "HmacSHA256"),
        ("Timestamp", SECONDS),
        ("Version", "2019-01-18"),
    ];
    let mut all = list(&common, params);
    let pairs: Vec<_> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let text = format!("{method}{TENCENT}/?{}", pairs.join("&"));
    let signature = STANDARD.encode(hmac(Hash::Sha256, &[b"testsecret"], text.as_bytes()));
    all.push(own("Signature", &signature));
    let (query, body) = if method == "GET" { (all, Vec::new()) } else { (Vec::new(), all) };
    let headers = vec![own("host", TENCENT), own("content-type", FORM)];
    Request { method: method.into(), path: "/".into(), query, headers, body, json: String::new() }
}
