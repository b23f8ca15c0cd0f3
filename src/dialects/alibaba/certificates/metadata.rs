//! Certificates in answers: document section 10.4. Where its table and its samples differ in a
//! type, kmsim follows the response models of the classic SDKs; `fixtures/alibaba/field-types.tsv`
//! lists these fields.

use std::collections::BTreeMap;

use serde::Serialize;

use super::lifecycle::{OneCertificate, certificate_arn};
use crate::algorithms::x509::{self, Chain, Request, Sha2, SignedBy, key_identifier};
use crate::dialects::alibaba::words::{protection_word, spec_word, status_word};
use crate::dialects::{Cx, Error};
use crate::engine::{self, CertificateOperation};
use crate::model::{Certificate, KeySpec};

/// A certificate in answers. Until it is issued, the subject is that of the request, and what only
/// an issued certificate has is empty.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    certificate_id: String,
    arn: String,
    key_spec: &'static str,
    protection_level: &'static str,
    status: &'static str,
    created_at: String,
    updated_at: String,
    exportable_private_key: bool,
    subject_public_key: String,
    #[serde(flatten)]
    facts: Facts,
    tags: BTreeMap<String, String>,
}

/// The fields that come from the certificate itself.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Facts {
    subject: String,
    subject_alternative_names: Vec<String>,
    subject_key_identifier: String,
    issuer: String,
    serial: String,
    not_before: String,
    not_after: String,
    signature_algorithm: String,
}

impl Facts {
    fn of(certificate: &x509::Certificate) -> Self {
        let (not_before, not_after) = certificate.validity();
        Self {
            subject: certificate.subject().to_string(),
            subject_alternative_names: certificate.names(),
            subject_key_identifier: hex_pairs(&certificate.key_identifier()),
            issuer: certificate.issuer().to_string(),
            serial: decimal(certificate.serial()),
            not_before,
            not_after,
            signature_algorithm: algorithm_word(certificate.signed_by()),
        }
    }

    fn asked_for(request: &Request) -> Self {
        Self {
            subject: request.subject().to_string(),
            subject_alternative_names: request.names(),
            subject_key_identifier: hex_pairs(&key_identifier(request.public_key())),
            issuer: String::new(),
            serial: String::new(),
            not_before: String::new(),
            not_after: String::new(),
            signature_algorithm: String::new(),
        }
    }
}

pub(crate) fn describe(cx: &Cx, request: OneCertificate) -> Result<Described, Error> {
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    let found = view
        .admit_certificate(&request.certificate_id.0, CertificateOperation::Describe)?
        .certificate();
    let kept = Request::read(&found.request).map_err(engine::Error::from)?;
    Ok(Described {
        certificate_id: found.id.to_string(),
        arn: certificate_arn(&cx.caller.realm, &found.id),
        key_spec: spec_word(KeySpec::Pair(found.spec)).unwrap_or_default(),
        protection_level: protection_word(found.protection),
        status: status_word(found.settings.status),
        created_at: found.created_at.to_string(),
        updated_at: found.settings.updated_at.to_string(),
        exportable_private_key: found.exportable,
        subject_public_key: kept.public_key_pem().map_err(engine::Error::from)?,
        facts: facts(found, &kept)?,
        tags: found.tags.clone(),
    })
}

fn facts(found: &Certificate, request: &Request) -> Result<Facts, Error> {
    let Some(issued) = &found.settings.issued else { return Ok(Facts::asked_for(request)) };
    let chain = Chain::read(&issued.certificate, None).map_err(engine::Error::from)?;
    let certificate = chain.certificate().ok_or(engine::Error::Internal("a chain is empty"))?;
    Ok(Facts::of(certificate))
}

/// Formats bytes as `79 36 26`, like the document's sample.
fn hex_pairs(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// Formats a big-endian number in decimal.
fn decimal(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = vec![0];
    for byte in bytes {
        let mut carry = u16::from(*byte);
        for digit in &mut digits {
            let value = u16::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or_default();
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or_default());
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

/// The name of a signature algorithm. The document has names for RSA with 2048 bits, ECDSA and SM2;
/// the others are formed like them.
fn algorithm_word((by, bits): (Option<SignedBy>, usize)) -> String {
    let sha2 = |hash| match hash {
        Sha2::Sha256 => "SHA256",
        Sha2::Sha384 => "SHA384",
        Sha2::Sha512 => "SHA512",
    };
    match by {
        Some(SignedBy::RsaPkcs1(hash)) => format!("RSA{bits}-{}", sha2(hash)),
        Some(SignedBy::RsaPss(hash, _)) => format!("RSA{bits}-PSS-{}", sha2(hash)),
        Some(SignedBy::Ecdsa(hash)) => format!("ECDSA-{}", sha2(hash)),
        Some(SignedBy::Sm2) => "SM2-SM3".into(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_decimal() {
        for (bytes, text) in [
            (&[][..], "0"),
            (&[0], "0"),
            (&[9], "9"),
            (&[10], "10"),
            (&[0, 0xbc, 0x61, 0x4e], "12345678"),
            (&[0xff; 20], "1461501637330902918203684832716283019655932542975"),
        ] {
            assert_eq!(decimal(bytes), text);
        }
    }
}
