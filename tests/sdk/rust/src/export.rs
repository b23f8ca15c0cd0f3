//! ExportDataKey, GenerateAndExportDataKey, and ReEncrypt of ciphertexts of a public key.

use serde_json::{Value, json};

use crate::kit::{Key, Outcome, Run, SPECIAL, UNKNOWN, same, text, with};
use crate::local::{self, Wrapper, base64, bytes};
use crate::pairs::{CRYPT, SIGN, new_pair, public_key};

const BOTH: [&str; 2] = ["ExportDataKey", "GenerateAndExportDataKey"];

/// Shared by the parts: a key, and the caller's own keys.
struct Subject {
    key: Key,
    rsa: Wrapper,
    sm2: Wrapper,
    context: Value,
}

impl Subject {
    async fn new(run: &Run<'_>) -> Outcome<Self> {
        let (rsa, sm2) = (Wrapper::new("RSA_2048")?, Wrapper::new("EC_SM2")?);
        let context = json!({ "EncryptionContext": json!({ SPECIAL: "值" }).to_string() });
        Ok(Self { key: run.key(json!({})).await?, rsa, sm2, context })
    }

    /// Each wrapping, with its limit in bytes.
    fn wrappings(&self) -> [(&'static str, &'static str, &Wrapper, usize); 3] {
        [
            ("RSA_2048", "RSAES_OAEP_SHA_256", &self.rsa, 190),
            ("RSA_2048", "RSAES_OAEP_SHA_1", &self.rsa, 214),
            ("EC_SM2", "SM2PKE", &self.sm2, 1024),
        ]
    }

    /// The data key in a blob.
    async fn opened(&self, run: &Run<'_>, blob: &Value) -> Outcome<Vec<u8>> {
        let body =
            run.ok("Decrypt", with(&self.context, json!({ "CiphertextBlob": blob }))).await?;
        let names = json!({ "KeyId": self.key.id, "KeyVersionId": self.key.version });
        let plaintext = text(&body, "Plaintext")?;
        same(&body, &with(&names, json!({ "Plaintext": plaintext })), "Decrypt")?;
        bytes(plaintext)
    }

    fn check_names(&self, body: &Value, action: &str) -> Outcome {
        same(&body["KeyId"], &json!(self.key.id), action)?;
        same(&body["KeyVersionId"], &json!(self.key.version), action)
    }
}

async fn export(
    run: &Run<'_>,
    at: &Subject,
    algorithm: &str,
    wrapper: &Wrapper,
    most: usize,
) -> Outcome {
    let given = with(&at.context, wrapper.params(algorithm)?);
    for (spec, number, size) in [
        (Value::Null, Value::Null, 32),
        (json!("AES_128"), Value::Null, 16),
        (json!("AES_128"), json!(24), 24),
        (Value::Null, json!(most), most),
    ] {
        let sized = json!({ "KeyId": at.key.id, "KeySpec": spec, "NumberOfBytes": number });
        let made = run.ok("GenerateAndExportDataKey", with(&given, sized)).await?;
        at.check_names(&made, "GenerateAndExportDataKey")?;
        let key = at.opened(run, &made["CiphertextBlob"]).await?;
        same(key.len(), size, "bytes of the data key")?;
        let exported = wrapper.decrypt(algorithm, &bytes(text(&made, "ExportedDataKey")?)?)?;
        same(&exported, &key, "the exported data key")?;

        let asked = with(&given, json!({ "CiphertextBlob": made["CiphertextBlob"] }));
        let again = run.ok("ExportDataKey", asked).await?;
        at.check_names(&again, "ExportDataKey")?;
        let exported = wrapper.decrypt(algorithm, &bytes(text(&again, "ExportedDataKey")?)?)?;
        same(exported, key, "the data key exported again")?;
    }
    Ok(())
}

async fn re_encrypt(run: &Run<'_>, at: &Subject, spec: &str, algorithm: &str) -> Outcome {
    let (key, pair) = new_pair(run, spec, CRYPT).await?;
    let plaintext = [0xab; 32];
    let public = public_key(run, &pair).await?;
    let sealed = local::encrypt(&public, algorithm, &plaintext)?;
    let asked = json!({
        "CiphertextBlob": base64(&sealed), "SourceEncryptionAlgorithm": algorithm, "SourceKeyId": key.id,
        "SourceKeyVersionId": pair["KeyVersionId"], "DestinationKeyId": at.key.id,
        "DestinationEncryptionContext": at.context["EncryptionContext"],
    });
    let body = run.ok("ReEncrypt", asked).await?;
    let blob = &body["CiphertextBlob"];
    same(&body, &with(&pair, json!({ "CiphertextBlob": blob })), "ReEncrypt")?;
    same(at.opened(run, blob).await?, plaintext, "what the new ciphertext holds")?;
    run.drop(&key).await
}

async fn refuse_wrappings(run: &Run<'_>, at: &Subject, action: &str) -> Outcome {
    let blob =
        run.ok("GenerateDataKey", json!({ "KeyId": at.key.id })).await?["CiphertextBlob"].take();
    let good = with(
        &at.rsa.params("RSAES_OAEP_SHA_256")?,
        json!({ "KeyId": at.key.id, "CiphertextBlob": blob }),
    );
    for algorithm in ["SM2PKE", "RSAES_PKCS1_V1_5"] {
        let asked = with(&good, json!({ "WrappingAlgorithm": algorithm }));
        run.invalid("WrappingAlgorithm", action, asked).await?;
    }
    for spec in ["RSA_3072", "EC_P256"] {
        let asked = with(&good, json!({ "WrappingKeySpec": spec }));
        run.invalid("WrappingKeySpec", action, asked).await?;
    }
    let (sm2, large) = (at.sm2.blob()?, Wrapper::new("RSA_3072")?.blob()?);
    for public in ["not base64!", "eA==", &sm2, &large] {
        let asked = with(&good, json!({ "PublicKeyBlob": public }));
        run.invalid("PublicKeyBlob", action, asked).await?;
    }
    let dry = with(&good, json!({ "DryRun": "true" }));
    run.refused("DryRunOperationError", action, dry.clone()).await?;
    run.refused("ValidationError", action, with(&dry, json!({ "PublicKeyBlob": "eA==" }))).await?;
    Ok(())
}

async fn refuse_sources(run: &Run<'_>, at: &Subject) -> Outcome {
    let given = at.rsa.params("RSAES_OAEP_SHA_256")?;
    let id = json!({ "KeyId": at.key.id });
    for number in ["0", "191", "1025", "many"] {
        let asked = with(&with(&given, id.clone()), json!({ "NumberOfBytes": number }));
        run.invalid("NumberOfBytes", BOTH[1], asked).await?;
    }
    let spec = with(&with(&given, id.clone()), json!({ "KeySpec": "AES_192" }));
    run.invalid("KeySpec", BOTH[1], spec).await?;
    let unknown = with(&given, json!({ "KeyId": UNKNOWN }));
    run.refused("Forbidden.KeyNotFound", BOTH[1], unknown).await?;
    for (action, more) in [
        ("GenerateDataKey", json!({ "NumberOfBytes": 191 })),
        ("GenerateDataKey", at.context.clone()),
        ("Encrypt", json!({ "Plaintext": "no base64!" })),
    ] {
        let body = run.ok(action, with(&id, more)).await?;
        let asked = with(&given, json!({ "CiphertextBlob": body["CiphertextBlob"] }));
        run.invalid("CiphertextBlob", BOTH[0], asked).await?;
    }
    Ok(())
}

async fn refuse_re_encryption(run: &Run<'_>, at: &Subject) -> Outcome {
    let (key, pair) = new_pair(run, "EC_SM2", CRYPT).await?;
    let sealed = run
        .ok("AsymmetricEncrypt", with(&pair, json!({ "Algorithm": "SM2PKE", "Plaintext": "eA==" })))
        .await?;
    let good = json!({
        "CiphertextBlob": sealed["CiphertextBlob"], "SourceEncryptionAlgorithm": "SM2PKE", "SourceKeyId": key.id,
        "SourceKeyVersionId": pair["KeyVersionId"], "DestinationKeyId": at.key.id,
    });
    for name in ["SourceKeyId", "SourceKeyVersionId", "DestinationKeyId"] {
        run.missing(name, "ReEncrypt", with(&good, json!({ name: null }))).await?;
    }
    for (named, name, value) in [
        ("CiphertextBlob", "SourceEncryptionAlgorithm", Value::Null),
        ("CiphertextBlob", "CiphertextBlob", json!("eA==")),
        ("SourceEncryptionAlgorithm", "SourceEncryptionAlgorithm", json!("RSAES_OAEP_SHA_1")),
        ("SourceEncryptionAlgorithm", "SourceEncryptionAlgorithm", json!("RSAES_PKCS1_V1_5")),
    ] {
        run.invalid(named, "ReEncrypt", with(&good, json!({ name: value }))).await?;
    }
    for (code, name, value) in [
        ("Forbidden.KeyVersionNotFound", "SourceKeyVersionId", UNKNOWN),
        ("Forbidden.KeyNotFound", "SourceKeyId", UNKNOWN),
        ("Rejected.UnsupportedOperation", "SourceKeyId", &at.key.id),
        ("UnsupportedOperation", "DestinationKeyId", &key.id),
    ] {
        run.refused(code, "ReEncrypt", with(&good, json!({ name: value }))).await?;
    }
    let (signer, other) = new_pair(run, "EC_SM2", SIGN).await?;
    let unfit = json!({ "SourceKeyId": signer.id, "SourceKeyVersionId": other["KeyVersionId"] });
    run.refused("Rejected.UnsupportedOperation", "ReEncrypt", with(&good, unfit)).await?;
    run.done("DisableKey", json!({ "KeyId": key.id })).await?;
    run.refused("Rejected.Disabled", "ReEncrypt", good).await?;
    run.drop(&signer).await?;
    run.drop(&key).await
}

pub async fn drive(run: &Run<'_>) {
    let mut made = None;
    run.check("a key to seal data keys, and two of the caller's own", async || {
        made = Some(Subject::new(run).await?);
        Ok(())
    })
    .await;
    let Some(at) = &made else { return };

    for (spec, algorithm, wrapper, most) in at.wrappings() {
        run.check(
            &format!("data keys exported by {algorithm} are those of their blobs"),
            async || export(run, at, algorithm, wrapper, most).await,
        )
        .await;
        run.check(
            &format!("ReEncrypt of a ciphertext of {algorithm} makes a data key's blob of it"),
            async || re_encrypt(run, at, spec, algorithm).await,
        )
        .await;
    }
    for action in BOTH {
        run.check(&format!("{action} refuses wrong wrappings"), async || {
            refuse_wrappings(run, at, action).await
        })
        .await;
    }
    run.check("exports refuse wrong sizes, blobs and keys", async || refuse_sources(run, at).await)
        .await;
    run.check("ReEncrypt of a ciphertext of a pair refuses wrong values", async || {
        refuse_re_encryption(run, at).await
    })
    .await;
    run.check("the key of the data keys is scheduled for deletion", async || {
        run.drop(&at.key).await
    })
    .await;
}
