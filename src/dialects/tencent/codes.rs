//! Every error code of the document's two lists and of the official SDKs, with its message in
//! English and in Chinese. `errors.rs` maps errors to these codes. `...` is a placeholder for text
//! from the request. The document gives messages for wrong signatures only; kmsim has its own for
//! the others.

use crate::dialects::refusal::{Code, codes};

/// Declares a table of codes and the list of their Chinese messages. The status is always 200,
/// because the SDKs do not parse errors in answers with another status.
macro_rules! bilingual {
    (
        $(#[$doc:meta])* $all:ident $in_chinese:ident:
        $($row:ident $name:literal $english:literal $chinese:literal;)*
    ) => {
        codes! {
            $(#[$doc])*
            $all:
            $($row = 200 $name $english;)*
        }

        /// The Chinese messages, in the same order.
        const $in_chinese: &[&str] = &[$($chinese),*];
    };
}

/// The Chinese message of a code.
pub(super) fn chinese(code: &Code) -> &'static str {
    let tables = [(CODES, CHINESE), (CODES_OF_TAGS, CHINESE_OF_TAGS)];
    let message = |(codes, messages): (&[&Code], &[&'static str])| {
        messages.get(codes.iter().position(|it| *it == code)?).copied()
    };
    tables.into_iter().find_map(message).unwrap_or_default()
}

#[rustfmt::skip]
bilingual! {
    /// The codes of the KMS. A fault can answer each of them.
    CODES CHINESE:
    ACTION_OFFLINE "ActionOffline" "This action is no longer offered." "该接口已下线。";
    AUTH_FAILURE "AuthFailure" "Access management could not authenticate the request." "CAM 签名/鉴权错误。";
    AUTH_FAILURE_INVALID_AUTHORIZATION "AuthFailure.InvalidAuthorization" "The Authorization header of the request is not valid: ..." "请求头部的 Authorization 不符合腾讯云标准：...";
    AUTH_FAILURE_INVALID_SECRET_ID "AuthFailure.InvalidSecretId" "The SecretId is not a key for cloud APIs." "密钥非法（不是云 API 密钥类型）。";
    AUTH_FAILURE_MFA_FAILURE "AuthFailure.MFAFailure" "The multi-factor authentication failed." "MFA 错误。";
    AUTH_FAILURE_SECRET_ID_NOT_FOUND "AuthFailure.SecretIdNotFound" "The SecretId is not found, please ensure that your SecretId is correct." "SecretId不存在，请输入正确的密钥。";
    AUTH_FAILURE_SIGNATURE_EXPIRE "AuthFailure.SignatureExpire" "The signature expired. The request's timestamp and the server's time may differ by five minutes at most." "签名过期。Timestamp 和服务器时间相差不得超过五分钟，请检查本地时间是否和标准时间同步。";
    AUTH_FAILURE_SIGNATURE_FAILURE "AuthFailure.SignatureFailure" "The provided credentials could not be validated. Please check your signature is correct." "请求签名验证失败，请检查您的签名计算是否正确。";
    AUTH_FAILURE_SIGNATURE_FAILURE_SIZE "AuthFailure.SignatureFailure" "The request is exceeding request size limit, please use new signature method `TC3-HMAC-SHA256`." "请求包超过大小限制，请使用 TC3-HMAC-SHA256 签名方法。";
    AUTH_FAILURE_TOKEN_FAILURE "AuthFailure.TokenFailure" "The token is not valid, or has expired." "token 错误或已过期。";
    AUTH_FAILURE_UNAUTHORIZED_OPERATION "AuthFailure.UnauthorizedOperation" "The request is not authorized: ..." "请求未授权：...";
    DRY_RUN_OPERATION "DryRunOperation" "The request would have succeeded, but it was a dry run." "DryRun 操作，代表请求将会是成功的，只是多传了 DryRun 参数。";
    FAILED_OPERATION "FailedOperation" "The operation failed: ..." "操作失败：...";
    FAILED_OPERATION_CMK_USED_BY_CLOUD_PRODUCT "FailedOperation.CmkUsedByCloudProduct" "The key is in use by a cloud product." "CMK 正在被云产品使用。";
    FAILED_OPERATION_DECRYPT_ERROR "FailedOperation.DecryptError" "The ciphertext could not be decrypted." "解密失败。";
    FAILED_OPERATION_ENCRYPTION_ERROR "FailedOperation.EncryptionError" "The data could not be encrypted." "加密失败。";
    FAILED_OPERATION_ROTATE_TASK_RUNNING "FailedOperation.RotateTaskRunning" "The key is being rotated." "密钥轮换任务正在执行。";
    FAILED_OPERATION_SIGN_ERROR "FailedOperation.SignError" "The data could not be signed." "签名失败。";
    FAILED_OPERATION_TAGGING_ERROR "FailedOperation.TaggingError" "The tags could not be attached." "绑定标签失败。";
    FAILED_OPERATION_VERIFY_ERROR "FailedOperation.VerifyError" "The signature could not be verified." "验签失败。";
    INTERNAL_ERROR "InternalError" "An internal error occurred." "内部错误。";
    INVALID_ACTION "InvalidAction" "The action `...` does not exist." "接口 `...` 不存在。";
    INVALID_PARAMETER "InvalidParameter" "The parameter `...` is not valid." "参数 `...` 错误。";
    INVALID_PARAMETER_DECRYPT_MATERIAL_ERROR "InvalidParameter.DecryptMaterialError" "The EncryptedKeyMaterial could not be decrypted, or is not of the right length." "EncryptedKeyMaterial 解密失败或长度不正确。";
    INVALID_PARAMETER_INVALID_PENDING_WINDOW_IN_DAYS "InvalidParameter.InvalidPendingWindowInDays" "PendingWindowInDays must be from 7 to 30." "计划删除时间不合法，应为 7 到 30 天。";
    INVALID_PARAMETER_VALUE "InvalidParameterValue" "The value of the parameter `...` is not valid." "参数 `...` 取值错误。";
    INVALID_PARAMETER_VALUE_ALIAS_ALREADY_EXISTS "InvalidParameterValue.AliasAlreadyExists" "The alias already exists." "别名已经存在。";
    INVALID_PARAMETER_VALUE_DATA_KEY_NAME_ALREADY_EXISTS "InvalidParameterValue.DataKeyNameAlreadyExists" "The data key name already exists." "数据密钥名称已经存在。";
    INVALID_PARAMETER_VALUE_DUPLICATED_DATA_KEY_ID "InvalidParameterValue.DuplicatedDataKeyId" "A DataKeyId occurs more than once." "DataKeyId 重复。";
    INVALID_PARAMETER_VALUE_DUPLICATED_KEY_ID "InvalidParameterValue.DuplicatedKeyId" "A KeyId occurs more than once." "KeyId 重复。";
    INVALID_PARAMETER_VALUE_INVALID_ALIAS "InvalidParameterValue.InvalidAlias" "The alias is not valid." "别名格式错误。";
    INVALID_PARAMETER_VALUE_INVALID_CIPHERTEXT "InvalidParameterValue.InvalidCiphertext" "The ciphertext is not valid." "密文格式错误。";
    INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_ID "InvalidParameterValue.InvalidDataKeyId" "The DataKeyId is not valid." "DataKeyId 不合法。";
    INVALID_PARAMETER_VALUE_INVALID_DATA_KEY_NAME "InvalidParameterValue.InvalidDataKeyName" "The data key name is not valid." "数据密钥名称不合法。";
    INVALID_PARAMETER_VALUE_INVALID_HSM_CLUSTER_ID "InvalidParameterValue.InvalidHsmClusterId" "The HsmClusterId is not valid." "HsmClusterId 不合法。";
    INVALID_PARAMETER_VALUE_INVALID_IMPORT_KEY_MATERIAL "InvalidParameterValue.InvalidImportKeyMaterial" "The key material to import is not valid." "导入的密钥材料不合法。";
    INVALID_PARAMETER_VALUE_INVALID_KEY_ID "InvalidParameterValue.InvalidKeyId" "The KeyId is not valid." "KeyId 不合法。";
    INVALID_PARAMETER_VALUE_INVALID_KEY_USAGE "InvalidParameterValue.InvalidKeyUsage" "The KeyUsage is not valid." "KeyUsage 参数错误。";
    INVALID_PARAMETER_VALUE_INVALID_PLAINTEXT "InvalidParameterValue.InvalidPlaintext" "The plaintext is not valid." "Plaintext 不合法。";
    INVALID_PARAMETER_VALUE_INVALID_TYPE "InvalidParameterValue.InvalidType" "The Type is not valid." "Type 参数错误。";
    INVALID_PARAMETER_VALUE_MATERIAL_NOT_MATCH "InvalidParameterValue.MaterialNotMatch" "The key material is not the one that was imported first." "导入的密钥材料与历史导入不同。";
    INVALID_PARAMETER_VALUE_TAG_KEYS_DUPLICATED "InvalidParameterValue.TagKeysDuplicated" "A tag key occurs more than once." "标签键重复。";
    INVALID_PARAMETER_VALUE_TAGS_NOT_EXISTED "InvalidParameterValue.TagsNotExisted" "A tag does not exist." "标签键或标签值不存在。";
    INVALID_REQUEST "InvalidRequest" "The multipart form of the request body is not supported by this API." "本接口不支持请求 body 的 multipart 格式。";
    INVALID_REQUEST_BROKEN "InvalidRequest" "The request is not well-formed HTTP, or its body broke off." "请求不是合法的 HTTP 请求，或请求 body 不完整。";
    IP_IN_BLACKLIST "IpInBlacklist" "The IP address is in the blacklist." "IP 地址在黑名单中。";
    IP_NOT_IN_WHITELIST "IpNotInWhitelist" "The IP address is not in the whitelist." "IP 地址不在白名单中。";
    LIMIT_EXCEEDED "LimitExceeded" "A quota is exceeded." "超过配额限制。";
    LIMIT_EXCEEDED_CMK_LIMIT_EXCEEDED "LimitExceeded.CmkLimitExceeded" "The quota of keys is exceeded." "CMK 数量已达上限。";
    LIMIT_EXCEEDED_DATA_KEY_LIMIT_EXCEEDED "LimitExceeded.DataKeyLimitExceeded" "The quota of data keys is exceeded." "数据密钥数量已达上限。";
    LIMIT_EXCEEDED_FINGERPRINTS_LIMIT_EXCEEDED "LimitExceeded.FingerprintsLimitExceeded" "The quota of device fingerprints is exceeded." "设备指纹数量已达上限。";
    LIMIT_EXCEEDED_KEY_LIMIT_EXCEEDED "LimitExceeded.KeyLimitExceeded" "The quota of white-box keys is exceeded." "白盒密钥数量已达上限。";
    MISSING_PARAMETER "MissingParameter" "The request lacks the parameter `...`." "缺少参数 `...`。";
    NO_SUCH_PRODUCT "NoSuchProduct" "The product does not exist." "产品不存在。";
    NO_SUCH_VERSION "NoSuchVersion" "The version `...` of the API does not exist." "接口版本 `...` 不存在。";
    REQUEST_LIMIT_EXCEEDED "RequestLimitExceeded" "The number of requests exceeds the frequency limit." "请求的次数超过了频率限制。";
    REQUEST_LIMIT_EXCEEDED_GLOBAL_REGION_UIN_LIMIT_EXCEEDED "RequestLimitExceeded.GlobalRegionUinLimitExceeded" "The number of the account's requests exceeds the frequency limit." "主账号超过频率限制。";
    REQUEST_LIMIT_EXCEEDED_IP_LIMIT_EXCEEDED "RequestLimitExceeded.IPLimitExceeded" "The number of requests from this IP address exceeds the frequency limit." "IP 限频。";
    REQUEST_LIMIT_EXCEEDED_ROTATE_RATE_LIMITED "RequestLimitExceeded.RotateRateLimited" "The key was rotated a short time ago." "密钥轮换过于频繁。";
    REQUEST_LIMIT_EXCEEDED_UIN_LIMIT_EXCEEDED "RequestLimitExceeded.UinLimitExceeded" "The number of requests of this account exceeds the frequency limit." "主账号限频。";
    REQUEST_SIZE_LIMIT_EXCEEDED "RequestSizeLimitExceeded" "The request is larger than ... bytes." "请求包超过 ... 字节的限制。";
    RESOURCE_IN_USE "ResourceInUse" "The resource is in use." "资源被占用。";
    RESOURCE_INSUFFICIENT "ResourceInsufficient" "The resource is not sufficient." "资源不足。";
    RESOURCE_NOT_FOUND "ResourceNotFound" "The resource does not exist." "资源不存在。";
    RESOURCE_UNAVAILABLE "ResourceUnavailable" "The resource is not available." "资源不可用。";
    RESOURCE_UNAVAILABLE_CLOUD_RESOURCE_BINDING_NOT_FOUND "ResourceUnavailable.CloudResourceBindingNotFound" "The cloud resource is not bound to the key." "云资源绑定不存在。";
    RESOURCE_UNAVAILABLE_CMK_ARCHIVED "ResourceUnavailable.CmkArchived" "The key is archived." "CMK 已归档。";
    RESOURCE_UNAVAILABLE_CMK_DISABLED "ResourceUnavailable.CmkDisabled" "The key is disabled." "CMK 已被禁用。";
    RESOURCE_UNAVAILABLE_CMK_NOT_FOUND "ResourceUnavailable.CmkNotFound" "The key does not exist." "CMK 不存在。";
    RESOURCE_UNAVAILABLE_CMK_NOT_PENDING_DELETE "ResourceUnavailable.CmkNotPendingDelete" "The key is not pending deletion." "CMK 不在计划删除状态。";
    RESOURCE_UNAVAILABLE_CMK_SHOULD_BE_DISABLED "ResourceUnavailable.CmkShouldBeDisabled" "The key must be disabled first." "CMK 应处于禁用状态。";
    RESOURCE_UNAVAILABLE_CMK_STATE_NOT_SUPPORT "ResourceUnavailable.CmkStateNotSupport" "The state of the key does not support this operation." "CMK 状态不支持该操作。";
    RESOURCE_UNAVAILABLE_DATA_KEY_DISABLED "ResourceUnavailable.DataKeyDisabled" "The data key is disabled." "数据密钥已被禁用。";
    RESOURCE_UNAVAILABLE_DATA_KEY_NOT_FOUND "ResourceUnavailable.DataKeyNotFound" "The data key does not exist." "数据密钥不存在。";
    RESOURCE_UNAVAILABLE_DATA_KEY_NOT_PENDING_DELETE "ResourceUnavailable.DataKeyNotPendingDelete" "The data key is not pending deletion." "数据密钥不在计划删除状态。";
    RESOURCE_UNAVAILABLE_DATA_KEY_PENDING_DELETE "ResourceUnavailable.DataKeyPendingDelete" "The data key is pending deletion." "数据密钥处于计划删除状态。";
    RESOURCE_UNAVAILABLE_DATA_KEY_STATE_NOT_SUPPORT "ResourceUnavailable.DataKeyStateNotSupport" "The state of the data key does not support this operation." "数据密钥状态不支持该操作。";
    RESOURCE_UNAVAILABLE_KEY_DISABLED "ResourceUnavailable.KeyDisabled" "The key is disabled." "密钥已被禁用。";
    RESOURCE_UNAVAILABLE_KEY_PENDING_DELETE "ResourceUnavailable.KeyPendingDelete" "The key is pending deletion." "密钥处于计划删除状态。";
    RESOURCE_UNAVAILABLE_NOT_PURCHASED "ResourceUnavailable.NotPurchased" "The service is not purchased." "服务未购买。";
    RESOURCE_UNAVAILABLE_TOKEN_EXPIRED "ResourceUnavailable.TokenExpired" "The import token has expired." "ImportToken 已过期。";
    RESPONSE_SIZE_LIMIT_EXCEEDED "ResponseSizeLimitExceeded" "The response is too large." "返回包超过限制大小。";
    SERVICE_UNAVAILABLE "ServiceUnavailable" "The service is not available." "当前服务暂时不可用。";
    UNAUTHORIZED_OPERATION "UnauthorizedOperation" "The operation is not authorized: ..." "未授权操作：...";
    UNKNOWN_PARAMETER "UnknownParameter" "The parameter `...` is not recognized" "参数 `...` 未知。";
    UNSUPPORTED_OPERATION "UnsupportedOperation" "The operation is not supported: ..." "操作不支持：...";
    UNSUPPORTED_OPERATION_EXTERNAL_CMK_CAN_NOT_ROTATE "UnsupportedOperation.ExternalCmkCanNotRotate" "A key with imported material cannot be rotated." "外部导入的 CMK 不支持轮换。";
    UNSUPPORTED_OPERATION_NOT_EXTERNAL_CMK "UnsupportedOperation.NotExternalCmk" "The key's material is not imported." "该 CMK 不是外部导入类型。";
    UNSUPPORTED_OPERATION_NOT_ROLE_OPERATION "UnsupportedOperation.NotRoleOperation" "Member accounts are not supported." "不支持成员账号操作。";
    UNSUPPORTED_OPERATION_NOT_USER_CREATED_CMK "UnsupportedOperation.NotUserCreatedCmk" "The key was not created by a user." "非用户创建的 CMK。";
    UNSUPPORTED_OPERATION_ROTATE_NOT_SUPPORTED "UnsupportedOperation.RotateNotSupported" "The key cannot be rotated." "该密钥不支持轮换。";
    UNSUPPORTED_OPERATION_SERVICE_TEMPORARY_UNAVAILABLE "UnsupportedOperation.ServiceTemporaryUnavailable" "The service is temporarily unavailable." "服务暂时不可用。";
    UNSUPPORTED_OPERATION_UNSUPPORTED_KEY_USAGE_IN_CURRENT_REGION "UnsupportedOperation.UnsupportedKeyUsageInCurrentRegion" "The KeyUsage is not supported in this region." "当前区域不支持该 KeyUsage。";
    UNSUPPORTED_OPERATION_USER_VERSION_NOT_SUPPORT "UnsupportedOperation.UserVersionNotSupport" "The edition of the service does not support this operation." "当前版本不支持该操作。";
    UNSUPPORTED_PROTOCOL "UnsupportedProtocol" "Only GET and POST requests are supported." "HTTP(S) 请求协议错误，只支持 GET 和 POST 请求。";
    UNSUPPORTED_REGION "UnsupportedRegion" "The region `...` is not supported." "接口不支持所传地域 `...`。";
}

#[rustfmt::skip]
bilingual! {
    /// The codes of the tag service that its two actions answer (SDK of version 2018-08-13).
    CODES_OF_TAGS CHINESE_OF_TAGS:
    TAG_DELETE_TAGS "InvalidParameterValue.DeleteTagsParamError" "A tag key is in both DeleteTags and ReplaceTags." "DeleteTags 中不能包含 ReplaceTags 中的元素。";
    TAG_INVALID "InvalidParameter.Tag" "ReplaceTags and DeleteTags must have one to ten tags, each key once." "Tag 参数错误。";
    TAG_KEY_EMPTY "InvalidParameterValue.TagKeyEmpty" "A tag key is empty." "标签键不能为空值。";
    TAG_KEY_LENGTH "InvalidParameterValue.TagKeyLengthExceeded" "A tag key is too long." "标签键长度超过限制。";
    TAG_KEY_RESERVED "InvalidParameter.ReservedTagKey" "The tag keys qcloud, tencent and project are reserved." "标签键 qcloud、tencent 和 project 为系统预留。";
    TAG_REGION "InvalidParameterValue.RegionInvalid" "The ResourceRegion is not valid." "地域错误。";
    TAG_RESOURCE "InvalidParameterValue.ResourceDescriptionError" "The Resource is not one of the key service's in this region." "资源描述错误。";
    TAG_RESOURCE_IDS "InvalidParameterValue.ResourceIdInvalid" "ResourceIds must have one to fifty members." "资源 Id 错误。";
    TAG_RESOURCE_PREFIX "InvalidParameterValue.ResourcePrefixInvalid" "The ResourcePrefix is not valid." "资源前缀错误。";
    TAG_RESOURCE_TAGS "LimitExceeded.ResourceAttachedTags" "The resource would have too many tags." "资源关联的标签数超过限制。";
    TAG_VALUE_LENGTH "InvalidParameterValue.TagValueLengthExceeded" "A tag value is too long." "标签值长度超过限制。";
}
