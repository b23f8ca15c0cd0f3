//! Every refusal, with the status, code and message that Alibaba answers. Where the KMS gateway and the product
//! gateway differ, the KMS gateway's words stand; `fixtures/alibaba/errors.tsv` says where each comes from.

use std::borrow::Cow;

use crate::algorithms::x509::{Flaw, Flawed};
use crate::dialects::HeadRefused;
use crate::dialects::accounts::AccountStatus;
use crate::engine;

/// Why a request is refused.
#[derive(Debug)]
pub enum Error {
    /// The engine refused.
    Engine(engine::Error),
    /// A required parameter is missing.
    Missing(Cow<'static, str>),
    /// A parameter's value is wrong.
    Invalid(Cow<'static, str>),
    /// The action takes no alias.
    AliasUnsupported,
    /// What the action is asked for beside its usual work is not served.
    Unsupported,
    /// The request was made by another method than GET or POST.
    MethodUnsupported,
    /// The parameters cannot be read.
    Unparsable,
    /// The dedicated gateway is not served.
    GatewayNotServed,
    /// The body is too large to read.
    BodyTooLarge,
    /// The request's head was refused.
    HeadRefused(HeadRefused),
    /// No such action.
    ActionUnknown,
    /// No such version of the API.
    VersionUnknown,
    /// No such access key.
    AccessKeyUnknown,
    /// The access key was switched off.
    AccessKeyDisabled,
    /// The time is missing, unreadable or too far off.
    Timestamp,
    /// The nonce was used before.
    NonceUsed,
    /// A signature of the RPC kind is wrong, or is missing altogether; with the string that the server signs.
    RpcSignature(Option<String>),
    /// A signature in the Authorization header is wrong; with what the server signs.
    AcsSignature { string_to_sign: String, canonical_request: String },
    /// A temporary access key comes without its token.
    TokenMissing,
    /// The token is over.
    TokenExpired,
    /// The text is nobody's token.
    TokenMalformed,
    /// The token is another access key's.
    TokenMismatched,
    /// The account may not use the service.
    Account(AccountStatus),
    /// No such dedicated instance.
    InstanceNotFound,
    /// No such policy.
    PolicyNotFound,
    /// One of the resources to tag is not there.
    TaggedNotFound,
    /// A tag's name is given twice.
    TagDuplicate,
    /// A tag's name is not a legal one.
    TagKey,
    /// A tag's value is not a legal one.
    TagValue,
    /// Somebody asked for this error.
    Injected { status: u16, code: &'static str, message: &'static str },
    /// The dry run would have succeeded.
    WouldSucceed,
    /// The dry run would have failed, with this message.
    WouldFail(String),
    /// The dry run would have been denied, with this message.
    WouldBeDenied(String),
}

/// A refusal on the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: Cow<'static, str>,
}

impl From<engine::Error> for Error {
    fn from(error: engine::Error) -> Self {
        Self::Engine(error)
    }
}

impl Error {
    /// Its form on the wire.
    pub(super) fn refusal(&self) -> Refusal {
        let (status, code, message): (u16, _, &'static str) = match self {
            Self::Engine(error) => return engine_refusal(error),
            Self::Missing(name) => {
                return refusal(
                    400,
                    "MissingParameter",
                    format!("The parameter \"{name}\" is needed but not provided."),
                );
            }
            Self::Invalid(name) => return invalid(name),
            Self::RpcSignature(signed) => {
                let tail = signed.as_ref().map(|text| format!(" server string to sign is:{text}"));
                let text = "The request signature does not conform to Aliyun standards.".to_owned();
                return refusal(400, "IncompleteSignature", text + &tail.unwrap_or_default());
            }
            Self::AcsSignature { string_to_sign, canonical_request } => {
                let text = format!(
                    "Specified signature does not match our calculation. server StringToSign is \
                     [{string_to_sign}] server CanonicalRequest is [{canonical_request}]"
                );
                return refusal(400, "SignatureDoesNotMatch", text);
            }
            Self::WouldFail(message) => {
                return refusal(400, "ValidationError", format!("The dry run failed: {message}"));
            }
            Self::WouldBeDenied(message) => {
                return refusal(
                    400,
                    "AccessDeniedError",
                    format!("The dry run was refused: {message}"),
                );
            }
            Self::BodyTooLarge => {
                let most = crate::dialects::BODY_LIMIT;
                let text = format!("{UNPARSABLE} The request body is larger than {most} bytes.");
                return refusal(400, "ParseRequestParameterException", text);
            }
            Self::HeadRefused(why) => {
                let text = format!("{UNPARSABLE} {why}");
                return refusal(why.status().as_u16(), "ParseRequestParameterException", text);
            }
            Self::Injected { status, code, message } => (*status, *code, *message),
            Self::Account(status) => account_refusal(*status),
            Self::AliasUnsupported => {
                (400, "Unsupported.Alias", "Alias is not valid for this api.")
            }
            Self::Unsupported => (400, "UnsupportedOperation", UNSUPPORTED),
            Self::GatewayNotServed => (
                400,
                "UnsupportedOperation",
                "kmsim does not serve the dedicated gateway. Use the shared gateway (?Action=) with an access key.",
            ),
            Self::MethodUnsupported => {
                (403, "UnsupportedHTTPMethod", "This http method is not supported.")
            }
            Self::Unparsable => (400, "ParseRequestParameterException", UNPARSABLE),
            Self::ActionUnknown => (
                404,
                "InvalidAction.NotFound",
                "Specified api is not found, please check your url and method.",
            ),
            Self::VersionUnknown => {
                (400, "InvalidVersion", "Specified parameter Version is not valid.")
            }
            Self::AccessKeyUnknown => (
                404,
                "InvalidAccessKeyId.NotFound",
                "The Access Key ID provided does not exist in our records.",
            ),
            Self::AccessKeyDisabled => {
                (403, "Forbidden.AccessKey", "This AccessKey is not enabled.")
            }
            Self::Timestamp => (
                400,
                "IllegalTimestamp",
                "The input parameter \"Timestamp\" that is mandatory for processing this request is not supplied.",
            ),
            Self::NonceUsed => {
                (400, "SignatureNonceUsed", "Specified signature nonce was used already.")
            }
            Self::TokenMissing => {
                (400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
            }
            Self::TokenExpired => {
                (400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
            }
            Self::TokenMalformed => {
                (400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
            }
            Self::TokenMismatched => (
                400,
                "InvalidSecurityToken.MismatchWithAccessKey",
                "Specified SecurityToken mismatch with the AccessKey.",
            ),
            Self::InstanceNotFound => {
                (403, "Forbidden.DKMSInstanceNotFound", "The specified DKMS Instance is not found.")
            }
            Self::PolicyNotFound => (404, "Forbidden.ResourceNotFound", "Policy not found."),
            Self::TaggedNotFound => {
                (404, "InvalidResourceId.NotFound", "The specified ResourceId is not found.")
            }
            Self::TagDuplicate => (400, "Duplicate.TagKey", "The specified tagKey is duplicate."),
            Self::TagKey => {
                (400, "InvalidParameter.TagKey", "The specified parameter is not valid.")
            }
            Self::TagValue => {
                (400, "InvalidParameter.TagValue", "The specified parameter is not valid.")
            }
            Self::WouldSucceed => {
                (400, "DryRunOperationError", "The request would succeed without DryRun.")
            }
        };
        Refusal { status, code, message: message.into() }
    }
}

/// Clients match the beginning.
const RESOURCE_NOT_FOUND: &str = "Resource not found.";
const UNSUPPORTED: &str = "This action is not supported.";
const UNPARSABLE: &str = "Server parse parameters exception. Please check your input params.";

fn refusal(status: u16, code: &'static str, message: String) -> Refusal {
    Refusal { status, code, message: message.into() }
}

fn invalid(name: &str) -> Refusal {
    refusal(400, "InvalidParameter", format!("The specified parameter \"{name}\" is not valid."))
}

fn engine_refusal(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    let (status, code, message) = match error {
        E::KeyNotFound => (404, "Forbidden.KeyNotFound", "The specified Key is not found."),
        E::AliasNotFound | E::ServiceKeyAbsent(_) => {
            (404, "Forbidden.AliasNotFound", "The specified Alias is not found.")
        }
        E::KeyVersionNotFound => {
            (404, "Forbidden.KeyVersionNotFound", "The specified Key version is not found.")
        }
        E::KeyDisabled => (
            409,
            "Rejected.Disabled",
            "The request was rejected because the key state is Disabled.",
        ),
        E::KeyPendingDeletion => (
            409,
            "Rejected.PendingDeletion",
            "The request was rejected because the key state is PendingDeletion.",
        ),
        E::KeyPendingImport => (
            409,
            "Rejected.PendingImport",
            "The request was rejected because the key state is PendingImport.",
        ),
        E::KeyIsPair => (400, "UnsupportedOperation", UNSUPPORTED),
        E::KeyUnfit | E::SecretUnfit => {
            (400, "Rejected.UnsupportedOperation", "Unsupported operation.")
        }
        E::AlgorithmUnfit => return invalid("Algorithm"),
        E::TextTooLong => return invalid("Plaintext"),
        E::NotExternal => (400, "Unsupported.Origin", "This key origin is not valid for this api."),
        E::ImportTokenInvalid => (400, "InvalidImportToken", "import token is invalid."),
        E::ImportTokenExpired => (400, "ExpiredImportToken", "import token is expired."),
        E::MaterialInvalid => (400, "InvalidKeyMaterial", "key material is invalid."),
        // No source names a code for a protected key; clients only need one that is final.
        E::MoveRefused | E::DeletionProtected => {
            (409, "Rejected.StateModifiedFailed", "Keystate modified failed.")
        }
        E::SecretNotFound => (404, "Forbidden.ResourceNotFound", RESOURCE_NOT_FOUND),
        E::SecretTaken | E::SecretVersionTaken => {
            (409, "Rejected.ResourceExist", "The resource already exists.")
        }
        E::SecretInDeleteWindow => {
            (409, "Rejected.ResourceInDeleteWindow", "The secret is planned to be deleted.")
        }
        E::SecretNotDeleted => (409, "Rejected.ResourceInUse", "restore normal secret"),
        E::StageElsewhere => (400, "Rejected.InvalidRequest", "param mismatch"),
        E::TextIllegal => return invalid("ExtendedConfig.CustomData"),
        E::AliasTaken => (400, "AliasAlreadyExists", "AliasName Already Exists."),
        E::AliasReserved => return invalid("AliasName"),
        E::CertificateNotFound => {
            (404, "Certificate.NotFound", "The specified certificate is not found.")
        }
        // No source names codes for these; they are those of keys in the states that correspond.
        E::CertificatePending => return engine_refusal(&E::KeyPendingImport),
        E::CertificateInactive => return engine_refusal(&E::KeyDisabled),
        E::CertificateRevoked => (
            409,
            "Rejected.Unavailable",
            "The request was rejected because the key state is Unavailable.",
        ),
        E::CertificateFlawed(flawed) => return flawed_certificate(*flawed),
        E::QuotaExceeded | E::VersionTooSoon => (
            400,
            "Rejected.LimitExceeded",
            "The request was rejected because user create resource limit was exceeded.",
        ),
        E::CiphertextMalformed | E::CiphertextUnopenable => return invalid("CiphertextBlob"),
        E::AlreadySubscribed => (400, "Forbidden.Opened", "Your kms service has been opened."),
        // The cause is in the log; a caller cannot mend it.
        E::Store(_) | E::Internal(_) => (500, "InternalFailure", "Internal Failure."),
    };
    Refusal { status, code, message: message.into() }
}

/// A certificate that is none, or none of ours: the usual words, and what is wrong with which certificate.
fn flawed_certificate(Flawed { at, flaw }: Flawed) -> Refusal {
    let name = if at == 0 { "Certificate" } else { "CertificateChain" };
    let mut refusal = invalid(name);
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
    let which = if at == 0 {
        "The certificate".to_owned()
    } else {
        format!("Certificate {at} of the chain")
    };
    refusal.message = format!("{} {which} {why}.", refusal.message).into();
    refusal
}

fn account_refusal(status: AccountStatus) -> (u16, &'static str, &'static str) {
    match status {
        AccountStatus::Active => (400, "Forbidden.Opened", "Your kms service has been opened."),
        // No source names the code of a suspended service; it is not enabled for the user either.
        AccountStatus::NotOpened | AccountStatus::Suspended => (
            403,
            "Forbidden.KmsServiceNotEnabled",
            "Kms service is not Enabled for current user. Please get access permission first.",
        ),
        AccountStatus::InDebt => (403, "Forbidden.InDebt", "Current user is indebted."),
        AccountStatus::InDebtOverdue => {
            (403, "Forbidden.InDebtOverdue", "Current user is indebted Overdue.")
        }
        AccountStatus::RiskControl => (
            403,
            "Forbidden.ProhibitedByRiskControl",
            "Current user is Prohibited By Risk Control.",
        ),
    }
}

/// What a dry run answers: always an error, which says how the request would have gone.
pub(super) fn rehearsed(outcome: Result<(), Error>) -> Error {
    match outcome.map_err(|error| error.refusal()) {
        Ok(()) => Error::WouldSucceed,
        Err(refusal) if refusal.status == 403 => Error::WouldBeDenied(refusal.message.into_owned()),
        Err(refusal) => Error::WouldFail(refusal.message.into_owned()),
    }
}
