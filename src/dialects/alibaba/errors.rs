//! Maps errors to codes. Where the KMS gateway and the product gateway differ, kmsim answers as the
//! KMS gateway. `fixtures/alibaba/errors.tsv` gives the source of each code.

use super::{codes, rules};
use crate::algorithms::x509::{Flaw, Flawed};
use crate::dialects::gate::TokenError;
use crate::dialects::{Code, Refusal};
use crate::engine::{
    self, AliasError, ApplicationError, CertificateError, CiphertextError, ImportError,
    InstanceError, KeyError, ManagedDataKeyError, SecretError,
};

fn invalid(name: &str) -> Refusal {
    codes::INVALID_PARAMETER.with(&[name])
}

/// The refusal for an error of the engine.
pub(super) fn of_engine(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    let code: &'static Code = match error {
        E::Key(error) => return of_key(*error),
        E::Alias(AliasError::NotFound | AliasError::ServiceKeyAbsent(_)) => {
            codes::FORBIDDEN_ALIAS_NOT_FOUND
        }
        E::Alias(AliasError::Taken) => codes::ALIAS_ALREADY_EXISTS,
        E::Alias(AliasError::Reserved) => return invalid("AliasName"),
        E::Import(ImportError::NotExternal) => codes::UNSUPPORTED_ORIGIN,
        E::Import(ImportError::TokenInvalid | ImportError::TokenOfOtherKey) => {
            codes::INVALID_IMPORT_TOKEN
        }
        E::Import(ImportError::TokenExpired) => codes::EXPIRED_IMPORT_TOKEN,
        E::Import(
            ImportError::MaterialInvalid
            | ImportError::MaterialLength
            | ImportError::MaterialDiffers,
        ) => codes::INVALID_KEY_MATERIAL,
        E::Secret(SecretError::NotFound) => codes::FORBIDDEN_RESOURCE_NOT_FOUND,
        E::Secret(SecretError::Taken | SecretError::VersionTaken) => codes::REJECTED_RESOURCE_EXIST,
        E::Secret(SecretError::NotPermitted) => codes::FORBIDDEN_NO_PERMISSION,
        E::Secret(SecretError::Deleted) => codes::REJECTED_RESOURCE_IN_DELETE_WINDOW,
        E::Secret(SecretError::NotDeleted) => codes::REJECTED_RESOURCE_IN_USE,
        E::Secret(SecretError::Unsupported) => codes::REJECTED_UNSUPPORTED_OPERATION,
        E::Secret(SecretError::StageMismatch) => codes::REJECTED_INVALID_REQUEST,
        E::Secret(SecretError::TextInvalid) => return invalid("ExtendedConfig.CustomData"),
        E::Certificate(CertificateError::NotFound) => codes::CERTIFICATE_NOT_FOUND,
        E::Certificate(CertificateError::State { operation, status }) => {
            rules::of_certificate(*operation, *status).unwrap_or(codes::INTERNAL_FAILURE)
        }
        E::Certificate(CertificateError::Flawed(flawed)) => return flawed_certificate(*flawed),
        E::Application(error) => return of_application(*error),
        E::Instance(error) => of_instance(*error),
        E::ManagedDataKey(ManagedDataKeyError::NotFound | ManagedDataKeyError::VersionNotFound) => {
            codes::FORBIDDEN_RESOURCE_NOT_FOUND
        }
        E::QuotaExceeded => codes::REJECTED_LIMIT_EXCEEDED,
        E::Ciphertext(CiphertextError::Malformed | CiphertextError::DecryptionFailed) => {
            return invalid("CiphertextBlob");
        }
        E::AlreadySubscribed => codes::FORBIDDEN_OPENED,
        // The cause is in the log; the caller cannot fix it. No action leads to the others.
        E::Store(_)
        | E::Internal(_)
        | E::WhiteBox(_)
        | E::DataKey(_)
        | E::Grant(_)
        | E::KeyStore(_)
        | E::Keyspace(_)
        | E::ManagedDataKey(ManagedDataKeyError::TooManyVersions) => codes::INTERNAL_FAILURE,
    };
    code.into()
}

/// No source names codes for applications, apart from the one for a name that exists.
fn of_application(error: ApplicationError) -> Refusal {
    let code = match error {
        ApplicationError::NotFound => codes::FORBIDDEN_RESOURCE_NOT_FOUND,
        ApplicationError::Taken => codes::REQUESTED_RESOURCE_EXISTS,
        ApplicationError::PolicyCount => return invalid("Policies"),
        ApplicationError::TooManySources => return invalid("SourcePrivateIp"),
        ApplicationError::TooManyClientKeys => codes::REJECTED_LIMIT_EXCEEDED,
        ApplicationError::ValidityEmpty => return invalid("NotAfter"),
    };
    code.into()
}

/// No source names codes for a protected instance, and for the wrong kind of instance.
fn of_instance(error: InstanceError) -> &'static Code {
    match error {
        InstanceError::NotFound => codes::FORBIDDEN_DKMS_INSTANCE_NOT_FOUND,
        InstanceError::StatusInvalid => codes::FORBIDDEN_DKMS_INSTANCE_STATE_INVALID,
        InstanceError::Unsupported | InstanceError::Protected => {
            codes::REJECTED_UNSUPPORTED_OPERATION
        }
        InstanceError::NoBackup => codes::FORBIDDEN_NO_BACKUP,
        InstanceError::Full => codes::REJECTED_SHARE_QUOTA_EXCEED_LIMIT,
        // No action makes an instance.
        InstanceError::Exists => codes::INTERNAL_FAILURE,
    }
}

fn of_key(error: KeyError) -> Refusal {
    let code: &'static Code = match error {
        KeyError::NotFound => codes::FORBIDDEN_KEY_NOT_FOUND,
        KeyError::VersionNotFound => codes::FORBIDDEN_KEY_VERSION_NOT_FOUND,
        KeyError::State { operation, state } => {
            rules::of_key(operation, state).unwrap_or(codes::INTERNAL_FAILURE)
        }
        KeyError::MaterialMissing => codes::REJECTED_PENDING_IMPORT,
        KeyError::IsPair | KeyError::IsMac => codes::UNSUPPORTED_OPERATION,
        KeyError::Unsupported | KeyError::IsSymmetric | KeyError::Usage(_) => {
            codes::REJECTED_UNSUPPORTED_OPERATION
        }
        KeyError::AlgorithmMismatch | KeyError::DigestLength => return invalid("Algorithm"),
        KeyError::TextTooLong => return invalid("Plaintext"),
        // No source names a code for a protected key. Clients only need one that they do not retry.
        KeyError::DeletionProtected => codes::REJECTED_STATE_MODIFIED_FAILED,
        KeyError::VersionTooSoon => codes::REJECTED_LIMIT_EXCEEDED,
        // The key changed hands after the permission was checked.
        KeyError::NotPermitted => codes::FORBIDDEN_NO_PERMISSION,
        // No action leads to these.
        KeyError::InUse
        | KeyError::NotBound
        | KeyError::NotUserMade
        | KeyError::StoreDisabled
        | KeyError::InStore(_)
        | KeyError::IsReplica(_)
        | KeyError::NoReplica
        | KeyError::ReplicaExists
        | KeyError::PeerInvalid => codes::INTERNAL_FAILURE,
    };
    code.into()
}

/// The refusal for a flawed certificate: the usual message, then what is wrong with which
/// certificate.
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

/// The code for a wrong token.
pub(super) fn of_token(error: TokenError) -> &'static Code {
    match error {
        TokenError::Missing => codes::MISSING_SECURITY_TOKEN,
        TokenError::Expired => codes::INVALID_SECURITY_TOKEN_EXPIRED,
        TokenError::Malformed => codes::INVALID_SECURITY_TOKEN_MALFORMED,
        TokenError::Mismatched => codes::INVALID_SECURITY_TOKEN_MISMATCH_WITH_ACCESS_KEY,
    }
}
