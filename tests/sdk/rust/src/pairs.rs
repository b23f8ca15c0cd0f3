//! Key pairs: CreateKey, CreateKeyVersion, GetPublicKey, AsymmetricSign, AsymmetricVerify,
//! AsymmetricEncrypt, AsymmetricDecrypt.

use openssl::pkey::{PKey, Public};
use serde_json::{Value, json};

use crate::kit::{Key, Outcome, Run, UNKNOWN, ensure, items, same, text, with};
use crate::local::{self, base64, bytes};

pub const SIGN: &str = "SIGN/VERIFY";
pub const CRYPT: &str = "ENCRYPT/DECRYPT";

/// A type of key, its signing algorithms, and its encryption algorithms with their limits in bytes.
type Spec = (&'static str, &'static [&'static str], &'static [(&'static str, usize)]);

const RSA_SIGNING: &[&str] = &["RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"];
const SPECS: [Spec; 5] = [
    ("RSA_2048", RSA_SIGNING, &[("RSAES_OAEP_SHA_256", 190), ("RSAES_OAEP_SHA_1", 214)]),
    ("RSA_3072", RSA_SIGNING, &[("RSAES_OAEP_SHA_256", 318), ("RSAES_OAEP_SHA_1", 342)]),
    ("EC_P256", &["ECDSA_SHA_256"], &[]),
    ("EC_P256K", &["ECDSA_SHA_256"], &[]),
    ("EC_SM2", &["SM2DSA"], &[("SM2PKE", 6047)]),
];
const DIGEST: [u8; 32] = [7; 32];

/// A new pair: the key, and the parameters that name its version.
pub async fn new_pair(run: &Run<'_>, spec: &str, usage: &str) -> Outcome<(Key, Value)> {
    let key = run.key(json!({ "KeySpec": spec, "KeyUsage": usage })).await?;
    let listed = run.ok("ListKeyVersions", json!({ "KeyId": key.id })).await?;
    let [version] = &items(&listed, "KeyVersions", "KeyVersion")?[..] else {
        return Err(format!("not one version: {listed}"));
    };
    let named = json!({ "KeyId": key.id, "KeyVersionId": version["KeyVersionId"] });
    Ok((key, named))
}

pub async fn public_key(run: &Run<'_>, pair: &Value) -> Outcome<PKey<Public>> {
    let body = run.ok("GetPublicKey", pair.clone()).await?;
    let pem = text(&body, "PublicKey")?;
    same(&body, &with(pair, json!({ "PublicKey": pem })), "GetPublicKey")?;
    local::public_of_pem(pem)
}

/// The uses of an SM2 pair, for each of its two key usages.
fn uses(pair: &Value, usage: &str) -> [(&'static str, Value); 2] {
    if usage == SIGN {
        let asked = with(pair, json!({ "Algorithm": "SM2DSA", "Digest": base64(&DIGEST) }));
        [
            ("AsymmetricSign", asked.clone()),
            ("AsymmetricVerify", with(&asked, json!({ "Value": "eA==" }))),
        ]
    } else {
        let asked = with(pair, json!({ "Algorithm": "SM2PKE" }));
        [
            ("AsymmetricEncrypt", with(&asked, json!({ "Plaintext": "eA==" }))),
            ("AsymmetricDecrypt", with(&asked, json!({ "CiphertextBlob": "eA==" }))),
        ]
    }
}

async fn create(run: &Run<'_>, spec: &str, usage: Option<&str>, wanted: &str) -> Outcome {
    let made = run.key(json!({ "KeySpec": spec, "KeyUsage": usage })).await?;
    let seen = run.describe(&made.id).await?;
    for key in [&made, &seen] {
        let told = &key.metadata;
        let values = json!({
            "KeySpec": spec, "KeyUsage": wanted, "KeyState": "Enabled", "AutomaticRotation": "Disabled",
            "MaterialExpireTime": "", "LastRotationDate": told["CreationDate"],
        });
        for (name, value) in values.as_object().into_iter().flatten() {
            same(&told[name], value, name)?;
        }
        for name in ["PrimaryKeyVersion", "RotationInterval", "NextRotationDate"] {
            ensure!(told.get(name).is_none(), "{name} in {told}");
        }
    }
    run.drop(&made).await
}

async fn sign(run: &Run<'_>, spec: &str, algorithms: &[&str]) -> Outcome {
    let (key, pair) = new_pair(run, spec, SIGN).await?;
    let public = public_key(run, &pair).await?;
    for algorithm in algorithms {
        let asked = with(&pair, json!({ "Algorithm": algorithm, "Digest": base64(&DIGEST) }));
        let signed = run.ok("AsymmetricSign", asked.clone()).await?;
        let value = text(&signed, "Value")?;
        same(&signed, &with(&pair, json!({ "Value": value })), "AsymmetricSign")?;
        let good = bytes(value)?;
        ensure!(
            local::verifies(&public, algorithm, &DIGEST, &good)?,
            "{algorithm} does not verify here"
        );
        let mut changed = good.clone();
        *changed.last_mut().ok_or("an empty signature")? ^= 1;
        for (digest, signature, verdict) in [
            (DIGEST, &good[..], true),
            ([8; 32], &good[..], false),
            (DIGEST, &changed[..], false),
            (DIGEST, &good[1..], false),
            (DIGEST, b"no signature", false),
        ] {
            let asked =
                with(&asked, json!({ "Digest": base64(&digest), "Value": base64(signature) }));
            let told = run.ok("AsymmetricVerify", asked).await?;
            same(told, with(&pair, json!({ "Value": verdict })), "AsymmetricVerify")?;
        }
    }
    run.drop(&key).await
}

async fn encrypt(run: &Run<'_>, spec: &str, algorithms: &[(&str, usize)]) -> Outcome {
    let (key, pair) = new_pair(run, spec, CRYPT).await?;
    let public = public_key(run, &pair).await?;
    for (algorithm, most) in algorithms {
        let asked = with(&pair, json!({ "Algorithm": algorithm }));
        for plaintext in [&b"x"[..], &vec![0xfe; *most]] {
            let opened = with(&pair, json!({ "Plaintext": base64(plaintext) }));
            let sealed = run
                .ok("AsymmetricEncrypt", with(&asked, json!({ "Plaintext": base64(plaintext) })))
                .await?;
            let blob = text(&sealed, "CiphertextBlob")?;
            same(&sealed, &with(&pair, json!({ "CiphertextBlob": blob })), "AsymmetricEncrypt")?;
            let ours = base64(&local::encrypt(&public, algorithm, plaintext)?);
            for blob in [blob, &ours] {
                let body = run
                    .ok("AsymmetricDecrypt", with(&asked, json!({ "CiphertextBlob": blob })))
                    .await?;
                same(&body, &opened, "AsymmetricDecrypt")?;
            }
        }
        let long = with(&asked, json!({ "Plaintext": base64(&vec![0; most + 1]) }));
        run.invalid("Plaintext", "AsymmetricEncrypt", long).await?;
        for wrong in ["not base64!", "eA=="] {
            let asked = with(&asked, json!({ "CiphertextBlob": wrong }));
            run.invalid("CiphertextBlob", "AsymmetricDecrypt", asked).await?;
        }
    }
    run.drop(&key).await
}

/// The refusals that every use of a pair has.
async fn refuse(run: &Run<'_>, action: &str, good: &Value, algorithms: &[&str]) -> Outcome {
    for algorithm in algorithms {
        run.invalid("Algorithm", action, with(good, json!({ "Algorithm": algorithm }))).await?;
    }
    let version = with(good, json!({ "KeyVersionId": UNKNOWN }));
    run.refused("Forbidden.KeyVersionNotFound", action, version).await?;
    run.refused("Forbidden.KeyNotFound", action, with(good, json!({ "KeyId": UNKNOWN }))).await?;
    Ok(())
}

pub async fn drive(run: &Run<'_>) {
    for (spec, signing, sealing) in SPECS {
        run.check(&format!("CreateKey {spec} for each of its uses"), async || {
            let wanted = if sealing.is_empty() { SIGN } else { CRYPT };
            create(run, spec, None, SIGN).await?;
            create(run, spec, Some(wanted), wanted).await?;
            if sealing.is_empty() {
                let asked = json!({ "KeySpec": spec, "KeyUsage": CRYPT });
                return run.invalid("KeyUsage", "CreateKey", asked).await;
            }
            create(run, spec, Some(SIGN), SIGN).await
        })
        .await;
        run.check(&format!("{spec} signs what OpenSSL verifies, and verifies"), async || {
            sign(run, spec, signing).await
        })
        .await;
        if !sealing.is_empty() {
            run.check(
                &format!("{spec} opens what it sealed and what OpenSSL sealed"),
                async || encrypt(run, spec, sealing).await,
            )
            .await;
        }
    }

    run.check("CreateKey refuses what no type of key is", async || {
        for spec in ["RSA_8192", "EC_P384", "ec_sm2"] {
            run.invalid("KeySpec", "CreateKey", json!({ "KeySpec": spec })).await?;
        }
        let usage = json!({ "KeySpec": "Aliyun_SM4", "KeyUsage": SIGN });
        run.invalid("KeyUsage", "CreateKey", usage).await?;
        run.invalid("Origin", "CreateKey", json!({ "KeySpec": "EC_SM2", "Origin": "EXTERNAL" }))
            .await
    })
    .await;

    run.check("wrong algorithms, digests, versions and keys are refused", async || {
        let (signer, pair) = new_pair(run, "EC_P256K", SIGN).await?;
        let good = with(
            &pair,
            json!({ "Algorithm": "ECDSA_SHA_256", "Digest": base64(&DIGEST), "Value": "eA==" }),
        );
        for action in ["AsymmetricSign", "AsymmetricVerify"] {
            refuse(run, action, &good, &["RSA_PSS_SHA_256", "SM2DSA", "ECDSA"]).await?;
            for digest in [&base64(&[0; 31]), &base64(&[0; 33]), "not base64!"] {
                run.invalid("Digest", action, with(&good, json!({ "Digest": digest }))).await?;
            }
        }
        run.invalid("Value", "AsymmetricVerify", with(&good, json!({ "Value": "not base64!" })))
            .await?;
        let (sealer, pair) = new_pair(run, "EC_SM2", CRYPT).await?;
        for (action, good) in uses(&pair, CRYPT) {
            refuse(run, action, &good, &["RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5", "SM2DSA"]).await?;
        }
        run.drop(&signer).await?;
        run.drop(&sealer).await
    })
    .await;

    run.check("a key that is not for it refuses", async || {
        let key = run.key(json!({})).await?;
        let symmetric = json!({ "KeyId": key.id, "KeyVersionId": key.version });
        let unfit = "Rejected.UnsupportedOperation";
        for (action, asked) in [SIGN, CRYPT].iter().flat_map(|usage| uses(&symmetric, usage)) {
            run.refused(unfit, action, asked).await?;
        }
        run.refused(unfit, "GetPublicKey", symmetric).await?;
        run.refused(unfit, "CreateKeyVersion", json!({ "KeyId": key.id })).await?;
        run.drop(&key).await?;
        for (usage, other) in [(SIGN, CRYPT), (CRYPT, SIGN)] {
            let (key, pair) = new_pair(run, "EC_SM2", usage).await?;
            for (action, asked) in uses(&pair, other) {
                run.refused(unfit, action, asked).await?;
            }
            let asked = json!({ "KeyId": key.id, "Plaintext": "x" });
            for action in ["Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"] {
                run.refused("UnsupportedOperation", action, asked.clone()).await?;
            }
            run.drop(&key).await?;
        }
        Ok(())
    })
    .await;

    run.check(
        "what the states of a pair refuse, and that its public key stays public",
        async || {
            for usage in [SIGN, CRYPT] {
                let (key, pair) = new_pair(run, "EC_SM2", usage).await?;
                let id = json!({ "KeyId": key.id });
                for (action, code) in [
                    ("DisableKey", "Rejected.Disabled"),
                    ("ScheduleKeyDeletion", "Rejected.PendingDeletion"),
                ] {
                    run.done(action, id.clone()).await?;
                    for (action, asked) in uses(&pair, usage) {
                        run.refused(code, action, asked).await?;
                    }
                    run.refused(code, "CreateKeyVersion", id.clone()).await?;
                    public_key(run, &pair).await?;
                }
            }
            Ok(())
        },
    )
    .await;

    run.check("CreateKeyVersion refuses within seven days of the last version", async || {
        let (key, pair) = new_pair(run, "EC_P256", SIGN).await?;
        run.ok("CreateKeyVersion", json!({ "KeyId": key.id })).await?;
        run.refused("Rejected.LimitExceeded", "CreateKeyVersion", json!({ "KeyId": key.id }))
            .await?;
        run.refused("Forbidden.KeyNotFound", "CreateKeyVersion", json!({ "KeyId": UNKNOWN }))
            .await?;
        refuse(run, "GetPublicKey", &pair, &[]).await?;
        run.drop(&key).await
    })
    .await;
}
