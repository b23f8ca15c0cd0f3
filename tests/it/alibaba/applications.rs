//! Application access points, policies, network rules and client keys, as SDKs and Terraform read
//! them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::kit::{Answer, Client, Server, Setup, days, form, send};
use crate::state::{export, import};

const KEY_USER: &str = r#"["RbacPermission/Template/CryptoServiceKeyUser"]"#;
const REGION: &str = "acs:kms:cn-hangzhou:1000000000000001";

fn create_point(client: &Client, name: &str, policies: &str) -> Answer {
    client.call("CreateApplicationAccessPoint", &[("Name", name), ("Policies", policies)])
}

fn create_policy(client: &Client, name: &str, more: &[(&str, &str)]) -> Answer {
    let plain = [("Name", name), ("Permissions", KEY_USER), ("Resources", r#"["key/*"]"#)];
    client.call("CreatePolicy", &[&plain[..], more].concat())
}

fn create_rule(client: &Client, name: &str, more: &[(&str, &str)]) -> Answer {
    client.call("CreateNetworkRule", &[&[("Name", name), ("Type", "Private")][..], more].concat())
}

fn create_key(client: &Client, of: &str, more: &[(&str, &str)]) -> Answer {
    let plain = [("AapName", of), ("Password", "Passw0rd!")];
    client.call("CreateClientKey", &[&plain[..], more].concat())
}

/// An answer without its request id.
#[track_caller]
fn body(answer: &Answer) -> Value {
    let mut body = answer.ok();
    body.as_object_mut().unwrap().remove("RequestId").unwrap();
    body
}

#[test]
fn access_points_name_their_policies_in_a_compact_text() {
    let server = Server::start();
    let client = server.client();
    let described = |name: &str, policies: &str, description: &str| {
        json!({
            "Arn": format!("{REGION}:applicationaccesspoint/{name}"),
            "Name": name,
            "AuthenticationMethod": "ClientKey",
            "Policies": policies,
            "Description": description,
        })
    };
    let made = create_point(&client, "a-1_B", r#"[ "p", "q" , "p" ]"#);
    assert_eq!(body(&made), described("a-1_B", r#"["p","q","p"]"#, ""));
    create_point(&client, "a-1_B", r#"["p"]"#).refused(409, "Rejected.ResourceExist");
    let named = ("Name", "a-1_B");
    let describe = || body(&client.call("DescribeApplicationAccessPoint", &[named]));
    for (param, policies, description) in [
        (("Policies", r#"["q", "p"]"#), r#"["q","p"]"#, ""),
        (("Description", "\u{fc}"), r#"["q","p"]"#, "\u{fc}"),
        (("Description", ""), r#"["q","p"]"#, ""),
    ] {
        let updated = client.call("UpdateApplicationAccessPoint", &[named, param]);
        assert_eq!(body(&updated), json!({}));
        assert_eq!(describe(), described("a-1_B", policies, description));
    }
    for bad in ["[]", r#"["a","b","c","d"]"#, r#"["a b"]"#, r#""a""#, r#"["a",1]"#] {
        create_point(&client, "new", bad).refused_parameter("Policies");
        client
            .call("UpdateApplicationAccessPoint", &[named, ("Policies", bad)])
            .refused_parameter("Policies");
    }
    create_point(&client, "b", r#"["a","b","c"]"#).ok();
    let listed = body(&client.call("ListApplicationAccessPoints", &[("PageSize", "1")]));
    let entry = json!({ "Name": "a-1_B", "AuthenticationMethod": "ClientKey" });
    assert_eq!(
        listed,
        json!({
            "ApplicationAccessPoints": { "ApplicationAccessPoint": [entry] },
            "PageNumber": 1, "PageSize": 1, "TotalCount": 2,
        })
    );
    client.call("DeleteApplicationAccessPoint", &[named]).ok();
    for action in [
        "DescribeApplicationAccessPoint",
        "UpdateApplicationAccessPoint",
        "DeleteApplicationAccessPoint",
    ] {
        client.call(action, &[named]).refused(404, "Forbidden.ResourceNotFound");
    }
}

#[test]
fn policies_are_described_with_real_lists() {
    let server = Server::start();
    let client = server.client();
    let described = |permissions: Value, resources: Value, scope: &str, rules: &str| {
        json!({
            "Arn": format!("{REGION}:policy/p"),
            "Name": "p",
            "Description": "",
            "KmsInstance": scope,
            "Permissions": permissions,
            "Resources": resources,
            "AccessControlRules": rules,
        })
    };
    let rules = r#"{"NetworkRules" : ["none"] }"#;
    let scope = "kst-hzz63d9c8d3dfv8cv****".replace('*', "0");
    let more = [("KmsInstance", &*scope), ("AccessControlRules", rules)];
    let text = |text: &str| Value::from(text);
    let made = create_policy(&client, "p", &more);
    assert_eq!(body(&made), described(text(KEY_USER), text(r#"["key/*"]"#), &scope, rules));
    create_policy(&client, "p", &[]).refused(409, "Rejected.ResourceExist");
    let named = ("Name", "p");
    let describe = || body(&client.call("DescribePolicy", &[named]));
    let key_user = "RbacPermission/Template/CryptoServiceKeyUser";
    assert_eq!(describe(), described(json!([key_user]), json!(["key/*"]), &scope, rules));
    let update = |param| client.call("UpdatePolicy", &[named, param]);
    let twice = json!([key_user, key_user]);
    let twice_text = twice.to_string();
    for (param, permissions, resources, rules) in [
        (("Permissions", &*twice_text), &twice, json!(["key/*"]), rules),
        (("Permissions", "[]"), &json!([]), json!(["key/*"]), rules),
        (
            ("Resources", r#"["key/a*", "secret/a/b"]"#),
            &json!([]),
            json!(["key/a*", "secret/a/b"]),
            rules,
        ),
        (("AccessControlRules", "{}"), &json!([]), json!(["key/a*", "secret/a/b"]), "{}"),
    ] {
        assert_eq!(body(&update(param)), json!({}));
        assert_eq!(describe(), described(permissions.clone(), resources, &scope, rules));
    }
    for (name, bad) in [
        ("Permissions", r#"["RbacPermission/Template/Other"]"#),
        ("Permissions", "[1]"),
        ("Resources", r#"["alias/a"]"#),
        ("Resources", "key/*"),
        ("AccessControlRules", r#"{"NetworkRules":["a b"]}"#),
        ("AccessControlRules", r#"{"Networks":["a"]}"#),
    ] {
        update((name, bad)).refused_parameter(name);
    }
    // The scope is the shared gateway unless a request says otherwise, and does not change.
    assert_eq!(body(&create_policy(&client, "q", &[]))["KmsInstance"], "shared");
    update(("KmsInstance", "shared")).ok();
    assert_eq!(describe()["KmsInstance"], scope);
    let listed = body(&client.call("ListPolicies", &[]));
    let entries = json!([{ "Name": "p" }, { "Name": "q" }]);
    assert_eq!(
        listed,
        json!({
            "Policies": { "Policy": entries },
            "PageNumber": 1, "PageSize": 20, "TotalCount": 2,
        })
    );
    client.call("DeletePolicy", &[named]).ok();
    for action in ["DescribePolicy", "UpdatePolicy", "DeletePolicy"] {
        client.call(action, &[named]).refused(404, "Forbidden.ResourceNotFound");
    }
}

#[test]
fn network_rules_repeat_their_addresses() {
    let server = Server::start();
    let client = server.client();
    let described = |kind: &str, sources: &str| {
        json!({
            "Arn": format!("{REGION}:network/r"),
            "Type": kind,
            "Description": "",
            "SourcePrivateIp": sources,
        })
    };
    let named = ("Name", "r");
    let sent = r#"["10.10.10.10/24", "71.71.71.71"]"#;
    let kept = r#"["10.10.10.10/24","71.71.71.71"]"#;
    let made = body(&create_rule(&client, "r", &[("SourcePrivateIp", sent)]));
    let mut expected = described("Private", kept);
    assert_eq!(body(&client.call("DescribeNetworkRule", &[named])), expected);
    expected["Name"] = "r".into();
    assert_eq!(made, expected);
    create_rule(&client, "r", &[]).refused(409, "Rejected.ResourceExist");
    for kind in ["Public", "VPC"] {
        let name = kind.to_lowercase();
        client.call("CreateNetworkRule", &[("Name", &name), ("Type", kind)]).ok();
        let found = body(&client.call("DescribeNetworkRule", &[("Name", &name)]));
        assert_eq!((&found["Type"], &found["SourcePrivateIp"]), (&json!(kind), &json!("[]")));
    }
    let list = |count: usize| {
        let all = (0..count).map(|at| format!("\"10.0.{}.{}\"", at / 256, at % 256));
        format!("[{}]", all.collect::<Vec<_>>().join(","))
    };
    let update =
        |sources: &str| client.call("UpdateNetworkRule", &[named, ("SourcePrivateIp", sources)]);
    update(&list(800)).ok();
    let found = body(&client.call("DescribeNetworkRule", &[named]));
    assert_eq!(found["SourcePrivateIp"], list(800));
    update(&list(801)).refused_parameter("SourcePrivateIp");
    create_rule(&client, "s", &[("SourcePrivateIp", &list(801))])
        .refused_parameter("SourcePrivateIp");
    let listed = body(&client.call("ListNetworkRules", &[("PageNumber", "2"), ("PageSize", "2")]));
    assert_eq!(
        listed,
        json!({
            "NetworkRules": { "NetworkRule": [{ "Name": "vpc", "Type": "VPC" }] },
            "PageNumber": 2, "PageSize": 2, "TotalCount": 3,
        })
    );
    client.call("DeleteNetworkRule", &[named]).ok();
    for action in ["DescribeNetworkRule", "UpdateNetworkRule", "DeleteNetworkRule"] {
        client.call(action, &[named]).refused(404, "Forbidden.ResourceNotFound");
    }
}

#[test]
fn client_keys_are_created_listed_and_deleted() {
    let server = Server::start();
    let client = server.client();
    create_key(&client, "a", &[]).refused(404, "Forbidden.ResourceNotFound");
    for name in ["a", "b"] {
        create_point(&client, name, r#"["p"]"#).ok();
    }
    let made = body(&create_key(&client, "a", &[]));
    assert_eq!(made["KeyAlgorithm"], "RSA_2048");
    let period = ("2030-01-01T00:00:00Z", "2035-01-01T00:00:00Z");
    assert_eq!((&made["NotBefore"], &made["NotAfter"]), (&json!(period.0), &json!(period.1)));
    let id = made["ClientKeyId"].as_str().unwrap();
    let get = |id: &str| client.call("GetClientKey", &[("ClientKeyId", id)]);
    let mut found = body(&get(id));
    let certificate = found["PublicKeyData"].take();
    assert!(certificate.as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert_eq!(
        found,
        json!({
            "ClientKeyId": id,
            "AapName": "a",
            "CreateTime": "2030-01-01T00:00:00Z",
            "KeyAlgorithm": "RSA_2048",
            "KeyOrigin": "KMS_PROVIDED",
            "PublicKeyData": null,
            "NotBefore": period.0,
            "NotAfter": period.1,
        })
    );
    // Times come back as they were sent, also past ones.
    let sent = [("NotBefore", "2023-09-01T14:11:22Z"), ("NotAfter", "2028-09-01T14:11:22Z")];
    let other = body(&create_key(&client, "b", &sent));
    let other_id = other["ClientKeyId"].as_str().unwrap();
    for answer in [&other, &body(&get(other_id))] {
        assert_eq!(
            (&answer["NotBefore"], &answer["NotAfter"]),
            (&json!(sent[0].1), &json!(sent[1].1))
        );
    }
    for alone in sent {
        let missing = if alone.0 == "NotBefore" { "NotAfter" } else { "NotBefore" };
        let message = create_key(&client, "b", &[alone]).refused(400, "MissingParameter");
        assert!(message.contains(missing), "{message}");
    }
    let ends = [("NotBefore", sent[1].1), ("NotAfter", sent[0].1)];
    create_key(&client, "b", &ends).refused_parameter("NotAfter");

    server.advance(days(1));
    for _ in 0..2 {
        create_key(&client, "a", &[]).ok();
    }
    create_key(&client, "a", &[]).refused(400, "Rejected.LimitExceeded");
    let list = |params: &[(&str, &str)]| {
        let listed = body(&client.call("ListClientKeys", params));
        let keys = listed["ClientKeys"].as_array().unwrap().clone();
        assert_eq!(listed, json!({ "ClientKeys": keys }), "there are no pages");
        keys
    };
    assert_eq!(list(&[("AapName", "a")]).len(), 3);
    assert_eq!(list(&[("AapName", "none")]).len(), 0);
    assert_eq!(list(&[]).len(), 4);
    found["PublicKeyData"] = certificate;
    assert_eq!(list(&[])[0], found);
    // Terraform gets them by GET.
    let query = form(&client.signed("GET", "GetClientKey", &[("ClientKeyId", id)]));
    let answer = send(client.address, &format!("GET /?{query} HTTP/1.1\r\n"), b"");
    assert_eq!(body(&answer), found);

    client.call("DeleteApplicationAccessPoint", &[("Name", "a")]).ok();
    client.call("DeleteClientKey", &[("ClientKeyId", id)]).ok();
    get(id).refused(404, "Forbidden.ResourceNotFound");
    client
        .call("DeleteClientKey", &[("ClientKeyId", id)])
        .refused(404, "Forbidden.ResourceNotFound");
}

/// Runs OpenSSL on a container with this password. Returns what it prints, and its exit code.
fn openssl(container: &[u8], password: &str) -> (String, bool) {
    let mut command = Command::new("openssl");
    command.args(["pkcs12", "-legacy", "-nodes", "-info", "-passin", &format!("pass:{password}")]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(container).unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&printed).into_owned(), output.status.success())
}

#[test]
fn openssl_opens_the_container() {
    let server = Server::start();
    let client = server.client();
    create_point(&client, "a", r#"["p"]"#).ok();
    let made = body(&create_key(&client, "a", &[]));
    let id = ("ClientKeyId", made["ClientKeyId"].as_str().unwrap());
    let container = STANDARD.decode(made["PrivateKeyData"].as_str().unwrap()).unwrap();
    let (printed, is_open) = openssl(&container, "Passw0rd!");
    assert!(is_open, "{printed}");
    // The certificate comes first, and it is the one that GetClientKey shows.
    let found = body(&client.call("GetClientKey", &[id]));
    let certificate = printed.find(found["PublicKeyData"].as_str().unwrap()).unwrap();
    let private_key = printed.find("-----BEGIN PRIVATE KEY-----").unwrap();
    assert!(certificate < private_key, "{printed}");
    assert!(printed.contains("MAC: sha1, Iteration 2048"), "{printed}");
    assert_eq!(printed.matches("pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048").count(), 2);
    assert_eq!(printed.matches("localKeyID").count(), 2);
    let (printed, is_open) = openssl(&container, "Passw0rd?");
    assert!(!is_open && printed.contains("invalid password"), "{printed}");
}

const SEED: &str = "
realms:
  - account: '1000000000000001'
    applications: [{ name: shop, policies: [orders, gone], description: why }]
    application_policies:
      - name: orders
        instance: kst-1
        permissions: [RbacPermission/Template/CryptoServiceSecretUser]
        resources: [secret/*, key/a*]
        network_rules: [office]
      - { name: open, access_control: '{ \"NetworkRules\": [] }' }
    network_rules: [{ name: office, kind: VPC, sources: [10.0.0.0/8, '::1'] }, { name: empty }]
";

#[test]
fn applications_can_be_seeded_and_exported() {
    let server = Server::with(Setup { seeds: &[SEED], ..Setup::default() });
    let client = server.client();
    create_key(&client, "shop", &[]).ok();
    let point = body(&client.call("DescribeApplicationAccessPoint", &[("Name", "shop")]));
    assert_eq!(point["Policies"], r#"["orders","gone"]"#);
    let policy = body(&client.call("DescribePolicy", &[("Name", "orders")]));
    assert_eq!(policy["AccessControlRules"], r#"{"NetworkRules":["office"]}"#);
    assert_eq!(policy["KmsInstance"], "kst-1");
    let open = body(&client.call("DescribePolicy", &[("Name", "open")]));
    assert_eq!(open["AccessControlRules"], r#"{ "NetworkRules": [] }"#);
    let text = export(&server, "");
    import(&server, "", "realms: []").ok();
    assert_eq!(body(&client.call("ListClientKeys", &[])), json!({ "ClientKeys": [] }));
    import(&server, "", &text).ok();
    assert_eq!(export(&server, ""), text);
    assert_eq!(body(&client.call("DescribePolicy", &[("Name", "orders")])), policy);
    create_key(&client, "shop", &[]).ok();
}
