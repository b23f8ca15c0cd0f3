//! Certificates: CreateCertificate, UploadCertificate, GetCertificate, DescribeCertificate,
//! UpdateCertificateStatus, DeleteCertificate, CertificatePrivateKeySign,
//! CertificatePublicKeyVerify, CertificatePublicKeyEncrypt, CertificatePrivateKeyDecrypt. OpenSSL's
//! library acts as the authority.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::BasicConstraints;
use openssl::x509::{X509, X509Builder, X509NameBuilder, X509NameRef, X509Req};
use serde_json::{Value, json};

use crate::kit::{Outcome, Run, UNKNOWN, ensure, same, text, with};
use crate::local::{self, base64, bytes};

const SUBJECT: &str = "CN=userName,OU=kms,O=aliyun,C=CN";
const MESSAGE: &[u8] = b"The quick brown fox jumps over the lazy dog.";

/// A type of key, its signing algorithms, and its encryption algorithms with their limits in bytes.
type Spec = (&'static str, &'static [&'static str], &'static [(&'static str, usize)]);

const SPECS: [Spec; 3] = [
    (
        "RSA_2048",
        &["RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"],
        &[("RSAES_OAEP_SHA_256", 190), ("RSAES_OAEP_SHA_1", 214)],
    ),
    ("EC_P256", &["ECDSA_SHA_256"], &[]),
    ("EC_SM2", &["SM2DSA"], &[("SM2PKE", 6047)]),
];

/// A root authority.
struct Authority {
    key: PKey<Private>,
    root: X509,
}

impl Authority {
    fn new() -> Result<Self, ErrorStack> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("C", "CN")?;
        name.append_entry_by_text("CN", "root")?;
        let name = name.build();
        let mut root = begun(&name, &name)?;
        root.set_pubkey(&key)?;
        root.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        root.sign(&key, MessageDigest::sha256())?;
        Ok(Self { key, root: root.build() })
    }

    /// Issues a certificate for a request.
    fn issue(&self, csr: &str) -> Result<String, ErrorStack> {
        let request = X509Req::from_pem(csr.as_bytes())?;
        let mut leaf = begun(request.subject_name(), self.root.subject_name())?;
        leaf.set_pubkey(&*request.public_key()?)?;
        leaf.sign(&self.key, MessageDigest::sha256())?;
        Ok(String::from_utf8_lossy(&leaf.build().to_pem()?).into_owned())
    }

    fn chain(&self) -> Result<String, ErrorStack> {
        Ok(String::from_utf8_lossy(&self.root.to_pem()?).into_owned())
    }
}

/// A certificate of version 3 for a year.
fn begun(subject: &X509NameRef, issuer: &X509NameRef) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_serial_number(&*BigNum::from_u32(12_345_678)?.to_asn1_integer()?)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(365)?)?;
    Ok(builder)
}

fn told<T>(result: Result<T, ErrorStack>) -> Outcome<T> {
    result.map_err(|error| format!("OpenSSL: {error}"))
}

async fn create(run: &Run<'_>, spec: &str) -> Outcome<(String, String)> {
    let made = run.ok("CreateCertificate", json!({ "KeySpec": spec, "Subject": SUBJECT })).await?;
    Ok((text(&made, "CertificateId")?.into(), text(&made, "Csr")?.into()))
}

async fn describe(run: &Run<'_>, id: &str) -> Outcome<Value> {
    run.ok("DescribeCertificate", json!({ "CertificateId": id })).await
}

/// Creates a certificate, issues and uploads it, and returns it ready for use.
async fn active(run: &Run<'_>, authority: &Authority, spec: &str) -> Outcome<String> {
    let (id, csr) = create(run, spec).await?;
    same(&describe(run, &id).await?["Status"], &json!("PENDING"), "Status")?;
    let (leaf, chain) = (told(authority.issue(&csr))?, told(authority.chain())?);
    let named = json!({ "CertificateId": id });
    let issued = json!({ "Certificate": leaf, "CertificateChain": chain });
    run.done("UploadCertificate", with(&named, issued.clone())).await?;
    let stored = run.ok("GetCertificate", named.clone()).await?;
    same(stored, with(&with(&named, issued), json!({ "Csr": csr })), "GetCertificate")?;
    let seen = describe(run, &id).await?;
    for (name, value) in [
        ("Status", "INACTIVE"),
        ("Subject", SUBJECT),
        ("Issuer", "CN=root,C=CN"),
        ("Serial", "12345678"),
        ("SignatureAlgorithm", "RSA2048-SHA256"),
    ] {
        same(&seen[name], &json!(value), name)?;
    }
    same(&seen["ExportablePrivateKey"], &json!(true), "ExportablePrivateKey")?;
    run.done("UpdateCertificateStatus", with(&named, json!({ "Status": "ACTIVE" }))).await?;
    Ok(id)
}

async fn sign(run: &Run<'_>, id: &str, algorithm: &str) -> Outcome {
    let seen = describe(run, id).await?;
    let public = local::public_of_pem(text(&seen, "SubjectPublicKey")?)?;
    let digest = told(hash(MessageDigest::sha256(), MESSAGE))?;
    for (kind, message) in [("RAW", MESSAGE), ("DIGEST", &digest[..])] {
        let asked = json!({
            "CertificateId": id, "Algorithm": algorithm, "MessageType": kind, "Message": base64(message),
        });
        let signed = run.ok("CertificatePrivateKeySign", asked.clone()).await?;
        let value = text(&signed, "SignatureValue")?;
        // SM2 signs the digest of the text itself only if that is passed as the digest.
        if algorithm != "SM2DSA" || kind == "DIGEST" {
            let verifies = local::verifies(&public, algorithm, &digest, &bytes(value)?)?;
            ensure!(verifies, "{algorithm} of {kind} does not verify here");
        }
        for (value, valid) in [(value, true), ("eA==", false)] {
            let asked = with(&asked, json!({ "SignatureValue": value }));
            let verified = run.ok("CertificatePublicKeyVerify", asked).await?;
            same(verified, json!({ "CertificateId": id, "SignatureValid": valid }), algorithm)?;
        }
    }
    Ok(())
}

async fn encrypt(run: &Run<'_>, id: &str, algorithm: &str, most: usize) -> Outcome {
    let seen = describe(run, id).await?;
    let public = local::public_of_pem(text(&seen, "SubjectPublicKey")?)?;
    let asked = json!({ "CertificateId": id, "Algorithm": algorithm });
    for plaintext in [&b"x"[..], &vec![0xfe; most]] {
        let opened = json!({ "CertificateId": id, "Plaintext": base64(plaintext) });
        let plain = with(&asked, json!({ "Plaintext": base64(plaintext) }));
        let sealed = run.ok("CertificatePublicKeyEncrypt", plain).await?;
        let ours = base64(&local::encrypt(&public, algorithm, plaintext)?);
        for blob in [text(&sealed, "CiphertextBlob")?, &ours] {
            let asked = with(&asked, json!({ "CiphertextBlob": blob }));
            same(run.ok("CertificatePrivateKeyDecrypt", asked).await?, opened.clone(), algorithm)?;
        }
    }
    let long = with(&asked, json!({ "Plaintext": base64(&vec![0; most + 1]) }));
    run.invalid("Plaintext", "CertificatePublicKeyEncrypt", long).await?;
    let wrong = with(&asked, json!({ "CiphertextBlob": "eA==" }));
    run.invalid("CiphertextBlob", "CertificatePrivateKeyDecrypt", wrong).await
}

async fn refuse(run: &Run<'_>, authority: &Authority) -> Outcome {
    let asked = json!({ "KeySpec": "EC_P256", "Subject": SUBJECT });
    run.invalid("Subject", "CreateCertificate", with(&asked, json!({ "Subject": "userName" })))
        .await?;
    run.invalid("KeySpec", "CreateCertificate", with(&asked, json!({ "KeySpec": "RSA_3072" })))
        .await?;
    run.missing("KeySpec", "CreateCertificate", json!({ "Subject": SUBJECT })).await?;
    let ((id, csr), (_, other)) = (create(run, "EC_P256").await?, create(run, "EC_P256").await?);
    let named = json!({ "CertificateId": id });
    let wrong = with(&named, json!({ "Certificate": told(authority.issue(&other))? }));
    let message = run.refused("InvalidParameter", "UploadCertificate", wrong).await?;
    let why =
        "The specified parameter \"Certificate\" is not valid. The certificate is for another key.";
    same(message.as_str(), why, "UploadCertificate")?;
    let other = told(Authority::new().and_then(|it| it.chain()))?;
    let leaf = told(authority.issue(&csr))?;
    let wrong = with(&named, json!({ "Certificate": leaf, "CertificateChain": other }));
    let message = run.refused("InvalidParameter", "UploadCertificate", wrong).await?;
    ensure!(message.contains("CertificateChain"), "{message}");
    let used = with(&named, json!({ "Algorithm": "ECDSA_SHA_256", "Message": "eA==" }));
    run.refused("Rejected.PendingImport", "CertificatePrivateKeySign", used.clone()).await?;
    run.done("UploadCertificate", with(&named, json!({ "Certificate": leaf }))).await?;
    run.refused("Rejected.Disabled", "CertificatePrivateKeySign", used.clone()).await?;
    let revoked = with(&named, json!({ "Status": "REVOKED" }));
    run.done("UpdateCertificateStatus", revoked.clone()).await?;
    run.refused("Rejected.Unavailable", "CertificatePrivateKeySign", used).await?;
    let active = with(&named, json!({ "Status": "ACTIVE" }));
    run.refused("Rejected.StateModifiedFailed", "UpdateCertificateStatus", active).await?;
    run.done("DeleteCertificate", named.clone()).await?;
    run.refused("Certificate.NotFound", "GetCertificate", named).await?;
    run.refused("Certificate.NotFound", "DescribeCertificate", json!({ "CertificateId": UNKNOWN }))
        .await?;
    run.refused("Certificate.NotFound", "UpdateCertificateStatus", revoked).await?;
    Ok(())
}

pub async fn drive(run: &Run<'_>) {
    for (spec, signing, sealing) in SPECS {
        run.check(&format!("a certificate of {spec} is issued and used"), async || {
            let authority = told(Authority::new())?;
            let id = active(run, &authority, spec).await?;
            for algorithm in signing {
                sign(run, &id, algorithm).await?;
            }
            for (algorithm, most) in sealing {
                encrypt(run, &id, algorithm, *most).await?;
            }
            run.done("DeleteCertificate", json!({ "CertificateId": id })).await
        })
        .await;
    }
    run.check("wrong requests, certificates and statuses are refused", async || {
        refuse(run, &told(Authority::new())?).await
    })
    .await;
}
