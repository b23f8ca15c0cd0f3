//! What is fixed about this cloud.

use axum::http::header::RETRY_AFTER;

use super::wire::{call, sign};
use super::{clients, codes, rules};
use crate::dialects::BODY_LIMIT;
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::wire::params::Manner;
use crate::engine::KeyRef;
use crate::model::KeyId;
use crate::watch::classes::Class::{Common, Credential};

pub(super) static PROFILE: Profile = Profile {
    name: "kingsoft",
    default_region: call::DEFAULT_REGION,
    // Its document lists none.
    regions: &[],
    marks: Some(call::is_marked),
    rules: |_| &rules::RULES,
    codes: codes::CODES,
    body_limit: BODY_LIMIT,
    throttling: codes::LIMIT_EXCEEDED,
    // Its signatures have no nonce: any request may come again.
    replayed: codes::SIGNATURE_WRONG,
    // No client of this cloud looks for anything of its own.
    retry_after: RetryAfter { header: RETRY_AFTER, in_seconds: true },
    dry_run: DryRun {
        may: |_, _| true,
        tell: |outcome| outcome.err().unwrap_or_else(|| codes::DRY_RUN_OPERATION.into()),
    },
    manner: &MANNER,
    names: Names {
        key: |_, name| KeyId::parse(name).map(KeyRef::Id),
        secret: |_, text| text,
        // This cloud has no contexts: none is the only one.
        context: |text| (text == "{}").then(Vec::new),
    },
    not_yet: include_str!("../../../fixtures/kingsoft/not-yet.txt"),
    peer: Peer {
        sign: sign::sign,
        is_refusal: |answer| !answer.status().is_success(),
        clients: clients::CLIENTS,
    },
};

/// How parameters are written.
pub(super) static MANNER: Manner = Manner {
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
    empty_is_a_value: &["Description"],
    maps: &[],
    // One SDK sends a list so.
    lists_repeat: true,
};
