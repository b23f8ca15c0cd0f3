//! Every refusal, with the status, code and message of the document's table of common errors. It tells of no other
//! codes: what a key or a ciphertext can be wrong about is told as the value of the parameter that names it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::dialects::HeadRefused;
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
    /// A parameter cannot be read.
    Malformed(Cow<'static, str>),
    /// The request's head was refused.
    HeadRefused(HeadRefused),
    /// The request was made by another method than GET or POST.
    MethodUnsupported(String),
    /// No such action, or no such version of the API.
    ActionUnknown,
    /// The request is for another service.
    ServiceUnknown,
    /// The request does not say which host it is for.
    HostMissing,
    /// The request's signature is not whole, or not ours.
    Signature(SignatureFlaw),
    /// The request is not signed.
    Unsigned,
    /// The access key or its token is none that may call.
    AccessKeyInvalid,
    /// The account may not use the service.
    NotAuthorized { user: Arc<str>, action: &'static str },
    /// The dry run would have succeeded.
    WouldSucceed,
    /// Somebody asked for this error.
    Injected { status: u16, code: &'static str, message: &'static str },
}

/// What is wrong with a signature.
#[derive(Debug)]
pub enum SignatureFlaw {
    /// A header that is signed is not there.
    HeaderMissing(String),
    /// The host is not signed.
    HostUnsigned,
    /// The credential's scope ends otherwise.
    TerminatorWrong(String),
    /// The text is no region's id.
    RegionInvalid(String),
    /// The credential's scope is another service.
    ServiceWrong,
    /// The signature is not ours.
    SignatureWrong,
    /// The request, made at this time, is too old or too new.
    SignatureExpired(String),
    /// The day of the credential's scope is not that of the request.
    DayMismatched,
    /// The text is no time in the basic form.
    DateMalformed(String),
    /// A parameter of the signature is not in the query.
    QueryIncomplete(&'static str),
    /// Nobody signs so here.
    AlgorithmUnknown(String),
    /// The header has no `Credential`.
    CredentialMissing(String),
    /// The credential has not its five parts.
    CredentialMalformed(String),
    /// The header is none that can be read.
    AuthorizationMalformed,
    /// The request has no time.
    DateMissing(String),
    /// The header has no `Signature`.
    SignatureMissing(String),
    /// The header has no `SignedHeaders`.
    SignedHeadersMissing(String),
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

const NO_SIGNATURE: &str = "MissingAuthenticationToken";
const WRONG: &str = "SignatureDoesNotMatch";
const INCOMPLETE: &str = "IncompleteSignature";

impl Error {
    /// Its form on the wire.
    pub(super) fn refusal(&self) -> Refusal {
        let (status, code, message): (u16, _, Cow<'static, str>) = match self {
            Self::Engine(error) => return engine_refusal(error),
            Self::Missing(name) => {
                let text = format!("An value must be supplied for the input parameter {name}.");
                (400, "MissingParameter", text.into())
            }
            Self::Invalid(name) => return invalid(name),
            Self::Malformed(name) => {
                let text = format!("The query parameter {name} is malformed or does not adhere to KSC standards.");
                (400, "InvalidQueryParameter", text.into())
            }
            Self::HeadRefused(why) => (why.status().as_u16(), "InvalidQueryParameter", why.to_string().into()),
            Self::MethodUnsupported(name) => {
                (400, "InvalidMethod", format!("The method {name} for is not valid for this web service.").into())
            }
            Self::ActionUnknown => (
                404,
                "NoSuchEntity",
                "Request was rejected because it referenced an 'InnerApi' that does not exist.".into(),
            ),
            Self::ServiceUnknown => (
                404,
                "ServiceUnavailable",
                "Request was rejected because it referenced an 'InnerApi' that does not have an internal service"
                    .into(),
            ),
            Self::HostMissing => (403, NO_SIGNATURE, "Request is missing 'Host' header.".into()),
            Self::Signature(flaw) => return flaw.refusal(),
            Self::Unsigned => (403, NO_SIGNATURE, "Request is missing Authentication Token.".into()),
            Self::AccessKeyInvalid => {
                (403, "InvalidClientTokenId", "The security token included in the request is invalid.".into())
            }
            Self::NotAuthorized { user, action } => {
                (403, "AccessDenied", format!("User: {user} is not authorized to perform: {action}.").into())
            }
            Self::WouldSucceed => (
                412,
                "DryRunOperation",
                "Request would have succeeded, but DryRun flag is set".into(),
            ),
            Self::Injected { status, code, message } => (*status, *code, (*message).into()),
        };
        Refusal { status, code, message }
    }
}

impl From<SignatureFlaw> for Error {
    fn from(flaw: SignatureFlaw) -> Self {
        Self::Signature(flaw)
    }
}

impl SignatureFlaw {
    fn refusal(&self) -> Refusal {
        let (status, code, message): (u16, _, Cow<'static, str>) = match self {
            Self::HeaderMissing(name) => (403, NO_SIGNATURE, format!("{name} not in Http Header.").into()),
            Self::HostUnsigned => (403, WRONG, "Host' must be a 'SignedHeader' in the Authorization.".into()),
            Self::TerminatorWrong(it) => {
                let text = "Credential should be scoped with a valid terminator: 'aws4_request', not: ";
                (403, WRONG, format!("{text}{it}.").into())
            }
            Self::RegionInvalid(it) => {
                (403, WRONG, format!("Credential should be scoped to a valid region, not:{it}.").into())
            }
            Self::ServiceWrong => (
                403,
                WRONG,
                format!("Credential should be scoped to correct service: {}.", super::SERVICE).into(),
            ),
            Self::SignatureWrong => {
                let text = "The request signature we calculated does not match the signature you provided.";
                (403, WRONG, text.into())
            }
            Self::SignatureExpired(at) => (403, WRONG, format!("Signature expired:{at}.").into()),
            Self::DayMismatched => (
                403,
                WRONG,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."
                    .into(),
            ),
            Self::DateMalformed(it) => {
                let text = format!(
                    "Date must be in ISO-8601 'basic format'. Got '{it}'. See http://en.wikipedia.org/wiki/ISO_8601."
                );
                (400, INCOMPLETE, text.into())
            }
            Self::QueryIncomplete(name) => {
                let text = format!(
                    "KSC query-string parameters must include {name}. Re-examine the query-string parameters."
                );
                (400, INCOMPLETE, text.into())
            }
            Self::AlgorithmUnknown(it) => {
                (400, INCOMPLETE, format!("Unsupported ksc 'algorithm': {it}.").into())
            }
            Self::CredentialMissing(it) => {
                let text =
                    format!("Authorization header requires 'Credential' parameter. Authorization={it}.");
                (400, INCOMPLETE, text.into())
            }
            Self::CredentialMalformed(it) => {
                let text = "Credential must have exactly 5 slash-delimited elements, e.g. \
                            accesskeyid/date/region/service/aws4_request, got: ";
                (400, INCOMPLETE, format!("{text}{it}.").into())
            }
            Self::AuthorizationMalformed => (400, INCOMPLETE, "Authorization header format error.".into()),
            Self::DateMissing(it) => {
                let text = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, \
                            Authorization=";
                (400, INCOMPLETE, format!("{text}{it}").into())
            }
            Self::SignatureMissing(it) => {
                let text = format!("Authorization header requires 'Signature' parameter. Authorization={it}");
                (400, INCOMPLETE, text.into())
            }
            Self::SignedHeadersMissing(it) => {
                let text =
                    format!("Authorization header requires 'SignedHeaders' parameter. Authorization={it}");
                (400, INCOMPLETE, text.into())
            }
        };
        Refusal { status, code, message }
    }
}

fn invalid(name: &str) -> Refusal {
    let text =
        format!("An invalid or out-of-range value was supplied for the input parameter {name}.");
    Refusal { status: 400, code: "InvalidParameterValue", message: text.into() }
}

fn engine_refusal(error: &engine::Error) -> Refusal {
    use engine::Error as E;
    let (status, code, message) = match error {
        // No source names codes for these.
        E::KeyNotFound | E::KeyDisabled | E::KeyPendingDeletion | E::KeyPendingImport => {
            return invalid("KeyId");
        }
        E::MoveRefused | E::DeletionProtected => return invalid("KeyState"),
        E::CiphertextMalformed | E::CiphertextUnopenable => return invalid("CiphertextBlob"),
        E::QuotaExceeded => (
            409,
            "LimitExceeded",
            "Request was rejected because the request speed of this openAPI is beyond the current flow control \
             limit.",
        ),
        // The cause is in the log; a caller cannot mend it. The rest comes of no action here.
        E::Store(_)
        | E::Internal(_)
        | E::AliasNotFound
        | E::KeyVersionNotFound
        | E::KeyIsPair
        | E::KeyUnfit
        | E::AlgorithmUnfit
        | E::TextTooLong
        | E::AliasTaken
        | E::AliasReserved
        | E::ServiceKeyAbsent(_)
        | E::NotExternal
        | E::ImportTokenInvalid
        | E::ImportTokenExpired
        | E::MaterialInvalid
        | E::VersionTooSoon
        | E::SecretNotFound
        | E::SecretTaken
        | E::SecretVersionTaken
        | E::SecretInDeleteWindow
        | E::SecretNotDeleted
        | E::SecretUnfit
        | E::StageElsewhere
        | E::TextIllegal
        | E::CertificateNotFound
        | E::CertificatePending
        | E::CertificateInactive
        | E::CertificateRevoked
        | E::CertificateFlawed(_)
        | E::AlreadySubscribed => (
            500,
            "ServiceUnavailable",
            "OpenAPI or Service is unavailable because of an unknown error, exception or failure.",
        ),
    };
    Refusal { status, code, message: message.into() }
}
