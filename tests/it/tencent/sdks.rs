//! The ways in which official SDKs deviate from the document: a test for each SDK, and the same
//! request with a mistake.

use base16ct::lower::encode_string as hex;
use kmsim::algorithms::mac::{Hash, digest, hmac};
use serde_json::json;

use super::wire::{Client, refusal};
use crate::kit::{Server, send};

const JSON: &str = "application/json";
const QUERY: &str = "application/x-www-form-urlencoded";

/// A request: the values that are signed, and those that are sent.
#[derive(Clone, Copy)]
struct Signing<'a> {
    method: &'a str,
    /// The request's target.
    target: &'a str,
    /// The query, as it is signed.
    query: &'a str,
    service: &'a str,
    host: (&'a str, &'a str),
    /// The value that is signed, and the one that is sent. An empty one is not sent.
    content_type: (&'a str, &'a str),
    /// More header lines, and the payload that is signed.
    more: (&'a str, &'a str),
}

const POST: Signing<'_> = Signing {
    method: "POST",
    target: "/",
    query: "",
    service: "kms",
    host: ("127.0.0.1:8080", "127.0.0.1:8080"),
    content_type: (JSON, JSON),
    more: ("", "{}"),
};

const GET: Signing<'_> =
    Signing { method: "GET", content_type: (QUERY, QUERY), more: ("", ""), ..POST };

impl Signing<'_> {
    /// The code of the answer.
    fn code(&self, server: &Server) -> String {
        let Self { method, target, query, service, host, content_type, more } = self;
        let client = Client::of(server);
        let payload = hex(&digest(Hash::Sha256, more.1.as_bytes()));
        let canonical = format!(
            "{method}\n/\n{query}\ncontent-type:{}\nhost:{}\n\ncontent-type;host\n{payload}",
            content_type.0, host.0
        );
        let scope = format!("2030-01-01/{service}/tc3_request");
        let canonical = hex(&digest(Hash::Sha256, canonical.as_bytes()));
        let text = format!("TC3-HMAC-SHA256\n1893456000\n{scope}\n{canonical}");
        let parts = ["2030-01-01", service, "tc3_request"];
        let key = parts.iter().fold(b"TC3testsecret".to_vec(), |key, part| {
            hmac(Hash::Sha256, &[&key], part.as_bytes())
        });
        let signature = hex(&hmac(Hash::Sha256, &[&key], text.as_bytes()));
        let head: String = client
            .head("GetRegions", method, "", JSON)
            .split_inclusive("\r\n")
            .skip(1)
            .filter(|line| !line.starts_with("Host:") && !line.starts_with("Content-Type:"))
            .collect();
        let kind = match content_type.1 {
            "" => String::new(),
            kind => format!("Content-Type: {kind}\r\n"),
        };
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\n{kind}{head}{}Authorization: \
             TC3-HMAC-SHA256 Credential=testid/{scope}, SignedHeaders=content-type;host, \
             Signature={signature}\r\n",
            host.1, more.0
        );
        let body: &[u8] = if *method == "GET" { b"" } else { b"{}" };
        refusal(&send(server.address, &head, body)).0
    }

    fn is_accepted(&self) {
        assert_eq!(self.code(&Server::start()), "", "{} {:?}", self.service, self.host);
    }

    fn is_refused(&self) {
        let code = self.code(&Server::start());
        assert_eq!(code, "AuthFailure.SignatureFailure", "{} {:?}", self.service, self.host);
    }
}

#[test]
fn python_sends_its_endpoint_as_host_with_scheme_and_path() {
    POST.is_accepted();
    let host = "http://127.0.0.1:8080";
    Signing { host: (host, host), ..POST }.is_accepted();
    // The path is in the target and in the host; the signed path is "/".
    let host = "127.0.0.1:8080/tencent";
    let with_path = Signing { host: (host, host), target: "/tencent", ..POST };
    with_path.is_accepted();
    Signing { host: (host, "127.0.0.1:8080/other"), ..with_path }.is_refused();
    Signing { target: "/tencent", ..GET }.is_accepted();
}

#[test]
fn go_signs_a_host_with_its_port_and_may_leave_the_payload_unsigned() {
    Signing { target: "/path", ..POST }.is_accepted();
    let line = "X-TC-Content-SHA256: UNSIGNED-PAYLOAD\r\n";
    Signing { more: (line, "UNSIGNED-PAYLOAD"), ..POST }.is_accepted();
    // Without the header, the payload counts as signed.
    Signing { more: ("", "UNSIGNED-PAYLOAD"), ..POST }.is_refused();
    Signing { more: (line, "{}"), ..POST }.is_refused();
}

#[test]
fn node_signs_the_host_without_its_port_for_a_service_of_its_own() {
    for (service, signed, sent) in
        [("127", "127.0.0.1", "127.0.0.1:8080"), ("localhost:8080", "localhost", "localhost:8080")]
    {
        let node = Signing { service, host: (signed, sent), ..POST };
        node.is_accepted();
        Signing { host: ("another.host", sent), ..node }.is_refused();
    }
    // The query is signed as it is sent: Node.js writes a space as %20, the others as a plus sign.
    for query in ["SearchKeyAlias=a%20b", "SearchKeyAlias=a+b"] {
        let server = Server::start();
        let client = Client::of(&server);
        refusal(&client.tc3("ListKeyDetail", "GET", query, "", QUERY));
        assert_eq!(refusal(&client.tc3("ListKeyDetail", "GET", query, "", QUERY)).0, "");
    }
}

#[test]
fn java_sends_a_charset() {
    let kind = "application/json; charset=utf-8";
    let java = Signing { service: "127", content_type: (kind, kind), ..POST };
    java.is_accepted();
    Signing { content_type: (JSON, kind), ..java }.is_refused();
}

#[test]
fn php_takes_the_endpoints_first_label_for_the_service() {
    for (service, host) in [("localhost:8080", "localhost:8080"), ("kms", "kms.example:8080")] {
        let php = Signing { service, host: (host, host), ..POST };
        php.is_accepted();
        Signing { host: ("other:8080", host), ..php }.is_refused();
    }
}

#[test]
fn dotnet_signs_a_charset_that_it_does_not_send() {
    let kind = "application/json; charset=utf-8";
    Signing { service: "127", content_type: (kind, JSON), ..POST }.is_accepted();
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    Signing { content_type: (kind, QUERY), ..GET }.is_accepted();
    // A request without a body may lack the header.
    Signing { content_type: (kind, ""), ..GET }.is_accepted();
    Signing { content_type: (QUERY, ""), ..GET }.is_accepted();
    Signing { content_type: ("text/plain; charset=utf-8", QUERY), ..GET }.is_refused();
}

#[test]
fn cpp_takes_the_text_before_the_first_dot_for_the_service() {
    let host = "kmsim.local:8080";
    Signing { service: "kmsim", host: (host, host), ..POST }.is_accepted();
    Signing { service: "127", ..POST }.is_accepted();
}

#[test]
fn tccli_sends_a_url_as_host() {
    let host = "http://localhost:8080";
    Signing { host: (host, host), ..POST }.is_accepted();
    Signing { host: (host, "http://localhost:8081"), ..POST }.is_refused();
}

#[test]
fn terraform_calls_two_services_of_its_domain() {
    let server = Server::start();
    for (service, host) in [("kms", "kms.kmsim.local:8080"), ("tag", "tag.kmsim.local:8080")] {
        Signing { service, host: (host, host), ..POST }.is_accepted();
    }
    // The tag service has a version of its own, and its actions have no other.
    let client = Client { version: "2018-08-13", ..Client::of(&server) };
    let params = json!({ "ServiceType": "kms", "ResourcePrefix": "key", "ResourceIds": ["a"],
        "ResourceRegion": "ap-guangzhou" });
    let code = refusal(&client.call("DescribeResourceTagsByResourceIds", params.clone())).0;
    assert!(!code.starts_with("NoSuchVersion") && code != "InvalidAction", "{code}");
    client.refused("InvalidAction", "GetRegions", json!({}));
    let client = Client::of(&server);
    client.refused("InvalidAction", "DescribeResourceTagsByResourceIds", params);
}

#[test]
fn the_document_writes_values_in_lower_case() {
    let sent = ("kms.tencentcloudapi.com", "KMS.TencentCloudAPI.com");
    let both = Signing { host: sent, content_type: (JSON, "Application/JSON"), ..POST };
    both.is_accepted();
    Signing {
        host: (sent.1, sent.1),
        content_type: ("Application/JSON", "Application/JSON"),
        ..POST
    }
    .is_accepted();
}

#[test]
fn go_of_2019_does_not_sign_empty_parameters() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let server = Server::start();
    let client = Client::of(&server);
    let key = client.create_key(json!({ "Description": "text" }));
    // The empty parameters are sent, but not signed.
    let call = |action: &str, signed: &[(&str, &str)], added: &[(&str, &str)]| {
        let common = [
            ("Action", action),
            ("Nonce", "1"),
            ("Region", "ap-guangzhou"),
            ("SecretId", "testid"),
            ("Timestamp", "1893456000"),
            ("Version", "2019-01-18"),
        ];
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut all: Vec<_> = common.iter().chain(signed).map(own).collect();
        all.sort();
        let text: Vec<_> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let text = format!("GET{}/?{}", server.address, text.join("&"));
        let signature = STANDARD.encode(hmac(Hash::Sha1, &[b"testsecret"], text.as_bytes()));
        all.extend(added.iter().map(own));
        all.push(("Signature".into(), signature));
        let head = format!("GET /?{} HTTP/1.1\r\n", crate::kit::form(&all));
        refusal(&send(server.address, &head, b"")).0
    };
    let description = || {
        let key = client.done("DescribeKey", json!({ "KeyId": key }));
        key["KeyMetadata"]["Description"].clone()
    };
    let id = ("KeyId", key.as_str());
    assert_eq!(call("ListKeys", &[("Limit", "1")], &[("HsmClusterId", "")]), "");
    // An empty parameter that is not signed counts as absent.
    for added in [("Description", ""), ("Other", "")] {
        assert_eq!(call("UpdateKeyDescription", &[id], &[added]), "MissingParameter");
    }
    let signed = [id, ("Description", "new")];
    assert_eq!(call("UpdateKeyDescription", &signed, &[("Other", "")]), "");
    assert_eq!(description(), "new");
    let filter = [("TagFilters.0.TagKey", "team")];
    assert_eq!(call("ListKeyDetail", &filter, &[("TagFilters.0.TagValue.0", "")]), "");
    // One that is signed counts.
    assert_eq!(call("UpdateKeyDescription", &[id, ("Description", "")], &[]), "");
    assert_eq!(description(), "");
    // All of them are signed, or none.
    let some = [id, ("Description", "")];
    let code = call("UpdateKeyDescription", &some, &[("MemberAccount", "")]);
    assert_eq!(code, "AuthFailure.SignatureFailure");
    // A parameter with a value cannot be added.
    let code = call("UpdateKeyDescription", &[id], &[("Description", "new")]);
    assert_eq!(code, "AuthFailure.SignatureFailure");
}
