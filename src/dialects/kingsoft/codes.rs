//! Every row of the document's table of errors, with status and message. Faults can answer any of
//! them. `errors.rs` maps errors to these codes. `...` is a placeholder for text from the request.

use crate::dialects::refusal::codes;

#[rustfmt::skip]
codes! {
    /// All rows.
    CODES:
    ACCESS_DENIED = 403 "AccessDenied" "User: ... is not authorized to perform: ....";
    DRY_RUN_OPERATION = 412 "DryRunOperation" "Request would have succeeded, but DryRun flag is set";
    DATE_MALFORMED = 400 "IncompleteSignature" "Date must be in ISO-8601 'basic format'. Got '...'. See http://en.wikipedia.org/wiki/ISO_8601.";
    QUERY_INCOMPLETE = 400 "IncompleteSignature" "KSC query-string parameters must include .... Re-examine the query-string parameters.";
    ALGORITHM_UNKNOWN = 400 "IncompleteSignature" "Unsupported ksc 'algorithm': ....";
    CREDENTIAL_MISSING = 400 "IncompleteSignature" "Authorization header requires 'Credential' parameter. Authorization=....";
    CREDENTIAL_MALFORMED = 400 "IncompleteSignature" "Credential must have exactly 5 slash-delimited elements, e.g. accesskeyid/date/region/service/aws4_request, got: ....";
    AUTHORIZATION_MALFORMED = 400 "IncompleteSignature" "Authorization header format error.";
    DATE_MISSING = 400 "IncompleteSignature" "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, Authorization=...";
    SIGNATURE_MISSING = 400 "IncompleteSignature" "Authorization header requires 'Signature' parameter. Authorization=...";
    SIGNED_HEADERS_MISSING = 400 "IncompleteSignature" "Authorization header requires 'SignedHeaders' parameter. Authorization=...";
    INVALID_CLIENT_TOKEN_ID = 403 "InvalidClientTokenId" "The security token included in the request is invalid.";
    INVALID_METHOD = 400 "InvalidMethod" "The method ... for is not valid for this web service.";
    INVALID_PARAMETER_VALUE = 400 "InvalidParameterValue" "An invalid or out-of-range value was supplied for the input parameter ....";
    INVALID_QUERY_PARAMETER = 400 "InvalidQueryParameter" "The query parameter ... is malformed or does not adhere to KSC standards.";
    LIMIT_EXCEEDED = 409 "LimitExceeded" "Request was rejected because the request speed of this openAPI is beyond the current flow control limit.";
    UNSIGNED = 403 "MissingAuthenticationToken" "Request is missing Authentication Token.";
    HOST_MISSING = 403 "MissingAuthenticationToken" "Request is missing 'Host' header.";
    HEADER_MISSING = 403 "MissingAuthenticationToken" "... not in Http Header.";
    MISSING_PARAMETER = 400 "MissingParameter" "An value must be supplied for the input parameter ....";
    NO_SUCH_ENTITY = 404 "NoSuchEntity" "Request was rejected because it referenced an 'InnerApi' that does not exist.";
    SERVICE_TIMEOUT = 500 "ServiceTimeout" "Internal Service is unavailable because of time out.";
    SERVICE_UNAVAILABLE = 500 "ServiceUnavailable" "OpenAPI or Service is unavailable because of an unknown error, exception or failure.";
    SERVICE_EXCEPTION = 500 "ServiceUnavailable" "Exception ...";
    AUTH_SERVICE_UNAVAILABLE = 500 "ServiceUnavailable" "Auth Service is unavailable because of an unknown error, exception or failure";
    SERVICE_UNKNOWN = 404 "ServiceUnavailable" "Request was rejected because it referenced an 'InnerApi' that does not have an internal service";
    SIGNATURE_WRONG = 403 "SignatureDoesNotMatch" "The request signature we calculated does not match the signature you provided.";
    HOST_UNSIGNED = 403 "SignatureDoesNotMatch" "Host' must be a 'SignedHeader' in the Authorization.";
    TERMINATOR_WRONG = 403 "SignatureDoesNotMatch" "Credential should be scoped with a valid terminator: 'aws4_request', not: ....";
    REGION_INVALID = 403 "SignatureDoesNotMatch" "Credential should be scoped to a valid region, not:....";
    SERVICE_WRONG = 403 "SignatureDoesNotMatch" "Credential should be scoped to correct service: ....";
    SIGNATURE_EXPIRED = 403 "SignatureDoesNotMatch" "Signature expired:....";
    DAY_MISMATCHED = 403 "SignatureDoesNotMatch" "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.";
}
