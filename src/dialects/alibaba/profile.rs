//! The data about this cloud.

use axum::http::HeaderName;

use super::dedicated::request;
use super::names::{KeyName, secret_named};
use super::values::Context;
use super::wire::sign;
use super::words::{OriginWord, SpecWord};
use super::{clients, codes, errors, ram, regions, rules};
use crate::algorithms::base64_text;
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::wire::param_style::ParamStyle;
use crate::dialects::wire::values::leading_version;
use crate::dialects::{BODY_LIMIT, Kind, Refusal};
use crate::watch::classes::Class::{Common, Credential};

pub(super) static PROFILE: Profile = Profile {
    name: "alibaba",
    default_region: "cn-hangzhou",
    regions: regions::REGIONS,
    marks: request::has_marks,
    // Requests of its older clients have no marks.
    takes_unmarked: true,
    rules: |_| &rules::RULES,
    codes: codes::CODES,
    body_limit: BODY_LIMIT,
    missing: codes::MISSING_PARAMETER,
    invalid: codes::INVALID_PARAMETER,
    unknown: codes::INVALID_PARAMETER,
    engine_refusal: errors::of_engine,
    throttling: codes::REJECTED_THROTTLING,
    replayed: codes::SIGNATURE_NONCE_USED,
    // As the official SDKs and the aliyun CLI read it.
    retry_after: RetryAfter {
        header: HeaderName::from_static("x-acs-retry-after"),
        in_seconds: false,
    },
    dry_run: DryRun {
        allowed: |kind, params| kind == Kind::Hot && params.get("DryRun").is_some(),
        refusal: dry_run_refusal,
    },
    param_style: &PARAM_STYLE,
    names: Names {
        key: |realm, name| KeyName::try_from(name.to_owned()).ok()?.in_realm(realm).ok(),
        secret: secret_named,
        spec: |word| SpecWord::try_from(word.to_owned()).ok().map(|it| it.0),
        origin: |word| OriginWord::try_from(word.to_owned()).ok().map(|it| it.0),
        context: |text| Context::try_from(text.to_owned()).ok().map(|it| it.bytes().to_vec()),
        blob: |text| base64_text::decode(text).map(|blob| blob.to_vec()),
        // The dedicated gateway has three bytes, which are four letters, before it.
        version: |blob| leading_version(blob.strip_prefix("JAAC").unwrap_or(blob)),
    },
    user_policies: Some(ram::POLICIES),
    not_yet: include_str!("../../../fixtures/alibaba/not-yet.txt"),
    peer: Peer {
        sign: sign::sign,
        is_refusal: |answer| !answer.status().is_success(),
        clients: clients::CLIENTS,
    },
};

/// How parameters are encoded.
pub(super) static PARAM_STYLE: ParamStyle = ParamStyle {
    common: &[
        ("AccessKeyId", Common),
        ("Action", Common),
        ("DryRun", Common),
        ("Format", Common),
        ("RegionId", Common),
        ("SecurityToken", Credential),
        ("Signature", Credential),
        ("SignatureMethod", Common),
        ("SignatureNonce", Common),
        ("SignatureType", Common),
        ("SignatureVersion", Common),
        ("Timestamp", Common),
        ("Version", Common),
    ],
    allow_empty: &["Description"],
    // One SDK sends it flat.
    maps: &["ExtendedConfig.CustomData"],
    repeated_lists: false,
    json: None,
};

/// The answer to a dry run: the request would succeed, or the error that it would get.
fn dry_run_refusal(outcome: Result<(), Refusal>) -> Refusal {
    match outcome {
        Ok(()) => codes::DRY_RUN_OPERATION_ERROR.into(),
        Err(Refusal { status: 403, message, .. }) => codes::ACCESS_DENIED_ERROR.with(&[&message]),
        Err(Refusal { message, .. }) => codes::VALIDATION_ERROR.with(&[&message]),
    }
}
