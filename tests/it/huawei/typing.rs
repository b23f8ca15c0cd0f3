//! The answers of all actions: their members and types are those of the sources.

use std::collections::BTreeMap;

use kmsim::algorithms::mac::{Hash, digest};
use serde_json::{Value, json};

use super::client::{Client, done};
use super::imports::wrapped;
use crate::kit::{Server, encode, table};

/// The answers of actions.
struct Answers {
    client: Client,
    /// Method, path and status of each action.
    routes: BTreeMap<String, [String; 3]>,
    answers: Vec<(&'static str, Value)>,
}

impl Answers {
    /// Calls an action. Parameters that are in its path go there.
    fn call(&mut self, action: &'static str, params: Value) -> Value {
        let path = &self.routes[action][1];
        let is_in_path = |(name, _): &(String, Value)| path.contains(&format!("{{{name}}}"));
        let all = params.as_object().unwrap().clone().into_iter();
        let (own, rest): (Vec<_>, Vec<_>) = all.partition(is_in_path);
        let (own, rest) = (own.into_iter().collect(), rest.into_iter().collect());
        self.call_with(action, &Value::Object(own), Value::Object(rest))
    }

    /// Calls an action with these parameters in its path.
    fn call_with(&mut self, action: &'static str, in_path: &Value, params: Value) -> Value {
        let [method, path, status] = &self.routes[action];
        let mut path = path.clone();
        for (name, value) in in_path.as_object().unwrap() {
            path = path.replace(&format!("{{{name}}}"), &encode(value.as_str().unwrap()));
        }
        let answer = self.client.call(&format!("{method} {path}"), params);
        assert_eq!(answer.status.to_string(), *status, "{action}: {}", answer.text);
        let answer = done(&answer);
        self.answers.push((action, answer.clone()));
        answer
    }

    /// Calls several actions with the same parameters.
    fn each<const N: usize>(&mut self, actions: [&'static str; N], params: &Value) {
        for action in actions {
            self.call(action, params.clone());
        }
    }

    fn key(&self, more: Value) -> Value {
        json!({ "key_id": self.client.create_key(more) })
    }
}

fn with(params: &Value, more: Value) -> Value {
    let mut params = params.clone();
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn call_versions(answers: &mut Answers) {
    let listed = answers.call("ShowVersions", json!({}))["versions"].clone();
    let origin = format!("http://{}", answers.client.address);
    for (at, id) in ["v1.0", "v2"].into_iter().enumerate() {
        let shown = answers.call("ShowVersion", json!({ "version_id": id }));
        assert_eq!((&shown["version"], &shown["version"]["id"]), (&listed[at], &json!(id)));
        let links = json!([{ "href": format!("{origin}/{id}/"), "rel": "self" }]);
        assert_eq!(shown["version"]["links"], links);
    }
    answers.client.refused("APIGW.0101", "GET /v3", json!({}));
}

fn call_keys(answers: &mut Answers) {
    let new = json!({ "key_alias": "typed", "key_description": "a key" });
    let key = answers.call("CreateKey", new)["key_info"]["key_id"].clone();
    let key = json!({ "key_id": key });
    answers.each(["EnableKeyRotation", "RotateOnDemand", "ShowKeyRotationStatus"], &key);
    answers.call("UpdateKeyRotationInterval", with(&key, json!({ "rotation_interval": 30 })));
    answers.each(["DisableKeyRotation", "DisableKey", "EnableKey"], &key);
    answers.call("UpdateKeyAlias", with(&key, json!({ "key_alias": "renamed" })));
    answers.call("UpdateKeyDescription", with(&key, json!({ "key_description": "" })));
    answers.call("DeleteKey", with(&key, json!({ "pending_days": "7" })));
    answers.each(["ListKeyDetail", "CancelKeyDeletion"], &key);
    let external = answers.key(json!({ "origin": "external" }));
    let id = external["key_id"].as_str().unwrap();
    let algorithm = json!({ "wrapping_algorithm": "SM2_ENCRYPT" });
    answers.call("CreateParametersForImport", with(&external, algorithm));
    let mut import = wrapped(&answers.client, id, &[7; 32]);
    import.expiration = Some(4_102_444_800);
    answers.call("ImportKeyMaterial", import.params());
    answers.call("ListKeys", json!({ "limit": "1" }));
    answers.call("ListKeyDetail", external.clone());
    answers.call("DeleteImportedKeyMaterial", external);
    answers.each(["ListKeys", "ShowUserInstances", "ShowUserQuotas"], &json!({}));
}

fn call_aliases_and_tags(answers: &mut Answers) {
    let key = answers.key(json!({}));
    let alias = json!({ "alias": "alias/more" });
    answers.call("CreateAlias", with(&key, alias.clone()));
    answers.call("ListAliases", json!({ "limit": 1 }));
    let target = json!({ "target_key_id": key["key_id"] });
    answers.call("AssociateAlias", with(&alias, target));
    answers.call("DeleteAlias", with(&key, json!({ "aliases": ["alias/more"] })));
    let tag = json!({ "key": "a/b", "value": "c" });
    answers.call("CreateKmsTag", with(&key, json!({ "tag": tag })));
    let tags = json!({ "action": "create", "tags": [{ "key": "d", "value": "" }] });
    answers.call("BatchCreateKmsTags", with(&key, tags));
    answers.call("ShowKmsTags", key.clone());
    answers.call("ListKmsTags", json!({}));
    answers.call("ListKmsByTags", json!({ "action": "filter" }));
    answers.call("ListKmsByTags", json!({ "action": "count" }));
    answers.call("DeleteTag", with(&key, json!({ "key": "a/b" })));
}

fn call_ciphers(answers: &mut Answers) {
    let key = answers.key(json!({}));
    answers.call("CreateRandom", json!({ "random_data_length": "512" }));
    let data = answers.call("EncryptData", with(&key, json!({ "plain_text": "text" })));
    let data = json!({ "cipher_text": data["cipher_text"] });
    answers.call("DecryptData", data.clone());
    answers.call("ReEncrypt", with(&data, json!({ "destination_key_id": key["key_id"] })));
    answers.each(["CreateDatakey", "CreateDatakeyWithoutPlaintext"], &key);
    let data_key = [7; 32];
    let text = [&data_key[..], &digest(Hash::Sha256, &data_key)].concat();
    let text = json!({
        "plain_text": base16ct::upper::encode_string(&text), "datakey_plain_length": "32",
    });
    let sealed = answers.call("EncryptDatakey", with(&key, text));
    let sealed = json!({ "cipher_text": sealed["cipher_text"], "datakey_cipher_length": "32" });
    answers.call("DecryptDatakey", with(&key, sealed));
    answers.call("CreateRsaDatakeyPair", with(&key, json!({ "key_spec": "RSA_2048" })));
    answers.call("CreateEcDatakeyPair", with(&key, json!({ "key_spec": "ECC_NIST_P256" })));
}

fn call_pairs_and_codes(answers: &mut Answers) {
    let message = json!({ "message": "YWJjZA==" });
    let signing =
        with(&message, json!({ "signing_algorithm": "ECDSA_SHA_256", "message_type": "RAW" }));
    let pair = with(&answers.key(json!({ "key_spec": "EC_P256" })), signing);
    let signature = answers.call("Sign", pair.clone())["signature"].clone();
    answers.call("ValidateSignature", with(&pair, json!({ "signature": signature })));
    answers.call("ShowPublicKey", json!({ "key_id": pair["key_id"] }));
    let hmac = answers.key(json!({ "key_spec": "HMAC_256" }));
    let hmac = with(&hmac, with(&message, json!({ "mac_algorithm": "HMAC_SHA_256" })));
    let mac = answers.call("GenerateMac", hmac.clone())["mac"].clone();
    answers.call("VerifyMac", with(&hmac, json!({ "mac": mac })));
    let agreeing = answers.key(json!({ "key_spec": "EC_P256", "key_usage": "KEY_AGREEMENT" }));
    let spec = with(&answers.key(json!({})), json!({ "key_spec": "ECC_NIST_P256" }));
    let peer = answers.call("CreateEcDatakeyPair", spec)["public_key"].clone();
    let peer = json!({ "key_agreement_algorithm": "ECDH", "public_key": peer });
    answers.call("DeriveSharedSecret", with(&agreeing, peer));
}

fn call_grants_and_regions(answers: &mut Answers) {
    let key = answers.key(json!({}));
    let grant = with(
        &key,
        json!({ "grantee_principal": "user", "operations": ["encrypt-data"], "name": "a-name" }),
    );
    let id = answers.call("CreateGrant", grant.clone())["grant_id"].clone();
    answers.call("ListGrants", key.clone());
    answers.call("ListRetirableGrants", json!({}));
    answers.call("CancelGrant", with(&key, json!({ "grant_id": id })));
    let id = answers.call("CreateGrant", grant)["grant_id"].clone();
    answers.call("CancelSelfGrant", with(&key, json!({ "grant_id": id })));
    answers.call("ListSupportRegions", json!({}));
    answers.call("CreateDatakeyCapsule", with(&key, json!({ "datakey_length": "256" })));
    let replica = json!({
        "replica_region": "cn-east-3",
        "key_alias": "replica",
        "replica_project_id": answers.client.in_region("cn-east-3").project,
    });
    // Both paths have the key's id, and the first action needs it in the body too.
    let primary = with(&key, json!({ "primary_region": "cn-east-3" }));
    answers.call_with("ReplicateKey", &key, with(&key, replica));
    answers.call_with("UpdatePrimaryRegion", &key, primary);
}

fn call_stores_and_keyspaces(answers: &mut Answers) {
    let new = json!({
        "keystore_alias": "a-store", "keystore_type": "DHSM", "hsm_cluster_id": "cluster",
    });
    let id = answers.call("CreateKeyStore", new)["keystore"]["keystore_id"].clone();
    let store = json!({ "keystore_id": id });
    answers.call("ListKeyStores", json!({}));
    answers.each(["ShowKeyStore", "DisableKeyStore", "EnableKeyStore", "DeleteKeyStore"], &store);
    let keyspace = json!({ "keyspace_id": "0d0466b0-e727-4d9c-b35d-f84bb474a37f" });
    let new = with(&keyspace, json!({ "access_point_name": "a-point", "type": 3 }));
    let id = answers.call("CreateAccessPoint", new)["access_point_id"].clone();
    answers.call("ListAccessPoint", keyspace.clone());
    let point = json!({ "access_point_id": id });
    answers.each(["DisableAccessPoint", "EnableAccessPoint"], &point);
    answers.each(["DownloadAccessPointPrivateKey", "DeleteAccessPoint"], &point);
    let policy = json!({ "policy": "{\"version\":\"1.0\"}", "description": "text" });
    let new = with(&keyspace, with(&policy, json!({ "policy_name": "a-policy" })));
    let policy =
        with(&policy, json!({ "policy_id": answers.call("CreateKeyPolicy", new)["policy_id"] }));
    answers.call("ListKeyPolicy", keyspace);
    answers.call("UpdateKeyPolicy", policy.clone());
    let policy = json!({ "policy_id": policy["policy_id"] });
    answers.each(["ShowKeyPolicy", "DeleteKeyPolicy"], &policy);
}

/// A line of `answers.tsv`.
struct Member {
    of: String,
    path: String,
    kind: String,
    is_always: bool,
}

/// The errors in an object: the members of `of` below `prefix`.
fn mistakes(rows: &[Member], of: &str, prefix: &str, value: &Value) -> Vec<String> {
    let Some(members) = value.as_object() else { return vec![format!("{of}.{prefix}: no object")] };
    // The first part of each path below the prefix, and its row if that is the whole path.
    let own = rows.iter().filter(|row| row.of == of);
    let own = own.filter_map(|row| Some((row.path.strip_prefix(prefix)?, row)));
    let own: Vec<_> = own.collect();
    let first = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    let mut wrong = Vec::new();
    for (path, row) in &own {
        if row.is_always && !members.contains_key(&first(path)) {
            wrong.push(format!("{of} lacks {prefix}{path}"));
        }
    }
    for (name, value) in members {
        let at = format!("{prefix}{name}");
        let Some((path, row)) = own.iter().find(|(path, _)| first(path) == *name) else {
            wrong.push(format!("{of} has no {at}"));
            continue;
        };
        wrong.extend(if *path == name {
            let found = mistakes_of(rows, &row.kind, value);
            found.into_iter().map(|it| format!("{of}.{at}: {it}")).collect()
        } else if path[name.len()..].starts_with("[]") {
            let elements = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let prefix = format!("{at}[].");
            elements.iter().flat_map(|it| mistakes(rows, of, &prefix, it)).collect()
        } else {
            mistakes(rows, of, &format!("{at}."), value)
        });
    }
    wrong
}

/// The errors in a value of this type.
fn mistakes_of(rows: &[Member], kind: &str, value: &Value) -> Vec<String> {
    if let Some(kind) = kind.strip_prefix("Array<").and_then(|kind| kind.strip_suffix('>')) {
        let Some(all) = value.as_array() else { return vec![format!("{value} is no list")] };
        return all.iter().flat_map(|it| mistakes_of(rows, kind, it)).collect();
    }
    let is_right = match kind {
        "String" => value.is_string(),
        "Integer" => value.is_i64(),
        "Boolean" => value.is_boolean(),
        "Object" => value.is_object(),
        kind => return mistakes(rows, kind, "", value),
    };
    if is_right { Vec::new() } else { vec![format!("{value} is no {kind}")] }
}

/// The lists in an answer that are empty, so that their members were not checked.
fn empty_lists(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Array(all) if all.is_empty() => vec![at.to_owned()],
        Value::Array(all) => all.iter().flat_map(|it| empty_lists(it, at)).collect(),
        Value::Object(all) => {
            let members = all.iter();
            members.flat_map(|(name, it)| empty_lists(it, &format!("{at}.{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_answer_has_the_members_and_types_of_the_sources() {
    let server = Server::start();
    let member = |row: Vec<String>| {
        let [of, path, kind, _, present] = row.try_into().unwrap();
        Member { of, path, kind, is_always: present == "always" }
    };
    let rows: Vec<_> = table("huawei/answers.tsv").into_iter().map(member).collect();
    let route = |row: Vec<String>| {
        let [action, method, path, status, ..] = <[String; 6]>::try_from(row).unwrap();
        (action, [method, path, status])
    };
    let routes = table("huawei/routes.tsv").into_iter().map(route).collect();
    let mut answers = Answers { client: Client::of(&server), routes, answers: Vec::new() };
    call_versions(&mut answers);
    call_keys(&mut answers);
    call_aliases_and_tags(&mut answers);
    call_ciphers(&mut answers);
    call_pairs_and_codes(&mut answers);
    call_grants_and_regions(&mut answers);
    call_stores_and_keyspaces(&mut answers);
    let mut wrong = Vec::new();
    for (action, answer) in &answers.answers {
        let has_members = rows.iter().any(|row| row.of == *action && row.path != "-");
        match answer {
            Value::Null => assert!(!has_members, "{action}"),
            answer => wrong.extend(mistakes(&rows, action, "", answer)),
        }
        let is_empty = empty_lists(answer, action);
        wrong.extend(is_empty.into_iter().filter(|at| at.rsplit('.').next() != Some("tags")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
