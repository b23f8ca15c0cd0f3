//! Huawei Cloud's schemes.

use base16ct::lower::encode_string as hex;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use kmsim::dialects::users::Project;
use serde_json::json;

use super::{DATE, Made};
use crate::huawei::client::Client;
use crate::kit::{Server, form};
use crate::unsigned::{Pairs, Request, own};

/// The requests of a scheme: lists, in a body and in a query, a request that is
/// refused, and one whose answer has URLs.
pub fn make(server: &Server, scheme: &str) -> Vec<Made> {
    for _ in 0..2 {
        Client::of(server).create_key(json!({}));
    }
    let project = Project::derived(&"".into(), "cn-north-4").id;
    let kms = |path: &str| format!("/v1.0/{project}/kms/{path}");
    let limit = vec![own("limit", "7")];
    let json = json!({ "limit": "1" }).to_string();
    let mut made = Vec::new();
    for (method, path, query, json) in [
        ("POST", kms("list-keys"), Vec::new(), json.clone()),
        ("POST", kms("describe-key"), Vec::new(), json),
        ("GET", kms("aliases"), limit, String::new()),
        ("GET", "/v3/auth/catalog".to_owned(), Vec::new(), String::new()),
    ] {
        let is_unsigned = scheme == "sdk-unsigned-payload";
        if is_unsigned && method == "GET" {
            continue;
        }
        for signed in ["content-type;host;x-sdk-date", "x-sdk-date"] {
            let name = format!("{method} {path} {signed}");
            let is_refused = path.ends_with("describe-key");
            let request = sdk(scheme, (method, &path), (&query, &json), signed);
            made.push(Made { name, request, is_refused });
        }
    }
    made
}

fn sdk(
    scheme: &str,
    (method, path): (&str, &str),
    (query, json): (&Pairs, &str),
    signed: &str,
) -> Request {
    const NAME: &str = "SDK-HMAC-SHA256";
    let mut headers = vec![
        own("content-type", "application/json"),
        own("host", "kms.cn-north-4.myhuaweicloud.com"),
        own("x-sdk-date", DATE),
    ];
    let is_unsigned = scheme == "sdk-unsigned-payload";
    let mut names = signed.to_owned();
    if is_unsigned {
        headers.insert(2, own("x-sdk-content-sha256", "UNSIGNED-PAYLOAD"));
        names = names.replace("x-sdk-date", "x-sdk-content-sha256;x-sdk-date");
    }
    let covered = headers.iter().filter(|(name, _)| names.split(';').any(|it| it == name));
    let lines: String = covered.flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
    let payload = if is_unsigned {
        "UNSIGNED-PAYLOAD".to_owned()
    } else {
        hex(&digest(Hash::Sha256, json.as_bytes()))
    };
    let canonical = format!("{method}\n{path}/\n{}\n{lines}\n{names}\n{payload}", form(query));
    let digest = hex(&digest(Hash::Sha256, canonical.as_bytes()));
    let (key, credential, scope) = if scheme == "sdk-scoped" {
        let scope = "20300101///sdk_request";
        let first = b"SDKtestsecret".to_vec();
        let key =
            scope.split('/').fold(first, |key, part| hmac(Hash::Sha256, &[&key], part.as_bytes()));
        (key, format!("Credential=testid/{scope}"), format!("{scope}\n"))
    } else {
        (b"testsecret".to_vec(), "Access=testid".to_owned(), String::new())
    };
    let text = format!("{NAME}\n{DATE}\n{scope}{digest}");
    let signature = hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()));
    let authorization =
        format!("{NAME} {credential}, SignedHeaders={names}, Signature={signature}");
    headers.push(own("authorization", &authorization));
    let (method, path, query) = (method.into(), path.into(), query.clone());
    Request { method, path, query, headers, body: Vec::new(), json: json.into() }
}
