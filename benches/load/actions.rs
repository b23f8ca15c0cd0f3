//! The actions that are measured, and the number of requests for each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::client::Connection;
use crate::common::Failure;
use crate::request::Signer;

/// An action that is measured.
pub(crate) struct Action {
    /// Its name, and after a colon the key spec, where that matters.
    pub(crate) name: &'static str,
    /// The requests of a round, by number of connections.
    pub(crate) requests: [u32; 3],
    /// Whether it waits for the disk.
    pub(crate) writes: bool,
    params: fn(&Subject) -> Vec<(&str, &str)>,
}

/// Every action that is measured.
pub(crate) const ACTIONS: &[Action] = &[
    Action {
        name: "Encrypt",
        requests: MANY,
        writes: false,
        params: |it| vec![("KeyId", &it.key), ("Plaintext", &it.text)],
    },
    Action {
        name: "Decrypt",
        requests: MANY,
        writes: false,
        params: |it| vec![("CiphertextBlob", &it.blob)],
    },
    Action {
        name: "GenerateDataKey",
        requests: MANY,
        writes: false,
        params: |it| vec![("KeyId", &it.key), ("KeySpec", "AES_256")],
    },
    Action {
        name: "GetSecretValue",
        requests: MANY,
        writes: false,
        params: |_| vec![("SecretName", SECRET)],
    },
    Action {
        name: "DescribeKey",
        requests: MANY,
        writes: false,
        params: |it| vec![("KeyId", &it.key)],
    },
    Action {
        name: "AsymmetricSign:EC_P256",
        requests: SIGNATURES,
        writes: false,
        params: |it| it.p256.signing("ECDSA_SHA_256"),
    },
    Action {
        name: "AsymmetricSign:RSA_2048",
        requests: SIGNATURES,
        writes: false,
        params: |it| it.rsa.signing("RSA_PSS_SHA_256"),
    },
    Action {
        name: "CreateKey",
        requests: [300, 2_000, 2_000],
        writes: true,
        params: |_| Vec::new(),
    },
];

/// One connection waits for each answer. Several keep the server busy.
const MANY: [u32; 3] = [8_000, 40_000, 40_000];

/// A signature takes more processor time than the rest of its request.
const SIGNATURES: [u32; 3] = [2_000, 4_000, 4_000];

impl Action {
    /// A new request.
    pub(crate) fn request(&self, subject: &Subject, signer: &mut Signer) -> Vec<u8> {
        let action = self.name.split(':').next().unwrap_or(self.name);
        signer.request(action, &(self.params)(subject))
    }
}

/// The objects that the requests name.
pub(crate) struct Subject {
    /// A key's id.
    key: String,
    /// A plaintext: the base64 text of 32 bytes.
    text: String,
    /// The plaintext, encrypted under the key.
    blob: String,
    p256: Pair,
    rsa: Pair,
}

/// A key pair that signs.
struct Pair {
    key: String,
    version: String,
}

/// The name of a secret.
const SECRET: &str = "load/secret";

/// A digest in base64.
const DIGEST: &str = "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU=";

impl Pair {
    async fn make(
        connection: &mut Connection,
        signer: &mut Signer,
        spec: &str,
    ) -> Result<Self, Failure> {
        let params = [("KeySpec", spec), ("KeyUsage", "SIGN/VERIFY")];
        let made = connection.call(&signer.request("CreateKey", &params)).await?.json()?;
        let key = string(&made["KeyMetadata"]["KeyId"])?;
        let versions = connection
            .call(&signer.request("ListKeyVersions", &[("KeyId", &key)]))
            .await?
            .json()?;
        let version = string(&versions["KeyVersions"]["KeyVersion"][0]["KeyVersionId"])?;
        Ok(Self { key, version })
    }

    fn signing<'a>(&'a self, algorithm: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("KeyId", &self.key),
            ("KeyVersionId", &self.version),
            ("Algorithm", algorithm),
            ("Digest", DIGEST),
        ]
    }
}

impl Subject {
    /// Creates a key with a ciphertext, a secret and two pairs.
    pub(crate) async fn make(
        connection: &mut Connection,
        signer: &mut Signer,
    ) -> Result<Self, Failure> {
        let text = STANDARD.encode([0xA5; 32]);
        let made = connection.call(&signer.request("CreateKey", &[])).await?.json()?;
        let key = string(&made["KeyMetadata"]["KeyId"])?;
        let params = [("KeyId", key.as_str()), ("Plaintext", &text)];
        let sealed = connection.call(&signer.request("Encrypt", &params)).await?.json()?;
        let blob = string(&sealed["CiphertextBlob"])?;
        let params = [("SecretName", SECRET), ("SecretData", text.as_str()), ("VersionId", "v1")];
        connection.call(&signer.request("CreateSecret", &params)).await?.json()?;
        let p256 = Pair::make(connection, signer, "EC_P256").await?;
        let rsa = Pair::make(connection, signer, "RSA_2048").await?;
        Ok(Self { key, text, blob, p256, rsa })
    }
}

fn string(value: &Value) -> Result<String, Failure> {
    value.as_str().map(str::to_owned).ok_or_else(|| "an answer lacks a field".into())
}
