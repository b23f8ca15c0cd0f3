//! The data about this cloud.

use axum::http::header::RETRY_AFTER;

use super::wire::{call, sign};
use super::{
    ciphertext, clients, codes, context, errors, policies, projects, rules, values, words,
};
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::wire::param_style::{JsonStyle, ParamStyle};

pub(super) static PROFILE: Profile = Profile {
    name: "huawei",
    default_region: projects::DEFAULT_REGION,
    regions: projects::REGIONS,
    marks: call::is_marked,
    takes_unmarked: false,
    rules: |_| &rules::RULES,
    codes: codes::CODES,
    missing: codes::MISSING_PARAMETER,
    invalid: codes::INVALID_PARAMETER,
    // Never answered: parameters that an action does not have are ignored.
    unknown: codes::INVALID_PARAMETER,
    engine_refusal: errors::of_engine,
    body_limit: call::BODY_MAX,
    throttling: codes::THROTTLED,
    // Never answered: requests may be repeated.
    replayed: codes::BAD_AUTHENTICATION,
    // No client of this cloud reads a header of its own.
    retry_after: RetryAfter { header: RETRY_AFTER, in_seconds: true },
    dry_run: DryRun {
        allowed: |_, _| false,
        refusal: |outcome| outcome.err().unwrap_or_else(|| codes::KMS_ERROR.into()),
    },
    param_style: &PARAM_STYLE,
    names: Names {
        key: |_, name| values::key_ref(name),
        secret: |_, text| text,
        spec: words::spec,
        origin: |word| words::Origin::try_from(word.to_owned()).ok().map(|it| it.0),
        context: context::canonical,
        blob: ciphertext::blob,
        version: ciphertext::version_of,
    },
    user_policies: Some(policies::POLICIES),
    not_yet: include_str!("../../../fixtures/huawei/not-yet.txt"),
    peer: Peer { sign: sign::sign, is_refusal: sign::is_refusal, clients: clients::CLIENTS },
};

/// How parameters are encoded.
pub(super) static PARAM_STYLE: ParamStyle = ParamStyle {
    common: call::COMMON,
    allow_empty: &[],
    maps: &[],
    repeated_lists: false,
    json: Some(JsonStyle { refuses_unknown: false, numbers_are_texts: true }),
};
