//! Every error of the document's table, with its status and message: what can be asked for. What answers each in
//! earnest, where something does, is `errors.rs`. Where a code has several rows, the first is what asking for it gives.

use crate::dialects::KnownError;

/// The first row of a code.
pub(super) fn known(code: &str) -> Option<KnownError> {
    CATALOGUE.iter().find(|(it, _, _)| *it == code).copied()
}

#[rustfmt::skip]
pub(super) const CATALOGUE: &[KnownError] = &[
    ("AccessDenied", 403, "User: ... is not authorized to perform: ...."),
    ("DryRunOperation", 412, "Request would have succeeded, but DryRun flag is set"),
    ("IncompleteSignature", 400, "Date must be in ISO-8601 'basic format'. Got '...'. See http://en.wikipedia.org/wiki/ISO_8601."),
    ("IncompleteSignature", 400, "KSC query-string parameters must include .... Re-examine the query-string parameters."),
    ("IncompleteSignature", 400, "Unsupported ksc 'algorithm': ...."),
    ("IncompleteSignature", 400, "Authorization header requires 'Credential' parameter. Authorization=...."),
    ("IncompleteSignature", 400, "Credential must have exactly 5 slash-delimited elements, e.g. accesskeyid/date/region/service/aws4_request, got: ...."),
    ("IncompleteSignature", 400, "Authorization header format error."),
    ("IncompleteSignature", 400, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, Authorization=..."),
    ("IncompleteSignature", 400, "Authorization header requires 'Signature' parameter. Authorization=..."),
    ("IncompleteSignature", 400, "Authorization header requires 'SignedHeaders' parameter. Authorization=..."),
    ("InvalidClientTokenId", 403, "The security token included in the request is invalid."),
    ("InvalidMethod", 400, "The method ... for is not valid for this web service."),
    ("InvalidParameterValue", 400, "An invalid or out-of-range value was supplied for the input parameter ...."),
    ("InvalidQueryParameter", 400, "The query parameter ... is malformed or does not adhere to KSC standards."),
    ("LimitExceeded", 409, "Request was rejected because the request speed of this openAPI is beyond the current flow control limit."),
    ("MissingAuthenticationToken", 403, "Request is missing Authentication Token."),
    ("MissingAuthenticationToken", 403, "Request is missing 'Host' header."),
    ("MissingAuthenticationToken", 403, "... not in Http Header."),
    ("MissingParameter", 400, "An value must be supplied for the input parameter ...."),
    ("NoSuchEntity", 404, "Request was rejected because it referenced an 'InnerApi' that does not exist."),
    ("ServiceTimeout", 500, "Internal Service is unavailable because of time out."),
    ("ServiceUnavailable", 500, "OpenAPI or Service is unavailable because of an unknown error, exception or failure."),
    ("ServiceUnavailable", 500, "Exception ..."),
    ("ServiceUnavailable", 500, "Auth Service is unavailable because of an unknown error, exception or failure"),
    ("ServiceUnavailable", 404, "Request was rejected because it referenced an 'InnerApi' that does not have an internal service"),
    ("SignatureDoesNotMatch", 403, "The request signature we calculated does not match the signature you provided."),
    ("SignatureDoesNotMatch", 403, "Host' must be a 'SignedHeader' in the Authorization."),
    ("SignatureDoesNotMatch", 403, "Credential should be scoped with a valid terminator: 'aws4_request', not: ...."),
    ("SignatureDoesNotMatch", 403, "Credential should be scoped to a valid region, not:...."),
    ("SignatureDoesNotMatch", 403, "Credential should be scoped to correct service: ...."),
    ("SignatureDoesNotMatch", 403, "Signature expired:...."),
    ("SignatureDoesNotMatch", 403, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."),
];
