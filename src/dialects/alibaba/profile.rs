//! The data about this cloud.

use std::time::Duration;

use axum::http::HeaderName;

use super::names::{KeyName, is_alias, is_secret_name, secret_named};
use super::secrets::types::{CURRENT, PREVIOUS};
use super::secrets::{rotation as secret_rotation, types as secret_types};
use super::values::Context;
use super::wire::sign;
use super::words::{OriginWord, SpecWord, spec_word};
use super::{clients, codes, errors, limits, regions, rules};
use crate::dialects::peers::Peer;
use crate::dialects::profile::{DryRun, Names, Profile, RetryAfter};
use crate::dialects::wire::params::ParamStyle;
use crate::dialects::{BODY_LIMIT, Kind, Refusal};
use crate::engine::{
    AliasRules, CertificateRules, ImportRules, KeyRules, NameRule, PairRules, Rules, SecretRules,
};
use crate::model::{AliasName, Lifecycle};
use crate::watch::classes::Class::{Common, Credential};

pub(super) static PROFILE: Profile = Profile {
    name: "alibaba",
    default_region: "cn-hangzhou",
    regions: regions::REGIONS,
    // Requests of its older clients have no marks.
    marks: None,
    rules: |_| &RULES,
    codes: codes::CODES,
    body_limit: BODY_LIMIT,
    missing: codes::MISSING_PARAMETER,
    invalid: codes::INVALID_PARAMETER,
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
    },
    not_yet: include_str!("../../../fixtures/alibaba/not-yet.txt"),
    peer: Peer {
        sign: sign::sign,
        is_refusal: |answer| !answer.status().is_success(),
        clients: clients::CLIENTS,
    },
};

/// The rules for the engine.
static RULES: Rules = Rules {
    keys: KeyRules {
        admits: |operation, state| rules::of_key(operation, state).is_none(),
        new_id: |entropy| entropy.uuid().into(),
        specs: |spec| spec_word(spec).is_some(),
        restored: Lifecycle::Enabled,
    },
    // Sections 8.16 and 8.2.
    pairs: Some(PairRules { versions: 50, spacing: Duration::from_hours(7 * 24) }),
    aliases: Some(AliasRules {
        names: NameRule {
            accepts: is_alias,
            form: "an alias: alias/ and then letters, digits, /, _ and -",
        },
        reserved: rules::reserved,
        service: rules::service,
    }),
    tags: limits::TAGS_MAX,
    imports: Some(ImportRules { token_life: Duration::from_hours(24) }),
    secrets: Some(SecretRules {
        names: NameRule {
            accepts: is_secret_name,
            form: "a secret's name: 1 to 192 letters, digits and _/+=.@-",
        },
        alias: || AliasName::parse("alias/acs/secretsmanager"),
        fits: secret_types::fits,
        current: CURRENT,
        previous: PREVIOUS,
        stages_per_version: limits::STAGES_MAX,
        // Sections 9.6 and 9.12.
        versions: 10,
        rotations_per_hour: 50,
        renew: secret_rotation::renew,
        renewal_is_slow: secret_types::renewal_is_slow,
    }),
    certificates: Some(CertificateRules {
        admits: |operation, status| rules::of_certificate(operation, status).is_none(),
    }),
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
};

/// The answer to a dry run: the request would succeed, or the error that it would get.
fn dry_run_refusal(outcome: Result<(), Refusal>) -> Refusal {
    match outcome {
        Ok(()) => codes::DRY_RUN_OPERATION_ERROR.into(),
        Err(Refusal { status: 403, message, .. }) => codes::ACCESS_DENIED_ERROR.with(&[&message]),
        Err(Refusal { message, .. }) => codes::VALIDATION_ERROR.with(&[&message]),
    }
}
