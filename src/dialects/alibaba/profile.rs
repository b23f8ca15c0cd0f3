//! What is fixed about this cloud.

use axum::http::HeaderName;

use super::names::{KeyName, secret_named};
use super::values::Context;
use super::{clients, codes, regions, rules, sign};
use crate::dialects::params::Manner;
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::{BODY_LIMIT, Kind, Refusal};
use crate::watch::classes::Class::{Common, Credential};

pub(super) static PROFILE: Profile = Profile {
    name: "alibaba",
    default_region: "cn-hangzhou",
    regions: regions::REGIONS,
    // Its older clients leave none.
    marks: None,
    rules: |_| &rules::RULES,
    codes: codes::CODES,
    body_limit: BODY_LIMIT,
    throttling: codes::REJECTED_THROTTLING,
    replayed: codes::SIGNATURE_NONCE_USED,
    // As the official SDKs and the aliyun CLI read it.
    retry_after: RetryAfter {
        header: HeaderName::from_static("x-acs-retry-after"),
        in_seconds: false,
    },
    dry_run: DryRun {
        may: |kind, params| kind == Kind::Hot && params.get("DryRun").is_some(),
        tell: tell_dry_run,
    },
    manner: &MANNER,
    names: Names {
        key: |realm, name| KeyName::try_from(name.to_owned()).ok()?.in_realm(realm).ok(),
        secret: secret_named,
        context: |text| Context::try_from(text.to_owned()).ok().map(|it| it.bytes().to_vec()),
    },
    not_yet: include_str!("../../../fixtures/alibaba/not-yet.txt"),
    peer: Peer {
        sign: sign::sign,
        is_refusal: |answer| !answer.status().is_success(),
        clients: clients::CLIENTS,
    },
};

/// How parameters are written.
pub(super) static MANNER: Manner = Manner {
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
    empty_is_a_value: &["Description"],
    // One SDK sends it flat.
    maps: &["ExtendedConfig.CustomData"],
    lists_repeat: false,
};

/// What a dry run answers: that it would succeed, or the error that would be the answer.
fn tell_dry_run(outcome: Result<(), Refusal>) -> Refusal {
    match outcome {
        Ok(()) => codes::DRY_RUN_OPERATION_ERROR.into(),
        Err(Refusal { status: 403, message, .. }) => codes::ACCESS_DENIED_ERROR.with(&[&message]),
        Err(Refusal { message, .. }) => codes::VALIDATION_ERROR.with(&[&message]),
    }
}
