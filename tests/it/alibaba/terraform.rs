//! The calls of Terraform's provider `aliyun/alicloud`, in its form and order. A plan is empty if
//! what it reads is what was configured.

use serde_json::{Value, json};

use crate::kit::{Answer, Client, Server, Setup, form, send};

const ACCOUNT: &str = "1000000000000001";

/// A client in the form of the provider.
struct Provider(Client);

impl Provider {
    /// A call as nearly all are: by POST, with its parameters in the form.
    fn post(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.send("POST", action, &[], params)
    }

    /// A call with some parameters in the query.
    fn send(
        &self,
        method: &str,
        action: &str,
        in_query: &[(&str, &str)],
        in_form: &[(&str, &str)],
    ) -> Answer {
        let all = [in_query, in_form].concat();
        let signed = self.0.signed(method, action, &[&all[..], &[("Format", "json")]].concat());
        let is_in_form = |(name, _): &(String, String)| in_form.iter().any(|(it, _)| name == it);
        let (body, query): (Vec<_>, Vec<_>) = signed.into_iter().partition(is_in_form);
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        let head = format!("{method} /?{} HTTP/1.1\r\n{kind}", form(&query));
        send(self.0.address, &head, form(&body).as_bytes())
    }

    /// What the provider reads of a policy, a network rule or an access point. None: it is gone.
    #[track_caller]
    fn described(&self, action: &str, name: &str) -> Option<Value> {
        known(&self.send("POST", action, &[("Name", name)], &[]))
    }

    /// What it reads of a client key.
    #[track_caller]
    fn client_key(&self, id: &str) -> Option<Value> {
        known(&self.send("GET", "GetClientKey", &[("ClientKeyId", id)], &[]))
    }

    /// What it reads of an instance.
    #[track_caller]
    fn instance(&self, id: &str) -> Option<Value> {
        let told = self.post("GetKmsInstance", &[("KmsInstanceId", id)]).ok();
        Some(told["KmsInstance"].clone()).filter(|it| it["InstanceId"] != "")
    }

    /// The tags that it reads.
    #[track_caller]
    fn tags(&self, kind: &str, id: &str) -> Value {
        let of = [("RegionId", "cn-hangzhou"), ("ResourceType", kind), ("ResourceId.1", id)];
        let told = self.post("ListTagResources", &of).ok();
        let tags = told["TagResources"]["TagResource"].as_array().unwrap();
        let pair = |tag: &Value| (tag["TagKey"].as_str().unwrap().into(), tag["TagValue"].clone());
        tags.iter().map(pair).collect::<serde_json::Map<_, _>>().into()
    }
}

/// The answer, or none if its code is the one by which the provider knows that a thing is gone.
#[track_caller]
fn known(answer: &Answer) -> Option<Value> {
    if answer.status != 200 {
        answer.refused(404, "Forbidden.ResourceNotFound");
        return None;
    }
    Some(answer.ok())
}

fn provider(seeds: &[&str]) -> (Server, Provider) {
    let server = Server::with(Setup { seeds, ..Setup::default() });
    let client = server.client();
    (server, Provider(client))
}

/// A list as the provider reads it: it takes the text apart by its brackets, commas and quotes.
fn taken_apart(text: &Value) -> Vec<&str> {
    let text = text.as_str().unwrap();
    text[1..text.len() - 1].split(',').map(|it| &it[1..it.len() - 1]).collect()
}

/// Checks that it is there, and that these members have these values.
#[track_caller]
fn has(told: Option<Value>, members: &[(&str, &str)]) {
    let told = told.unwrap();
    for (name, value) in members {
        assert_eq!(told[name], *value, "{name}");
    }
}

const BOTH: &str = r#"["RbacPermission/Template/CryptoServiceKeyUser","RbacPermission/Template/CryptoServiceSecretUser"]"#;

#[test]
fn policies() {
    let (_server, provider) = provider(&[]);
    let name = ("Name", "tf-testacccn-hangzhoukmspolicy12345");
    // The acceptance tests forget the interpolation, so that the rule has this name.
    let rules = |number: u8| {
        let rule = format!("alicloud_kms_network_rule.networkRule{number}.network_rule_name");
        json!({ "NetworkRules": [rule] }).to_string()
    };
    // A heredoc as in the documentation.
    let heredoc = "  {\n      \"NetworkRules\":[\n          \"rule\"\n      ]\n  }\n";
    let create = |scope: &str, permissions: &str, rules: &str| {
        let resources = ("Resources", r#"["secret/*","key/*"]"#);
        let (scope, rules) = (("KmsInstance", scope), ("AccessControlRules", rules));
        let all = [name, scope, ("Permissions", permissions), resources, rules];
        provider.post("CreatePolicy", &all).ok()
    };
    let read = || provider.described("DescribePolicy", name.1);
    let delete = || provider.post("DeletePolicy", &[name]).ok();
    for (scope, rules) in [("shared", &*rules(1)), ("kst-hzz1", heredoc)] {
        assert_eq!(create(scope, BOTH, rules)["Name"], name.1);
        has(read(), &[name, ("Description", ""), ("KmsInstance", scope)]);
        has(read(), &[("AccessControlRules", rules)]);
        delete();
    }
    let same = r#"["RbacPermission/Template/CryptoServiceSecretUser","RbacPermission/Template/CryptoServiceSecretUser"]"#;
    create("shared", same, &rules(3));
    assert_eq!(read().unwrap()["Permissions"].to_string(), same);
    // Each update has all three, and the description if it changed.
    for (permissions, resources, rules, description) in [
        (BOTH, r#"["secret/*","key/*"]"#, rules(1), Some("terraform\u{6d4b}\u{8bd5}policy")),
        ("[]", r#"["key/*"]"#, rules(1), None),
        ("[]", r#"["key/*"]"#, rules(2), Some("asdfasdf")),
        (same, r#"["key/a*","key/b*","key/c*"]"#, rules(3), Some("")),
    ] {
        let lists = [("Permissions", permissions), ("Resources", resources)];
        let more = description.map(|text| ("Description", text));
        let update = [&[name][..], &lists, &[("AccessControlRules", &rules)], more.as_slice()];
        provider.post("UpdatePolicy", &update.concat()).ok();
        for (list, text) in lists {
            assert_eq!(read().unwrap()[list].to_string(), text);
        }
        has(read(), &[("AccessControlRules", &rules), ("KmsInstance", "shared")]);
        has(read(), more.as_slice());
    }
    delete();
    assert_eq!(read(), None);
    assert_eq!(known(&provider.post("DeletePolicy", &[name])), None);
}

#[test]
fn network_rules() {
    let (_server, provider) = provider(&[]);
    let name = ("Name", "tf_rule");
    let read = || provider.described("DescribeNetworkRule", name.1);
    let addresses = |told: Option<Value>| {
        let told = told.unwrap();
        taken_apart(&told["SourcePrivateIp"]).join(" ")
    };
    let first = r#"["10.10.10.10/24","192.168.17.13","100.177.24.254"]"#;
    let made = provider.post(
        "CreateNetworkRule",
        &[name, ("Description", "test"), ("Type", "Private"), ("SourcePrivateIp", first)],
    );
    assert_eq!(made.ok()["Name"], name.1);
    has(read(), &[("Description", "test")]);
    assert_eq!(addresses(read()), "10.10.10.10/24 192.168.17.13 100.177.24.254");
    for (sources, description) in
        [(r#"["10.10.10.10"]"#, Some("changed")), (r#"["71.71.71.71"]"#, None), (first, Some(""))]
    {
        let more = description.map(|text| ("Description", text));
        let update = [&[name, ("SourcePrivateIp", sources)][..], more.as_slice()].concat();
        provider.post("UpdateNetworkRule", &update).ok();
        has(read(), more.as_slice());
        assert_eq!(read().unwrap()["SourcePrivateIp"], sources);
    }
    provider.post("DeleteNetworkRule", &[name]).ok();
    assert_eq!(read(), None);
    assert_eq!(known(&provider.post("DeleteNetworkRule", &[name])), None);
}

#[test]
fn access_points_and_client_keys() {
    let (_server, provider) = provider(&[]);
    let name = ("Name", "tf-testacccn-hangzhoukmsapplicationaccesspoint1234");
    let read = || provider.described("DescribeApplicationAccessPoint", name.1);
    let method = ("AuthenticationMethod", "ClientKey");
    let create = [name, ("Policies", r#"["abc","efg","hfc"]"#), method];
    assert_eq!(provider.post("CreateApplicationAccessPoint", &create).ok()["Name"], name.1);
    has(read(), &[("Description", ""), name]);
    assert_eq!(taken_apart(&read().unwrap()["Policies"]), ["abc", "efg", "hfc"]);
    for (policies, description) in [(r#"["guaguagua"]"#, Some("d")), (r#"["a.b","aaa"]"#, None)] {
        let more = description.map(|text| ("Description", text));
        let update = [&[name, ("Policies", policies)][..], more.as_slice()].concat();
        provider.post("UpdateApplicationAccessPoint", &update).ok();
        assert_eq!(read().unwrap()["Policies"], policies);
        has(read(), &[("Description", "d")]);
    }
    let times = [("NotBefore", "2023-09-01T14:11:22Z"), ("NotAfter", "2028-09-01T14:11:22Z")];
    let create = [("AapName", name.1), times[0], times[1], ("Password", "YouPassword123!")];
    let made = provider.post("CreateClientKey", &create).ok();
    assert!(made["PrivateKeyData"].is_string());
    let id = made["ClientKeyId"].as_str().unwrap();
    has(provider.client_key(id), &times);
    has(provider.client_key(id), &[("AapName", name.1)]);
    provider.post("DeleteClientKey", &[("ClientKeyId", id)]).ok();
    assert_eq!(provider.client_key(id), None);
    provider.post("DeleteApplicationAccessPoint", &[name]).ok();
    assert_eq!(read(), None);
}

const INSTANCE: &str = "kst-bought";

const SEED: &str = "
accounts: [{ id: '1000000000000001', access_keys: [{ id: testid, secret: testsecret }] }]
realms:
  - account: '1000000000000001'
    instances: [{ id: kst-bought, status: Uninitialized, capacity: { networks: 5 } }]
";

/// The other service has sold the instance.
#[test]
fn instances() {
    let (_server, provider) = provider(&[SEED]);
    let id = ("KmsInstanceId", INSTANCE);
    let read = || provider.instance(INSTANCE);
    // The provider waits until the instance is there, and takes its name from the answer.
    has(read(), &[("InstanceId", INSTANCE), ("InstanceName", INSTANCE)]);
    let zones = ("ZoneIds", "cn-hangzhou-k,cn-hangzhou-j");
    let network = [("VpcId", "vpc-1"), ("VSwitchIds", "vsw-1"), zones, ("KMProvider", "Aliyun")];
    provider.post("ConnectKmsInstance", &[&[id][..], &network].concat()).ok();
    has(read(), &[("Status", "Connected"), ("VpcId", "vpc-1"), ("ChargeType", "POSTPAY")]);
    for set in ["CreateTime", "EndDate", "CaCertificateChainPem"] {
        assert!(!read().unwrap()[set].as_str().unwrap().is_empty(), "{set}");
    }
    let bound = |number: u8| {
        json!({
            "RegionId": "cn-hangzhou",
            "VSwitchId": format!("vsw-{number}"),
            "VpcId": format!("vpc-{number}"),
            "VpcOwnerId": ACCOUNT.parse::<u64>().unwrap(),
        })
    };
    for count in [3, 1, 0] {
        let networks: Vec<_> = (2..2 + count).map(bound).collect();
        let text = Value::from(networks.clone()).to_string();
        let query = [id, ("BindVpcs", &*text)];
        provider.send("GET", "UpdateKmsInstanceBindVpc", &query, &[]).ok();
        let mut told = read().unwrap()["BindVpcs"]["BindVpc"].clone();
        for network in told.as_array_mut().unwrap() {
            assert_eq!(network["VpcOwnerId"], ACCOUNT);
            network["VpcOwnerId"] = ACCOUNT.parse::<u64>().unwrap().into();
        }
        assert_eq!(told, Value::from(networks));
    }
    provider.post("UpdateKmsInstance", &[id, ("InstanceName", "tf-instance")]).ok();
    has(read(), &[("InstanceName", "tf-instance")]);
    for protected in [true, false] {
        let set = ("EnableDeletionProtection", &*protected.to_string());
        provider.post("SetDeletionProtection", &[id, set]).ok();
        assert_eq!(read().unwrap()["DeletionProtection"], protected);
    }
    let of =
        [("RegionId", "cn-hangzhou"), ("ResourceType", "instance"), ("ResourceId.1", INSTANCE)];
    let tags = [("Tag.1.Key", "Created"), ("Tag.1.Value", "TF")];
    provider.post("TagResources", &[&of[..], &tags].concat()).ok();
    assert_eq!(provider.tags("instance", INSTANCE), json!({ "Created": "TF" }));
    provider.post("UntagResources", &[&of[..], &[("TagKey.1", "Created")]].concat()).ok();
    assert_eq!(provider.tags("instance", INSTANCE), json!({}));
    let listed = |name: &str| {
        let filters = json!([{ "Values": [name], "Key": "InstanceName" }]).to_string();
        let page = [("PageSize", "50"), ("PageNumber", "1"), ("Filters", &*filters)];
        provider.post("ListKmsInstances", &page).ok()["TotalCount"].clone()
    };
    assert_eq!((listed("tf-instance"), listed("tf-instance_fake")), (json!(1), json!(0)));
    provider.post("ReleaseKmsInstance", &[id, ("ForceDeleteWithoutBackup", "true")]).ok();
    assert_eq!(read(), None);
}

/// A text member of an answer's object.
fn text<'a>(told: &'a Value, pointer: &str) -> &'a str {
    told.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {told}"))
}

fn policy(sid: &str) -> String {
    json!({
        "Version": "1",
        "Statement": [{
            "Sid": sid,
            "Effect": "Allow",
            "Action": ["kms:*"],
            "Resource": ["*"],
            "Principal": { "RAM": [format!("acs:ram::{ACCOUNT}:*")] },
        }],
    })
    .to_string()
}

const CONNECTED: &str = "
accounts: [{ id: '1000000000000001', access_keys: [{ id: testid, secret: testsecret }] }]
realms: [{ account: '1000000000000001', instances: [{ id: kst-bought }] }]
";

#[test]
fn keys_of_an_instance() {
    let (_server, provider) = provider(&[CONNECTED]);
    let (first, second) = (policy("first"), policy("second"));
    let create = [
        ("ProtectionLevel", "SOFTWARE"),
        ("DKMSInstanceId", INSTANCE),
        ("EnableAutomaticRotation", "true"),
        ("RotationInterval", "605800s"),
        ("Policy", &first),
        ("Tags", r#"[{"TagKey":"Created","TagValue":"TF"}]"#),
    ];
    let made = provider.post("CreateKey", &create).ok();
    let id = ("KeyId", text(&made, "/KeyMetadata/KeyId"));
    let read = || Some(provider.post("DescribeKey", &[id]).ok()["KeyMetadata"].clone());
    let read_policy = || provider.post("GetKeyPolicy", &[id]).ok()["Policy"].clone();
    has(read(), &[("DKMSInstanceId", INSTANCE), ("RotationInterval", "605800s")]);
    has(read(), &[("AutomaticRotation", "Enabled"), ("KeyState", "Enabled")]);
    assert_eq!(read_policy(), first);
    assert_eq!(provider.tags("key", id.1), json!({ "Created": "TF" }));
    provider.post("UpdateKeyDescription", &[id, ("Description", "d")]).ok();
    let rotation = [id, ("EnableAutomaticRotation", "false")];
    provider.post("UpdateRotationPolicy", &rotation).ok();
    let reason = ("DeletionProtectionDescription", "why");
    provider
        .post("SetDeletionProtection", &[id, ("EnableDeletionProtection", "true"), reason])
        .ok();
    provider.post("SetKeyPolicy", &[id, ("Policy", &second)]).ok();
    has(read(), &[("Description", "d"), ("AutomaticRotation", "Disabled")]);
    has(read(), &[("DeletionProtection", "Enabled"), reason]);
    assert!(read().unwrap().get("RotationInterval").is_none());
    assert_eq!(read_policy(), second);
    provider.post("SetDeletionProtection", &[id, ("EnableDeletionProtection", "false")]).ok();
    assert!(read().unwrap().get(reason.0).is_none());
    for (action, state) in [("DisableKey", "Disabled"), ("EnableKey", "Enabled")] {
        provider.post(action, &[id]).ok();
        has(read(), &[("KeyState", state)]);
    }
    provider.post("ScheduleKeyDeletion", &[id, ("PendingWindowInDays", "7")]).ok();
    has(read(), &[("KeyState", "PendingDeletion")]);
}

#[test]
fn secrets_of_an_instance() {
    let (_server, provider) = provider(&[CONNECTED]);
    let made = provider.post("CreateKey", &[("DKMSInstanceId", INSTANCE)]).ok();
    let name = ("SecretName", "tf-secret");
    let first = policy("first");
    let create = [
        name,
        ("SecretData", "one"),
        ("VersionId", "v1"),
        ("SecretDataType", "text"),
        ("EncryptionKeyId", text(&made, "/KeyMetadata/KeyId")),
        ("DKMSInstanceId", INSTANCE),
        ("Policy", &first),
    ];
    assert_eq!(provider.post("CreateSecret", &create).ok()["SecretName"], name.1);
    let read = || known(&provider.post("DescribeSecret", &[name]));
    has(read(), &[("DKMSInstanceId", INSTANCE), create[4], ("SecretType", "Generic")]);
    for absent in ["ExtendedConfig", "RotationInterval"] {
        assert!(read().unwrap().get(absent).is_none(), "{absent}");
    }
    assert_eq!(provider.post("GetSecretPolicy", &[name]).ok()["Policy"], first);
    let stages = ("VersionStages", r#"["ACSCurrent","UStage"]"#);
    let put =
        [name, ("SecretData", "two"), ("VersionId", "v2"), ("SecretDataType", "text"), stages];
    provider.post("PutSecretValue", &put).ok();
    let value = provider.post("GetSecretValue", &[name]).ok();
    has(Some(value.clone()), &[("SecretData", "two"), ("VersionId", "v2")]);
    assert_eq!(value["VersionStages"]["VersionStage"], json!(["ACSCurrent", "UStage"]));
    let delete = [name, ("ForceDeleteWithoutRecovery", "true"), ("RecoveryWindowInDays", "30")];
    provider.post("DeleteSecret", &delete).ok();
    assert_eq!(read(), None);
    assert_eq!(known(&provider.post("DeleteSecret", &delete)), None);
}
