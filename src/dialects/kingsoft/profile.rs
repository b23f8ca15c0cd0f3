//! The data about this cloud.

use axum::http::header::RETRY_AFTER;

use super::wire::{call, sign};
use super::{clients, codes, errors, rules};
use crate::algorithms::base64_text;
use crate::dialects::BODY_LIMIT;
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::wire::param_style::ParamStyle;
use crate::dialects::wire::values::leading_version;
use crate::engine::KeyRef;
use crate::model::KeyId;
use crate::watch::classes::Class::{Common, Credential};

pub(super) static PROFILE: Profile = Profile {
    name: "kingsoft",
    default_region: call::DEFAULT_REGION,
    // The document lists none.
    regions: &[],
    marks: call::is_marked,
    takes_unmarked: false,
    rules: |_| &rules::RULES,
    codes: codes::CODES,
    body_limit: BODY_LIMIT,
    missing: codes::MISSING_PARAMETER,
    invalid: codes::INVALID_PARAMETER_VALUE,
    unknown: codes::INVALID_PARAMETER_VALUE,
    engine_refusal: errors::of_engine,
    throttling: codes::LIMIT_EXCEEDED,
    // Never answered: its signatures have no nonce, so requests may be repeated.
    replayed: codes::SIGNATURE_WRONG,
    // No client of this cloud reads a header of its own.
    retry_after: RetryAfter { header: RETRY_AFTER, in_seconds: true },
    dry_run: DryRun {
        allowed: |_, _| true,
        refusal: |outcome| outcome.err().unwrap_or_else(|| codes::DRY_RUN_OPERATION.into()),
    },
    param_style: &PARAM_STYLE,
    names: Names {
        key: |_, name| KeyId::parse(name).map(KeyRef::Id),
        secret: |_, text| text,
        spec: |_| None,
        origin: |_| None,
        // This cloud has no encryption contexts, so only the empty one is valid.
        context: |text| (text == "{}").then(Vec::new),
        blob: |text| base64_text::decode(text).map(|blob| blob.to_vec()),
        version: leading_version,
    },
    user_policies: None,
    not_yet: include_str!("../../../fixtures/kingsoft/not-yet.txt"),
    peer: Peer {
        sign: sign::sign,
        is_refusal: |answer| !answer.status().is_success(),
        clients: clients::CLIENTS,
    },
};

/// How parameters are encoded.
pub(super) static PARAM_STYLE: ParamStyle = ParamStyle {
    common: &[
        ("Accesskey", Common),
        ("Action", Common),
        ("DryRun", Common),
        ("Format", Common),
        ("Language", Common),
        ("Region", Common),
        ("SdkVersion", Common),
        ("SecurityToken", Credential),
        ("Service", Common),
        ("Signature", Credential),
        ("SignatureMethod", Common),
        ("SignatureVersion", Common),
        ("Timestamp", Common),
        ("Version", Common),
        ("X-Amz-Algorithm", Common),
        ("X-Amz-Credential", Common),
        ("X-Amz-Date", Common),
        ("X-Amz-Expires", Common),
        ("X-Amz-Security-Token", Credential),
        ("X-Amz-Signature", Credential),
        ("X-Amz-SignedHeaders", Common),
    ],
    allow_empty: &["Description"],
    maps: &[],
    // One SDK sends lists that way.
    repeated_lists: true,
    json: None,
};
