//! Which code answers what goes wrong. Where the KMS gateway and the product gateway differ, the KMS gateway's words
//! stand; `fixtures/alibaba/errors.tsv` says where each comes from.

use super::codes;
use crate::algorithms::x509::{Flaw, Flawed};
use crate::dialects::gate::TokenFlaw;
use crate::dialects::{Code, Refusal};
use crate::engine;

pub(super) use crate::dialects::Error;

/// An error's form on the wire.
pub(super) fn refusal(error: &Error) -> Refusal {
    match error {
        Error::Engine(error) => of_engine(error),
        Error::Missing(name) => codes::MISSING_PARAMETER.with(&[name]),
        Error::Invalid(name) => invalid(name),
        Error::Refused(refusal) => refusal.clone(),
    }
}

fn invalid(name: &str) -> Refusal {
    codes::INVALID_PARAMETER.with(&[name])
}

fn of_engine(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    let code: &'static Code = match error {
        E::KeyNotFound => codes::FORBIDDEN_KEY_NOT_FOUND,
        E::AliasNotFound | E::ServiceKeyAbsent(_) => codes::FORBIDDEN_ALIAS_NOT_FOUND,
        E::KeyVersionNotFound => codes::FORBIDDEN_KEY_VERSION_NOT_FOUND,
        // No source names codes for certificates; they are those of keys in the states that correspond.
        E::KeyDisabled | E::CertificateInactive => codes::REJECTED_DISABLED,
        E::KeyPendingDeletion => codes::REJECTED_PENDING_DELETION,
        E::KeyPendingImport | E::CertificatePending => codes::REJECTED_PENDING_IMPORT,
        E::KeyIsPair => codes::UNSUPPORTED_OPERATION,
        E::KeyUnfit | E::SecretUnfit => codes::REJECTED_UNSUPPORTED_OPERATION,
        E::AlgorithmUnfit => return invalid("Algorithm"),
        E::TextTooLong => return invalid("Plaintext"),
        E::NotExternal => codes::UNSUPPORTED_ORIGIN,
        E::ImportTokenInvalid => codes::INVALID_IMPORT_TOKEN,
        E::ImportTokenExpired => codes::EXPIRED_IMPORT_TOKEN,
        E::MaterialInvalid => codes::INVALID_KEY_MATERIAL,
        // No source names a code for a protected key; clients only need one that is final.
        E::MoveRefused | E::DeletionProtected => codes::REJECTED_STATE_MODIFIED_FAILED,
        E::SecretNotFound => codes::FORBIDDEN_RESOURCE_NOT_FOUND,
        E::SecretTaken | E::SecretVersionTaken => codes::REJECTED_RESOURCE_EXIST,
        E::SecretInDeleteWindow => codes::REJECTED_RESOURCE_IN_DELETE_WINDOW,
        E::SecretNotDeleted => codes::REJECTED_RESOURCE_IN_USE,
        E::StageElsewhere => codes::REJECTED_INVALID_REQUEST,
        E::TextIllegal => return invalid("ExtendedConfig.CustomData"),
        E::AliasTaken => codes::ALIAS_ALREADY_EXISTS,
        E::AliasReserved => return invalid("AliasName"),
        E::CertificateNotFound => codes::CERTIFICATE_NOT_FOUND,
        E::CertificateRevoked => codes::REJECTED_UNAVAILABLE,
        E::CertificateFlawed(flawed) => return flawed_certificate(*flawed),
        E::QuotaExceeded | E::VersionTooSoon => codes::REJECTED_LIMIT_EXCEEDED,
        E::CiphertextMalformed | E::CiphertextUnopenable => return invalid("CiphertextBlob"),
        E::AlreadySubscribed => codes::FORBIDDEN_OPENED,
        // The cause is in the log; a caller cannot mend it.
        E::Store(_) | E::Internal(_) => codes::INTERNAL_FAILURE,
    };
    code.into()
}

/// A certificate that is none, or none of ours: the usual words, and what is wrong with which certificate.
fn flawed_certificate(Flawed { at, flaw }: Flawed) -> Refusal {
    let refusal = invalid(if at == 0 { "Certificate" } else { "CertificateChain" });
    let why = match flaw {
        Flaw::NotPem => return refusal,
        Flaw::Junk => "has something before or behind it that is no certificate",
        Flaw::OtherBlock => "is a PEM block of another kind",
        Flaw::Malformed => "is no X.509 certificate in PEM",
        Flaw::TooMany => "is one too many",
        Flaw::OtherKey => "is for another key",
        Flaw::NotYetValid => "is not valid yet",
        Flaw::Expired => "has expired",
        Flaw::NotIssuer => "is not that of the issuer of the one before it",
        Flaw::SignatureUnknown => {
            "cannot have signed the one before it by an algorithm that is supported"
        }
        Flaw::SignatureWrong => "has not signed the one before it",
        Flaw::SelfSignatureWrong => "is not signed with its own key",
        Flaw::NoAuthority => "may not issue certificates",
        Flaw::TooFarUp => "may not issue certificates so far up in the chain",
        Flaw::CriticalUnknown => "has a critical extension that is not known",
    };
    refusal.and(&match at {
        0 => format!("The certificate {why}."),
        at => format!("Certificate {at} of the chain {why}."),
    })
}

/// What is wrong with the token of a temporary access key.
pub(super) fn of_token(flaw: TokenFlaw) -> &'static Code {
    match flaw {
        TokenFlaw::Missing => codes::MISSING_SECURITY_TOKEN,
        TokenFlaw::Expired => codes::INVALID_SECURITY_TOKEN_EXPIRED,
        TokenFlaw::Malformed => codes::INVALID_SECURITY_TOKEN_MALFORMED,
        TokenFlaw::Mismatched => codes::INVALID_SECURITY_TOKEN_MISMATCH_WITH_ACCESS_KEY,
    }
}
