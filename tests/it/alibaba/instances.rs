//! KMS instances: what they answer, and what they decide about keys, secrets, tags and rotation.

use serde_json::{Value, json};

use crate::kit::{Answer, Client, Server, Setup, control, form, send};

const SEED: &str = "
accounts: [{ id: '1000000000000001', access_keys: [{ id: testid, secret: testsecret }] }]
realms:
  - account: '1000000000000001'
    instances:
      - id: kst-full
        name: everything
        kind: HARDWARE
        status: Connected
        capacity: { throughput: 2000, keys: 100, secrets: 0, networks: 3, logs: 500 }
        prepaid: true
        network: { id: vpc-1, subnets: [vsw-1, vsw-2], zones: [cn-hangzhou-a, cn-hangzhou-b] }
        bound_networks: [{ region: cn-beijing, network: vpc-2, subnet: vsw-3, owner: '7' }]
        deletion_protection: why
        created_at: 2029-01-01T00:00:00Z
        ends_at: 2031-01-01T00:00:00Z
      - { id: kst-new, name: new, status: Uninitialized }
";

fn server() -> (Server, Client) {
    let server = Server::with(Setup { seeds: &[SEED], ..Setup::default() });
    let client = server.client();
    (server, client)
}

/// An instance as `GetKmsInstance` answers it.
fn told(client: &Client, id: &str) -> Value {
    client.call("GetKmsInstance", &[("KmsInstanceId", id)]).ok()["KmsInstance"].clone()
}

#[test]
fn an_instance_has_the_fields_and_types_of_the_newest_sdk() {
    let (server, client) = server();
    let authority = control(server.address, "GET", "ca.pem", &Value::Null).text;
    let chain = authority.replace('\n', "\r\n");
    assert_eq!(
        told(&client, "kst-full"),
        json!({
            "InstanceId": "kst-full",
            "InstanceName": "everything",
            "Status": "Connected",
            "CreateTime": "2029-01-01T00:00:00Z",
            "StartDate": "2029-01-01T00:00:00Z",
            "EndDate": "2031-01-01T00:00:00Z",
            "Spec": 2000,
            "KeyNum": 100,
            "SecretNum": "0",
            "VpcNum": 3,
            "VpcId": "vpc-1",
            "VswitchIds": ["vsw-1", "vsw-2"],
            "ZoneIds": ["cn-hangzhou-a", "cn-hangzhou-b"],
            "BindVpcs": { "BindVpc": [{
                "RegionId": "cn-beijing",
                "VpcId": "vpc-2",
                "VSwitchId": "vsw-3",
                "VpcOwnerId": "7",
            }] },
            "CaCertificateChainPem": chain,
            "ChargeType": "PREPAY",
            "ProductType": "kms_ddi_public_cn",
            "ProductVersion": "5",
            "Log": 1,
            "LogStorage": 500,
            "SaleStatus": "Normal",
            "DeletionProtection": true,
            "DeletionProtectionDescription": "why",
        })
    );
    let new = told(&client, "kst-new");
    for (field, value) in [
        ("Status", json!("Uninitialized")),
        ("EndDate", json!("2999-09-09T16:00:00Z")),
        ("SecretNum", json!("1000")),
        ("VswitchIds", json!([])),
        ("BindVpcs", json!({ "BindVpc": [] })),
        ("ChargeType", json!("POSTPAY")),
        ("ProductVersion", json!("3")),
        ("Log", json!(0)),
        ("LogStorage", json!(0)),
        ("DeletionProtection", json!(false)),
    ] {
        assert_eq!(new[field], value, "{field}");
    }
    for absent in ["VpcId", "DeletionProtectionDescription"] {
        assert!(new.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn instances_are_listed_and_filtered_by_name() {
    let (_server, client) = server();
    let list = |params: &[(&str, &str)]| client.call("ListKmsInstances", params);
    let all = list(&[]).ok();
    assert_eq!(
        (&all["PageNumber"], &all["PageSize"], &all["TotalCount"]),
        (&json!(1), &json!(20), &json!(2))
    );
    assert_eq!(
        all["KmsInstances"]["KmsInstance"][0],
        json!({
            "KmsInstanceId": "kst-full",
            "KmsInstanceArn": "acs:kms:cn-hangzhou:1000000000000001:keystore/kst-full",
        })
    );
    let second = list(&[("PageNumber", "2"), ("PageSize", "1")]).ok();
    assert_eq!(second["KmsInstances"]["KmsInstance"][0]["KmsInstanceId"], "kst-new");
    for (names, count) in [(&["new"][..], 1), (&["new", "everything"], 2), (&["ne"], 0)] {
        let filters = json!([{ "Key": "InstanceName", "Values": names }]).to_string();
        assert_eq!(list(&[("Filters", &filters)]).ok()["TotalCount"], count, "{names:?}");
    }
    list(&[("Filters", r#"[{"Key":"Status","Values":[]}]"#)]).refused_parameter("Filters");
}

/// Sends an action by this method, with its parameters in the query.
fn send_by(client: &Client, method: &str, action: &str, params: &[(&str, &str)]) -> Answer {
    let query = form(&client.signed(method, action, params));
    send(client.address, &format!("{method} /?{query} HTTP/1.1\r\n"), b"")
}

#[test]
fn an_instance_is_connected_by_post_and_bound_by_either_method() {
    let (_server, client) = server();
    let id = ("KmsInstanceId", "kst-new");
    let bound = r#"[{"VpcId":"vpc-2","VSwitchId":"vsw-3","RegionId":"","VpcOwnerId":17}]"#;
    let bind = |bound: &str| client.call("UpdateKmsInstanceBindVpc", &[id, ("BindVpcs", bound)]);
    bind(bound).refused(403, "Forbidden.DKMSInstanceStateInvalid");
    let connect = |instance: &'static str| {
        [
            ("KmsInstanceId", instance),
            ("VpcId", "vpc-1"),
            ("ZoneIds", "cn-hangzhou-a,cn-hangzhou-b"),
            ("VSwitchIds", "vsw-1"),
            ("KMProvider", "Aliyun"),
        ]
    };
    send_by(&client, "GET", "ConnectKmsInstance", &connect("kst-new"))
        .refused(403, "UnsupportedHTTPMethod");
    client
        .call("ConnectKmsInstance", &connect("kst-full"))
        .refused(400, "Rejected.UnsupportedOperation");
    send_by(&client, "POST", "ConnectKmsInstance", &connect("kst-new")).ok();
    client
        .call("ConnectKmsInstance", &connect("kst-new"))
        .refused(403, "Forbidden.DKMSInstanceStateInvalid");
    let connected = told(&client, "kst-new");
    assert_eq!((&connected["Status"], &connected["VpcId"]), (&json!("Connected"), &json!("vpc-1")));
    assert_eq!(connected["ZoneIds"], json!(["cn-hangzhou-a", "cn-hangzhou-b"]));
    for (method, owner, expected) in
        [("GET", "17", "17"), ("POST", "\"18\"", "18"), ("GET", "\"\"", "1000000000000001")]
    {
        let bound = bound.replace("17", owner);
        send_by(&client, method, "UpdateKmsInstanceBindVpc", &[id, ("BindVpcs", &bound)]).ok();
        assert_eq!(
            told(&client, "kst-new")["BindVpcs"]["BindVpc"],
            json!([{
                "RegionId": "cn-hangzhou",
                "VpcId": "vpc-2",
                "VSwitchId": "vsw-3",
                "VpcOwnerId": expected,
            }])
        );
    }
    let ten = vec![json!({ "VpcId": "vpc-2", "VSwitchId": "vsw-3" }); 10];
    bind(&Value::from(ten).to_string()).refused(400, "Rejected.ShareQuotaExceedLimit");
    for wrong in ["{}", r#"[{"VpcId":"vpc-2"}]"#, r#"[{"VpcId":"","VSwitchId":"v"}]"#] {
        bind(wrong).refused_parameter("BindVpcs");
    }
    bind("[]").ok();
    assert_eq!(told(&client, "kst-new")["BindVpcs"]["BindVpc"], json!([]));
}

#[test]
fn quotas_count_what_an_instance_holds() {
    let (_server, client) = server();
    let quotas = |params: &[(&str, &str)]| client.call("GetKmsInstanceQuotaInfos", params);
    client.create_key(&[("DKMSInstanceId", "kst-full")]);
    client.create_key(&[]);
    // Where none is named, the default instance is meant.
    assert_eq!(client.call("GetDefaultKmsInstance", &[]).ok()["DefaultKmsInstanceId"], "kst-full");
    let mut all = quotas(&[]).ok();
    all.as_object_mut().unwrap().remove("RequestId");
    let info = |kind: &str, quota: u32, used: u32| json!({ "ResourceType": kind, "ResourceQuota": quota, "UsedQuantity": used });
    assert_eq!(
        all,
        json!({
            "KmsInstanceId": "kst-full",
            "KmsInstanceQuotaInfos": [
                info("key", 100, 1), info("secret", 0, 0), info("qps", 2000, 0), info("vpc", 3, 2),
            ],
        })
    );
    let of_keys = quotas(&[("KmsInstanceId", "kst-full"), ("ResourceType", "key")]).ok();
    assert_eq!(of_keys["KmsInstanceQuotaInfos"], json!([info("key", 100, 1)]));
    quotas(&[("KmsInstanceId", "kst-new")]).refused(403, "Forbidden.DKMSInstanceStateInvalid");
    let other = client.clone().with("RegionId", "cn-beijing");
    for action in ["GetDefaultKmsInstance", "GetKmsInstanceQuotaInfos"] {
        other.call(action, &[]).refused(403, "Forbidden.DKMSInstanceNotFound");
    }
    let secret = [("SecretName", "s"), ("SecretData", "a"), ("VersionId", "v1")];
    client
        .call("CreateSecret", &[&secret[..], &[("DKMSInstanceId", "kst-full")]].concat())
        .refused(400, "Rejected.ShareQuotaExceedLimit");
    assert_eq!(client.call("ListSecrets", &[]).ok()["TotalCount"], 0);
}

#[test]
fn instances_have_tags_a_name_and_protection() {
    let (_server, client) = server();
    let resource = [("ResourceType", "instance"), ("ResourceId.1", "kst-new")];
    let tag = [("Tag.1.Key", "team"), ("Tag.1.Value", "a")];
    client.call("TagResources", &[&resource[..], &tag].concat()).ok();
    let list = || client.call("ListTagResources", &resource).ok()["TagResources"].clone();
    assert_eq!(
        list(),
        json!({ "TagResource": [{
            "ResourceId": "kst-new",
            "ResourceType": "instance",
            "TagKey": "team",
            "TagValue": "a",
        }] })
    );
    client.call("UntagResources", &[&resource[..], &[("TagKey.1", "team")]].concat()).ok();
    assert_eq!(list(), json!({ "TagResource": [] }));
    let none = [resource[0], ("ResourceId.1", "kst-none"), tag[0], tag[1]];
    client.call("TagResources", &none).refused(403, "Forbidden.DKMSInstanceNotFound");

    let id = ("KmsInstanceId", "kst-new");
    client.call("UpdateKmsInstance", &[id, ("InstanceName", "other")]).ok();
    assert_eq!(told(&client, "kst-new")["InstanceName"], "other");

    let release = || client.call("ReleaseKmsInstance", &[id, ("ForceDeleteWithoutBackup", "true")]);
    let on = ("EnableDeletionProtection", "true");
    let why = ("DeletionProtectionDescription", "because");
    client.call("SetDeletionProtection", &[id, on, why]).ok();
    let protected = told(&client, "kst-new");
    assert_eq!(protected["DeletionProtection"], true);
    assert_eq!(protected["DeletionProtectionDescription"], "because");
    release().refused(400, "Rejected.UnsupportedOperation");
    client.call("SetDeletionProtection", &[id, ("EnableDeletionProtection", "false")]).ok();
    assert_eq!(told(&client, "kst-new")["DeletionProtection"], false);
    let without_backup =
        client.call("ReleaseKmsInstance", &[id]).refused(403, "Forbidden.NoBackup");
    assert_eq!(without_backup, "this kms instance no backup, forbidden delete.");
    release().ok();
    assert_eq!(told(&client, "kst-new"), json!({ "InstanceId": "" }));
}

#[test]
fn what_is_in_an_instance_is_released_with_it() {
    let seed = "
accounts: [{ id: '1000000000000001', access_keys: [{ id: testid, secret: testsecret }] }]
realms:
  - account: '1000000000000001'
    instances: [{ id: kst-one, backed_up: true }, { id: kst-two }]
    keys:
      - { id: key-one, instance: kst-one, aliases: [alias/one] }
      - { id: key-two, instance: kst-two, aliases: [alias/two] }
      - { id: key-out }
    secrets:
      - { name: of-one, value: text, instance: kst-one, encryption_key_id: key-one }
      - { name: of-two, value: text, instance: kst-two, encryption_key_id: key-two }
      - { name: outside, value: text }
";
    let server = Server::with(Setup { seeds: &[seed], ..Setup::default() });
    let client = server.client();
    client.call("ReleaseKmsInstance", &[("KmsInstanceId", "kst-one")]).ok();
    let describe = |key| client.call("DescribeKey", &[("KeyId", key)]);
    describe("key-one").refused(404, "Forbidden.KeyNotFound");
    describe("alias/one").refused(404, "Forbidden.AliasNotFound");
    let read = |secret| client.call("GetSecretValue", &[("SecretName", secret)]);
    read("of-one").refused(404, "Forbidden.ResourceNotFound");
    for key in ["key-two", "alias/two", "key-out"] {
        describe(key).ok();
    }
    for secret in ["of-two", "outside"] {
        assert_eq!(read(secret).ok()["SecretData"], "text");
    }
    // Their names are free.
    client.call("CreateAlias", &[("AliasName", "alias/one"), ("KeyId", "key-out")]).ok();
    let again = [("SecretName", "of-one"), ("SecretData", "new"), ("VersionId", "v1")];
    client.call("CreateSecret", &again).ok();
    assert_eq!(read("of-one").ok()["SecretData"], "new");
}

#[test]
fn hardware_decides_where_a_key_is_kept_and_whether_it_rotates() {
    let (_server, client) = server();
    client.instance("kst-software");
    let storage = |word: &'static str| ("KeyStorageMechanism", word);
    let rotation = [("EnableAutomaticRotation", "true"), ("RotationInterval", "7d")];
    let create = |params: &[(&str, &str)]| client.call("CreateKey", params);
    let (hard, soft) = (("DKMSInstanceId", "kst-full"), ("DKMSInstanceId", "kst-software"));
    create(&[storage("HsmInternal")]).refused_parameter("KeyStorageMechanism");
    create(&[soft, storage("HsmInternal")]).refused_parameter("KeyStorageMechanism");
    create(&[soft, rotation[0], rotation[1]]).ok();
    let database = storage("HsmEncryptedDatabase");
    create(&[hard, database, rotation[0], rotation[1]]).ok();
    create(&[hard, rotation[0], rotation[1]]).refused_parameter("EnableAutomaticRotation");
    for (params, rotates) in [
        (vec![hard], false),
        (vec![hard, storage("HsmInternal")], false),
        (vec![hard, database], true),
    ] {
        let key = client.create_key(&params);
        let id = ("KeyId", key.as_str());
        let answer = client.call("UpdateRotationPolicy", &[id, rotation[0], rotation[1]]);
        if rotates {
            answer.ok();
        } else {
            answer.refused(400, "Rejected.UnsupportedOperation");
        }
    }
}

#[test]
fn a_key_of_rsa_4096_encrypts_and_decrypts() {
    let (_server, client) = server();
    let key = client.create_key(&[("KeySpec", "RSA_4096"), ("KeyUsage", "ENCRYPT/DECRYPT")]);
    let described = client.call("DescribeKey", &[("KeyId", &key)]).ok();
    assert_eq!(described["KeyMetadata"]["KeySpec"], "RSA_4096");
    let version = client.call("ListKeyVersions", &[("KeyId", &key)]).ok();
    let version = version["KeyVersions"]["KeyVersion"][0]["KeyVersionId"].as_str().unwrap();
    let id =
        [("KeyId", key.as_str()), ("KeyVersionId", version), ("Algorithm", "RSAES_OAEP_SHA_256")];
    let sealed =
        client.call("AsymmetricEncrypt", &[&id[..], &[("Plaintext", "dGV4dA==")]].concat()).ok();
    let blob = sealed["CiphertextBlob"].as_str().unwrap();
    let opened =
        client.call("AsymmetricDecrypt", &[&id[..], &[("CiphertextBlob", blob)]].concat()).ok();
    assert_eq!(opened["Plaintext"], "dGV4dA==");
}
