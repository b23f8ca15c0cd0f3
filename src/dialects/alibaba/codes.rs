//! Every error code of the service, with status and message. Faults can answer any of them.
//! `errors.rs` maps errors to these codes. `...` is a placeholder for text from the request.

use crate::dialects::Code;
use crate::dialects::refusal::codes;

#[rustfmt::skip]
codes! {
    /// All rows.
    CODES:
    ACCESS_DENIED_ERROR = 400 "AccessDeniedError" "The dry run was refused: ...";
    ALIAS_ALREADY_EXISTS = 400 "AliasAlreadyExists" "AliasName Already Exists.";
    CERTIFICATE_NOT_FOUND = 404 "Certificate.NotFound" "The specified certificate is not found.";
    CREATE_LX_ORDER_FAILED = 400 "CreateLXOrderFailed" "Create order failed.";
    DRY_RUN_OPERATION_ERROR = 400 "DryRunOperationError" "The request would succeed without DryRun.";
    DUPLICATE_TAG_KEY = 400 "Duplicate.TagKey" "The specified tagKey is duplicate.";
    EXPIRED_IMPORT_TOKEN = 400 "ExpiredImportToken" "import token is expired.";
    FORBIDDEN_ACCESS_KEY = 403 "Forbidden.AccessKey" "This AccessKey is not enabled.";
    FORBIDDEN_ALIAS_NOT_FOUND = 404 "Forbidden.AliasNotFound" "The specified Alias is not found.";
    FORBIDDEN_DKMS_INSTANCE_NOT_FOUND = 403 "Forbidden.DKMSInstanceNotFound" "The specified DKMS Instance is not found.";
    FORBIDDEN_DKMS_INSTANCE_STATE_INVALID = 403 "Forbidden.DKMSInstanceStateInvalid" "The DKMS instance state is invalid.";
    FORBIDDEN_IN_DEBT = 403 "Forbidden.InDebt" "Current user is indebted.";
    FORBIDDEN_IN_DEBT_OVERDUE = 403 "Forbidden.InDebtOverdue" "Current user is indebted Overdue.";
    FORBIDDEN_KEY_NOT_FOUND = 404 "Forbidden.KeyNotFound" "The specified Key is not found.";
    FORBIDDEN_KEY_POLICY_UN_SUPPORTED = 400 "Forbidden.KeyPolicyUnSupported" "The specified key does not support key policy.";
    FORBIDDEN_KEY_VERSION_NOT_FOUND = 404 "Forbidden.KeyVersionNotFound" "The specified Key version is not found.";
    FORBIDDEN_KMS_SERVICE_NOT_ENABLED = 403 "Forbidden.KmsServiceNotEnabled" "Kms service is not Enabled for current user. Please get access permission first.";
    FORBIDDEN_NO_BACKUP = 403 "Forbidden.NoBackup" "this kms instance no backup, forbidden delete.";
    FORBIDDEN_NO_PERMISSION = 403 "Forbidden.NoPermission" "This operation is forbidden by permission system.";
    FORBIDDEN_NO_REAL_NAME_AUTHENTICATION = 400 "Forbidden.NoRealNameAuthentication" "Real name authentication is needed.";
    FORBIDDEN_OPENED = 400 "Forbidden.Opened" "Your kms service has been opened.";
    FORBIDDEN_PROHIBITED_BY_RISK_CONTROL = 403 "Forbidden.ProhibitedByRiskControl" "Current user is Prohibited By Risk Control.";
    FORBIDDEN_RESOURCE_NOT_FOUND = 404 "Forbidden.ResourceNotFound" "Resource not found.";
    FORBIDDEN_UBSMS_INVALID_BID = 403 "Forbidden.UbsmsInvalidBid" "Your account partner does not have KMS Service.";
    FORBIDDEN_UBSMS_INVALID_USERID = 403 "Forbidden.UbsmsInvalidUserid" "Userid Invalid For Ubsms.";
    ILLEGAL_TIMESTAMP = 400 "IllegalTimestamp" "The input parameter \"Timestamp\" that is mandatory for processing this request is not supplied.";
    INCOMPLETE_SIGNATURE = 400 "IncompleteSignature" "The request signature does not conform to Aliyun standards. server string to sign is:...";
    INTERNAL_FAILURE = 500 "InternalFailure" "Internal Failure.";
    INVALID_ACCESS_KEY_ID_NOT_FOUND = 404 "InvalidAccessKeyId.NotFound" "The Access Key ID provided does not exist in our records.";
    INVALID_ACTION_NOT_FOUND = 404 "InvalidAction.NotFound" "Specified api is not found, please check your url and method.";
    INVALID_API_NAME = 400 "InvalidApiName" "The ApiName \"...\" is invalid.";
    INVALID_API_VERSION = 400 "InvalidApiVersion" "The ApiVersion \"...\" is invalid.";
    INVALID_IMPORT_TOKEN = 400 "InvalidImportToken" "import token is invalid.";
    INVALID_KEY_MATERIAL = 400 "InvalidKeyMaterial" "key material is invalid.";
    INVALID_PARAM = 400 "InvalidParam" "The Param ... is invalid.";
    INVALID_PARAMETER = 400 "InvalidParameter" "The specified parameter \"...\" is not valid.";
    INVALID_PARAMETER_TAG_KEY = 400 "InvalidParameter.TagKey" "The specified parameter is not valid.";
    INVALID_PARAMETER_TAG_VALUE = 400 "InvalidParameter.TagValue" "The specified parameter is not valid.";
    INVALID_RESOURCE_ID_NOT_FOUND = 404 "InvalidResourceId.NotFound" "The specified ResourceId is not found.";
    INVALID_SECURITY_TOKEN_EXPIRED = 400 "InvalidSecurityToken.Expired" "Specified SecurityToken is expired.";
    INVALID_SECURITY_TOKEN_MALFORMED = 400 "InvalidSecurityToken.Malformed" "Specified SecurityToken is malformed.";
    INVALID_SECURITY_TOKEN_MISMATCH_WITH_ACCESS_KEY = 400 "InvalidSecurityToken.MismatchWithAccessKey" "Specified SecurityToken mismatch with the AccessKey.";
    INVALID_VERSION = 400 "InvalidVersion" "Specified parameter Version is not valid.";
    MISSING_PARAMETER = 400 "MissingParameter" "The parameter \"...\" is needed but not provided.";
    MISSING_SECURITY_TOKEN = 400 "MissingSecurityToken" "SecurityToken is mandatory for this action.";
    PARSE_REQUEST_PARAMETER_EXCEPTION = 400 "ParseRequestParameterException" "Server parse parameters exception. Please check your input params.";
    REJECTED_DISABLED = 409 "Rejected.Disabled" "The request was rejected because the key state is Disabled.";
    REJECTED_ENABLED = 409 "Rejected.Enabled" "The request was rejected because the key state is Enabled.";
    REJECTED_INVALID_REQUEST = 400 "Rejected.InvalidRequest" "param mismatch";
    REJECTED_LIMIT_EXCEEDED = 400 "Rejected.LimitExceeded" "The request was rejected because user create resource limit was exceeded.";
    REJECTED_PENDING_DELETION = 409 "Rejected.PendingDeletion" "The request was rejected because the key state is PendingDeletion.";
    REJECTED_PENDING_IMPORT = 409 "Rejected.PendingImport" "The request was rejected because the key state is PendingImport.";
    REJECTED_RESOURCE_EXIST = 409 "Rejected.ResourceExist" "The resource already exists.";
    REJECTED_RESOURCE_IN_DELETE_WINDOW = 409 "Rejected.ResourceInDeleteWindow" "The secret is planned to be deleted.";
    REJECTED_RESOURCE_IN_USE = 409 "Rejected.ResourceInUse" "restore normal secret";
    REJECTED_SHARE_QUOTA_EXCEED_LIMIT = 400 "Rejected.ShareQuotaExceedLimit" "Instance Share Quota Exceed Limit.";
    REJECTED_STATE_MODIFIED_FAILED = 409 "Rejected.StateModifiedFailed" "Keystate modified failed.";
    REJECTED_THROTTLING = 429 "Rejected.Throttling" "QPS Limit Exceeded";
    REJECTED_UNAVAILABLE = 409 "Rejected.Unavailable" "The request was rejected because the key state is Unavailable.";
    REJECTED_UNSUPPORTED_OPERATION = 400 "Rejected.UnsupportedOperation" "Unsupported operation.";
    REQUEST_TIME_TOO_SKEWED = 400 "RequestTimeTooSkewed" "Request time exceeds server time more than 15 minutes.";
    SERVICE_UNAVAILABLE_TEMPORARY = 503 "ServiceUnavailableTemporary" "Service Unavailable Temporary.";
    SIGNATURE_DOES_NOT_MATCH = 400 "SignatureDoesNotMatch" "Specified signature does not match our calculation. server StringToSign is [injected: ...] server CanonicalRequest is [...]";
    SIGNATURE_NONCE_USED = 400 "SignatureNonceUsed" "Specified signature nonce was used already.";
    SIGNATURE_NOT_MATCH = 401 "SignatureNotMatch" "Signature is not matched.";
    THROTTLING = 400 "Throttling" "Request was denied due to request throttling.";
    UNAUTHORIZED = 401 "Unauthorized" "The client key is not known, or not valid now.";
    UNSUPPORTED_ALIAS = 400 "Unsupported.Alias" "Alias is not valid for this api.";
    UNSUPPORTED_ORIGIN = 400 "Unsupported.Origin" "This key origin is not valid for this api.";
    UNSUPPORTED_PROTECTION_LEVEL = 400 "Unsupported.ProtectionLevel" "This protection level is not valid for this region";
    UNSUPPORTED_HTTP_METHOD = 403 "UnsupportedHTTPMethod" "This http method is not supported.";
    UNSUPPORTED_OPERATION = 400 "UnsupportedOperation" "This action is not supported.";
    VALIDATION_ERROR = 400 "ValidationError" "The dry run failed: ...";
}

/// The error for a request without a signature: there is no string to sign.
pub(super) const INCOMPLETE_SIGNATURE_BARE: &Code = &Code {
    message: "The request signature does not conform to Aliyun standards.",
    ..*INCOMPLETE_SIGNATURE
};
/// The error for a wrong signature in the Authorization header. One client requires a colon in the
/// message; the injected form has it too.
pub(super) const SIGNATURE_IN_HEADER: &Code = &Code {
    message: "Specified signature does not match our calculation. server StringToSign is [...] server \
              CanonicalRequest is [...]",
    ..*SIGNATURE_DOES_NOT_MATCH
};
/// The error for a user without permission for the resource that it names.
pub(super) const FORBIDDEN_NO_PERMISSION_FOR: &Code = &Code {
    message: "This operation for ... is forbidden by permission system.",
    ..*FORBIDDEN_NO_PERMISSION
};
/// The error for an unknown policy.
pub(super) const POLICY_NOT_FOUND: &Code =
    &Code { message: "Policy not found.", ..*FORBIDDEN_RESOURCE_NOT_FOUND };
/// The error for a missing header or parameter at the dedicated gateway.
pub(super) const HEADER_MISSING: &Code =
    &Code { message: "Parameter ... does not exist in http header or body.", ..*MISSING_PARAMETER };
/// The error for a new name that an application, a policy or a network rule has.
pub(super) const REQUESTED_RESOURCE_EXISTS: &Code = &Code {
    message: "The request was rejected because the resource already exists.",
    ..*REJECTED_RESOURCE_EXIST
};
