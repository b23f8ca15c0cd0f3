//! Which region a request works in: the signature's scope, the host, `RegionId`, `--region`, the
//! default, in this order.

use kmsim::dialects::AuthMode;

use crate::kit::{Server, Setup, form, send};

const PLAIN: &str = "localhost:5690";
const SHANGHAI: &str = "cn-shanghai.localhost:5690";

/// Asks in the region that host and parameter name.
fn call(server: &Server, host: &str, region_id: &str, action: &str) -> serde_json::Value {
    let client = server.client();
    let client = if region_id.is_empty() { client } else { client.with("RegionId", region_id) };
    let body = form(&client.signed("POST", action, &[]));
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    send(server.address, &head, body.as_bytes()).ok()
}

/// The region of the key that such a request makes, by its ARN.
fn region(server: &Server, host: &str, region_id: &str) -> String {
    let made = call(server, host, region_id, "CreateKey");
    made["KeyMetadata"]["Arn"].as_str().unwrap().split(':').nth(2).unwrap().to_owned()
}

#[test]
fn the_host_counts_before_the_parameter_and_that_before_the_default() {
    let server = Server::start();
    for (host, region_id, expected) in [
        (PLAIN, "", "cn-hangzhou"),
        (PLAIN, "cn-beijing", "cn-beijing"),
        (SHANGHAI, "", "cn-shanghai"),
        (SHANGHAI, "cn-beijing", "cn-shanghai"),
        ("CN-SHANGHAI.LOCALHOST", "cn-beijing", "cn-shanghai"),
        ("kms.cn-shenzhen.aliyuncs.com", "cn-beijing", "cn-shenzhen"),
        ("kms-vpc.CN-Shenzhen.aliyuncs.com:443", "", "cn-shenzhen"),
        ("somewhere.localhost", "cn-beijing", "cn-beijing"),
        ("127.0.0.1:5690", "eu-west-1", "eu-west-1"),
    ] {
        assert_eq!(region(&server, host, region_id), expected, "{host} {region_id}");
    }
}

#[test]
fn a_given_region_is_the_one_that_plain_hosts_stand_for() {
    for auth in [AuthMode::Strict, AuthMode::Warn, AuthMode::Off] {
        let server = Server::with(Setup { region: Some("cn-shanghai"), auth, ..Setup::default() });
        for (host, region_id, expected) in [
            (PLAIN, "", "cn-shanghai"),
            (PLAIN, "cn-shanghai", "cn-shanghai"),
            (PLAIN, "cn-beijing", "cn-shanghai"),
            (PLAIN, "no region", "cn-shanghai"),
            ("cn-beijing.localhost", "cn-shanghai", "cn-beijing"),
            ("kms.cn-shenzhen.aliyuncs.com", "cn-beijing", "cn-shenzhen"),
        ] {
            assert_eq!(region(&server, host, region_id), expected, "{host} {region_id}");
        }
    }
}

#[test]
fn what_a_client_makes_with_and_without_the_parameter_is_in_one_region() {
    let server = Server::with(Setup { region: Some("cn-shanghai"), ..Setup::default() });
    call(&server, PLAIN, "", "CreateKey");
    call(&server, PLAIN, "cn-beijing", "CreateKey");
    for region_id in ["", "cn-shanghai", "cn-beijing"] {
        assert_eq!(call(&server, PLAIN, region_id, "ListKeys")["TotalCount"], 2);
    }
    // So is what a client makes through a host that names its region, whatever the server was
    // given.
    let server = Server::start();
    call(&server, SHANGHAI, "", "CreateKey");
    call(&server, SHANGHAI, "cn-shanghai", "CreateKey");
    assert_eq!(call(&server, SHANGHAI, "", "ListKeys")["TotalCount"], 2);
    assert_eq!(call(&server, PLAIN, "cn-shanghai", "ListKeys")["TotalCount"], 2);
    assert_eq!(call(&server, PLAIN, "", "ListKeys")["TotalCount"], 0);
}
