//! A server on which every error can happen.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::huawei::client::Client;
use crate::huawei::imports::{Import, wrapped};
use crate::kit::{Answer, Server, Setup, send};
use crate::store::disk::Failing;

const ACCOUNTS: &str = r#"
accounts:
  - id: "1000000000000001"
    access_keys: [{ id: testid, secret: testsecret }]
    users:
      - { name: bob, id: b0b, password: word, access_keys: [{ id: bob, secret: s }] }
  - { id: "1000000000000002", status: in-debt, access_keys: [{ id: debtor, secret: s }] }
  - { id: "1000000000000003", quotas: { keys: 1, grants: 1 }, access_keys: [{ id: small, secret: s }] }
  - { id: "1000000000000004", status: not-opened, access_keys: [{ id: closed, secret: s }] }
  - id: "1000000000000005"
    projects: [{ id: 0000000000000000000000000000000f, name: cn-east-3 }]
"#;

pub struct Stage {
    pub server: Server,
    pub client: Client,
    pub fails: Arc<AtomicBool>,
}

impl Stage {
    pub fn set() -> Self {
        let (store, fails) = Failing::in_memory();
        let server = Server::with(Setup {
            accounts: Some(ACCOUNTS),
            store: Some(store),
            ..Setup::default()
        });
        let client = Client::of(&server);
        Self { server, client, fails }
    }

    pub fn call(&self, what: &str, params: Value) -> Answer {
        self.client.call(what, params)
    }

    /// A client with another access key, at the current time.
    pub fn client_as(&self, id: &str) -> Client {
        Client::with(&self.server, id, "s")
    }

    pub fn key(&self, more: Value) -> String {
        self.client.create_key(more)
    }

    /// Calls an action on a new key of this kind.
    pub fn on(&self, kind: Value, what: &str, more: Value) -> Answer {
        let key = self.key(kind);
        self.call(what, with(&key, more))
    }

    /// Calls an action on a new symmetric key.
    pub fn on_key(&self, what: &str, more: Value) -> Answer {
        self.on(json!({}), what, more)
    }

    /// Calls an action twice on a new key of this kind, with these parameters.
    pub fn twice(&self, kind: Value, what: &str, more: Value) -> Answer {
        let key = self.key(kind);
        self.client.done(what, with(&key, more.clone()));
        self.call(what, with(&key, more))
    }

    /// Signs `length` bytes as a digest with a new key of this kind.
    pub fn sign(&self, kind: &str, algorithm: &str, length: usize) -> Answer {
        let message = STANDARD.encode(vec![7; length]);
        let more = json!({ "message": message, "signing_algorithm": algorithm });
        self.on(json!({ "key_spec": kind, "key_usage": usage(kind) }), "sign", more)
    }

    /// Encrypts with a new key of this kind.
    pub fn encrypt(&self, kind: &str, usage: &str, algorithm: &str, text: &str) -> Answer {
        let more = json!({ "plain_text": text, "encryption_algorithm": algorithm });
        self.on(json!({ "key_spec": kind, "key_usage": usage }), "encrypt-data", more)
    }

    /// Adds these tags to a new key.
    pub fn tag(&self, tags: Value) -> Answer {
        let key = self.key(json!({}));
        self.call(&format!("{key}/tags/action"), json!({ "action": "create", "tags": tags }))
    }

    /// Searches keys by tags.
    pub fn search(&self, more: Value) -> Answer {
        let mut params = json!({ "action": "filter" });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("resource_instances/action", params)
    }

    /// Grants operations on a new key.
    pub fn grant(&self, operations: Value, principal: &str) -> Answer {
        self.on_key(
            "create-grant",
            json!({ "grantee_principal": principal, "operations": operations }),
        )
    }

    /// Imports into a new key.
    pub fn import(&self, change: impl FnOnce(&mut Import)) -> Answer {
        let key = self.key(json!({ "origin": "external" }));
        let mut import = wrapped(&self.client, &key, &[7; 32]);
        change(&mut import);
        self.call("import-key-material", import.params())
    }

    /// A replica in another region, with the client of that region.
    pub fn replica(&self, kind: Value) -> (Client, String) {
        let key = self.key(kind);
        let there = self.client.in_region("cn-east-3");
        self.client.done(
            &format!("/v2/{{project_id}}/kms/keys/{key}/replicate"),
            json!({
                "key_id": key, "replica_region": "cn-east-3", "key_alias": Client::fresh(),
                "replica_project_id": there.project,
            }),
        );
        (there, key)
    }

    /// A key in a key store.
    pub fn in_store(&self, origin: &str) -> String {
        let params = json!({ "keystore_alias": Client::fresh(), "keystore_type": "DHSM", "hsm_cluster_id": "c" });
        let store = self.client.done("/v1.0/{project_id}/keystores", params);
        self.key(json!({ "keystore_id": store["keystore"]["keystore_id"], "origin": origin }))
    }

    /// Opens a capsule with this proof.
    pub fn capsule(&self, proof: Value) -> Answer {
        let more = json!({ "datakey_capsule": "YQ==", "attestation_document": proof });
        self.on_key("datakey-capsule/decrypt", more)
    }

    /// Asks for a project's tags with a token.
    pub fn with_token(&self, token: &str, project: &str) -> Answer {
        let head = format!("GET /v1.0/{project}/kms/tags HTTP/1.1\r\nX-Auth-Token: {token}\r\n");
        send(self.server.address, &head, b"")
    }

    /// A token of the account's user for the client's project.
    pub fn token(&self) -> String {
        let body = json!({ "auth": {
            "identity": { "methods": ["password"], "password": { "user": {
                "name": "bob", "password": "word", "domain": { "name": "1000000000000001" },
            } } },
            "scope": { "project": { "id": self.client.project } },
        } });
        let head = "POST /v3/auth/tokens HTTP/1.1\r\nContent-Type: application/json\r\n";
        let answer = send(self.server.address, head, body.to_string().as_bytes());
        answer.header("x-subject-token").unwrap_or_else(|| panic!("{}", answer.text)).to_owned()
    }
}

fn usage(kind: &str) -> &'static str {
    if kind.starts_with("AES") { "ENCRYPT_DECRYPT" } else { "SIGN_VERIFY" }
}

/// Parameters with this key.
pub fn with(key: &str, more: Value) -> Value {
    let mut params = json!({ "key_id": key });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}
