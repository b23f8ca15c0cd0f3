//! The caller's own cryptography: verifies kmsim's signatures, unwraps what kmsim wraps, and the
//! reverse. It uses OpenSSL, which the SDK links anyway.

use base64::{Engine, engine::general_purpose::STANDARD};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::md::Md;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, PKey, PKeyRef, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::RsaPssSaltlen;
use serde_json::{Value, json};

use crate::kit::Outcome;

fn told<T>(result: Result<T, ErrorStack>) -> Outcome<T> {
    result.map_err(|error| format!("OpenSSL: {error}"))
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn bytes(base64: &str) -> Outcome<Vec<u8>> {
    STANDARD.decode(base64).map_err(|error| format!("{base64}: {error}"))
}

pub fn random(len: usize) -> Outcome<Vec<u8>> {
    let mut bytes = vec![0; len];
    told(openssl::rand::rand_bytes(&mut bytes))?;
    Ok(bytes)
}

pub fn public_of_pem(pem: &str) -> Outcome<PKey<Public>> {
    told(PKey::public_key_from_pem(pem.as_bytes()))
}

pub fn public_of_der(der: &[u8]) -> Outcome<PKey<Public>> {
    told(PKey::public_key_from_der(der))
}

/// Whether the signature is of this digest. It must have the right format.
pub fn verifies(
    key: &PKeyRef<Public>,
    algorithm: &str,
    digest: &[u8],
    signature: &[u8],
) -> Outcome<bool> {
    told((|| {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        if algorithm.starts_with("RSA_") {
            let pss = algorithm == "RSA_PSS_SHA_256";
            context.set_rsa_padding(if pss { Padding::PKCS1_PSS } else { Padding::PKCS1 })?;
            context.set_signature_md(Md::sha256())?;
            if pss {
                context.set_rsa_mgf1_md(Md::sha256())?;
                context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(32))?;
            }
        }
        context.verify(digest, signature)
    })())
}

fn set_padding<T>(context: &mut PkeyCtx<T>, algorithm: &str) -> Result<(), ErrorStack> {
    match algorithm {
        "RSAES_PKCS1_V1_5" => context.set_rsa_padding(Padding::PKCS1),
        "SM2PKE" => Ok(()),
        _ => {
            let hash = if algorithm == "RSAES_OAEP_SHA_1" { Md::sha1() } else { Md::sha256() };
            context.set_rsa_padding(Padding::PKCS1_OAEP)?;
            context.set_rsa_oaep_md(hash)?;
            context.set_rsa_mgf1_md(hash)
        }
    }
}

pub fn encrypt<T: HasPublic>(
    key: &PKeyRef<T>,
    algorithm: &str,
    plaintext: &[u8],
) -> Outcome<Vec<u8>> {
    told((|| {
        let mut context = PkeyCtx::new(key)?;
        context.encrypt_init()?;
        set_padding(&mut context, algorithm)?;
        let mut sealed = Vec::new();
        context.encrypt_to_vec(plaintext, &mut sealed)?;
        Ok(sealed)
    })())
}

/// The caller's key pair, to which data keys are exported.
pub struct Wrapper {
    spec: &'static str,
    key: PKey<Private>,
}

impl Wrapper {
    pub fn new(spec: &'static str) -> Outcome<Self> {
        let key = match spec {
            "EC_SM2" => EcGroup::from_curve_name(Nid::SM2)
                .and_then(|group| EcKey::generate(&group))
                .and_then(PKey::from_ec_key),
            "RSA_3072" => Rsa::generate(3072).and_then(PKey::from_rsa),
            _ => Rsa::generate(2048).and_then(PKey::from_rsa),
        };
        Ok(Self { spec, key: told(key)? })
    }

    /// The public key as a parameter.
    pub fn blob(&self) -> Outcome<String> {
        told(self.key.public_key_to_der()).map(|der| base64(&der))
    }

    /// The parameters of an export to it.
    pub fn params(&self, algorithm: &str) -> Outcome<Value> {
        Ok(json!({
            "PublicKeyBlob": self.blob()?, "WrappingAlgorithm": algorithm, "WrappingKeySpec": self.spec,
        }))
    }

    pub fn decrypt(&self, algorithm: &str, ciphertext: &[u8]) -> Outcome<Vec<u8>> {
        told((|| {
            let mut context = PkeyCtx::new(&self.key)?;
            context.decrypt_init()?;
            set_padding(&mut context, algorithm)?;
            let mut opened = Vec::new();
            context.decrypt_to_vec(ciphertext, &mut opened)?;
            Ok(opened)
        })())
    }
}
