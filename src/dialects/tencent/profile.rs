//! The data about this cloud.

use axum::http::header::RETRY_AFTER;

use super::wire::{call, sign};
use super::words::OriginWord;
use super::{blob, clients, codes, errors, rules, service, values, words};
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::wire::param_style::{JsonStyle, ParamStyle};
use crate::dialects::wire::values::leading_version;
use crate::engine::KeyRef;
use crate::model::{KeyId, KeySpec};

pub(super) static PROFILE: Profile = Profile {
    name: "tencent",
    default_region: call::DEFAULT_REGION,
    regions: service::REGIONS,
    marks: call::is_marked,
    takes_unmarked: false,
    rules: |_| &rules::RULES,
    codes: codes::CODES,
    missing: codes::MISSING_PARAMETER,
    invalid: codes::INVALID_PARAMETER,
    unknown: codes::UNKNOWN_PARAMETER,
    engine_refusal: errors::of_engine,
    body_limit: call::BODY_MAX,
    throttling: codes::REQUEST_LIMIT_EXCEEDED,
    // Never answered: requests may be repeated.
    replayed: codes::AUTH_FAILURE_SIGNATURE_FAILURE,
    // No client of this cloud reads a header of its own.
    retry_after: RetryAfter { header: RETRY_AFTER, in_seconds: true },
    dry_run: DryRun {
        allowed: |_, _| false,
        refusal: |outcome| outcome.err().unwrap_or_else(|| codes::DRY_RUN_OPERATION.into()),
    },
    param_style: &PARAM_STYLE,
    names: Names {
        key: |_, name| KeyId::parse(name).map(KeyRef::Id),
        secret: |_, text| text,
        spec: |word| words::pair_usage(word).map(|it| KeySpec::Pair(it.spec)),
        origin: |word| OriginWord::try_from(word.to_owned()).ok().map(|it| it.0),
        context: |text| values::context(text).map(<[u8]>::to_vec),
        blob: blob::bytes,
        version: leading_version,
    },
    user_policies: None,
    not_yet: include_str!("../../../fixtures/tencent/not-yet.txt"),
    peer: Peer { sign: sign::sign, is_refusal: sign::is_refusal, clients: clients::CLIENTS },
};

/// How parameters are encoded.
pub(super) static PARAM_STYLE: ParamStyle = ParamStyle {
    common: call::COMMON,
    allow_empty: &[],
    maps: &[],
    repeated_lists: false,
    json: Some(JsonStyle { refuses_unknown: true, numbers_are_texts: false }),
};
