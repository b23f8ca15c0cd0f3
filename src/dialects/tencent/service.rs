//! The service as a whole: its regions, its algorithms, and the account's subscription.

use serde::{Deserialize, Serialize};

use super::codes;
use super::wire::call::DEFAULT_REGION;
use super::words::{PAIR_USAGES, SYMMETRIC, cipher_word};
use crate::algorithms::asymmetric::PairSpec;
use crate::dialects::gate::accounts::{AccountStatus, Cryptography};
use crate::dialects::{Cx, Error};
use crate::model::{KeyUsage, SymmetricSpec};

/// The regions that the document lists, and those that the service has added since.
pub(super) const REGIONS: &[&str] = &[
    "ap-guangzhou",
    "ap-shanghai",
    "ap-beijing",
    "ap-chengdu",
    "ap-chongqing",
    "ap-nanjing",
    "ap-hongkong",
    "ap-singapore",
    "ap-bangkok",
    "ap-jakarta",
    "ap-mumbai",
    "ap-seoul",
    "ap-tokyo",
    "na-ashburn",
    "na-siliconvalley",
    "na-toronto",
    "sa-saopaulo",
    "eu-frankfurt",
];

/// The regions of mainland China. They have SM cryptography, unless the accounts file says
/// otherwise.
const MAINLAND: &[&str] =
    &[DEFAULT_REGION, "ap-shanghai", "ap-beijing", "ap-chengdu", "ap-chongqing", "ap-nanjing"];

/// The actions that need no subscription.
pub(super) const OPEN_TO_ALL: &[&str] =
    &["GetRegions", "GetServiceStatus", "ListAlgorithms", "DescribeWhiteBoxServiceStatus"];

/// The rules for cryptography in the caller's region.
fn cryptography(cx: &Cx) -> Cryptography {
    let region = &*cx.caller.realm.region;
    let default = if MAINLAND.contains(&region) { Cryptography::Sm } else { Cryptography::Fips };
    cx.account.cryptography.get(region).copied().unwrap_or(default)
}

/// The cipher of symmetric keys in the caller's region.
pub(super) fn cipher(cx: &Cx) -> SymmetricSpec {
    match cryptography(cx) {
        Cryptography::Fips => SymmetricSpec::Aes256,
        Cryptography::Sm => SymmetricSpec::Sm4,
    }
}

/// Whether the caller's region has key pairs of this type. SM2 needs SM cryptography.
pub(super) fn offers(cx: &Cx, spec: PairSpec) -> bool {
    spec != PairSpec::EcSm2 || cryptography(cx) == Cryptography::Sm
}

/// A request without parameters.
#[derive(Deserialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Regions {
    regions: &'static [&'static str],
}

#[expect(clippy::unnecessary_wraps, reason = "handlers return a Result")]
pub(super) fn regions(_: &Cx, _: Nothing) -> Result<Regions, Error> {
    Ok(Regions { regions: REGIONS })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AlgorithmInfo {
    key_usage: &'static str,
    algorithm: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Algorithms {
    symmetric_algorithms: Vec<AlgorithmInfo>,
    asymmetric_algorithms: Vec<AlgorithmInfo>,
    asymmetric_sign_verify_algorithms: Vec<AlgorithmInfo>,
}

#[expect(clippy::unnecessary_wraps, reason = "handlers return a Result")]
pub(super) fn algorithms(cx: &Cx, _: Nothing) -> Result<Algorithms, Error> {
    let of = |usage: KeyUsage| {
        let usages = PAIR_USAGES.iter().filter(|it| it.usage == usage && offers(cx, it.spec));
        usages.map(|it| AlgorithmInfo { key_usage: it.word, algorithm: it.algorithm }).collect()
    };
    let algorithm = cipher_word(cipher(cx)).unwrap_or_default();
    Ok(Algorithms {
        symmetric_algorithms: vec![AlgorithmInfo { key_usage: SYMMETRIC, algorithm }],
        asymmetric_algorithms: of(KeyUsage::EncryptDecrypt),
        asymmetric_sign_verify_algorithms: of(KeyUsage::SignVerify),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "the document's answer has them")]
pub(super) struct Status {
    service_enabled: bool,
    invalid_type: u8,
    user_level: u8,
    pro_expire_time: u64,
    pro_renew_flag: u8,
    pro_resource_id: &'static str,
    #[serde(rename = "ExclusiveVSMEnabled")]
    exclusive_vsm_enabled: bool,
    #[serde(rename = "ExclusiveHSMEnabled")]
    exclusive_hsm_enabled: bool,
    subscription_info: &'static str,
    cmk_user_count: usize,
    cmk_limit: usize,
    is_allowed_data_key_hosted: bool,
    data_key_limit: usize,
    free_data_key_limit: usize,
    data_key_used_count: usize,
    is_allowed_sync: bool,
}

/// The number that is answered if there is no quota.
const UNLIMITED: usize = 1_000_000;

/// The answer has the document's members, and those of newer SDKs that apply to kmsim.
#[expect(clippy::unnecessary_wraps, reason = "handlers return a Result")]
pub(super) fn status(cx: &Cx, _: Nothing) -> Result<Status, Error> {
    let (service_enabled, invalid_type) = match cx.account.status {
        AccountStatus::Active => (true, 1),
        AccountStatus::NotOpened => (false, 0),
        AccountStatus::InDebt | AccountStatus::InDebtOverdue => (false, 2),
        AccountStatus::Suspended | AccountStatus::RiskControl => (false, 3),
    };
    let snapshot = cx.engine.snapshot(&cx.caller);
    let view = snapshot.view(&cx.caller);
    Ok(Status {
        service_enabled,
        invalid_type,
        user_level: 1,
        pro_expire_time: 0,
        pro_renew_flag: 0,
        pro_resource_id: "",
        exclusive_vsm_enabled: false,
        exclusive_hsm_enabled: false,
        subscription_info: "",
        cmk_user_count: view.list_all_keys().total(),
        cmk_limit: cx.account.quota.keys.unwrap_or(UNLIMITED),
        is_allowed_data_key_hosted: true,
        data_key_limit: cx.account.quota.data_keys.unwrap_or(UNLIMITED),
        free_data_key_limit: UNLIMITED,
        data_key_used_count: view.data_keys().count(),
        is_allowed_sync: false,
    })
}

/// The regions with white-box keys.
const WHITE_BOX_REGIONS: &[&str] = &["ap-beijing", "ap-guangzhou", "ap-hongkong", "ap-shanghai"];

/// Whether the caller can use white-box keys: the account is active, and the region has them.
pub(super) fn has_white_box(cx: &Cx) -> bool {
    cx.account.status == AccountStatus::Active
        && WHITE_BOX_REGIONS.contains(&&*cx.caller.realm.region)
}

/// Refuses a caller who cannot use white-box keys.
///
/// # Errors
/// `NotPurchased`.
pub(super) fn require_white_box(cx: &Cx) -> Result<(), Error> {
    if has_white_box(cx) { Ok(()) } else { Err(codes::RESOURCE_UNAVAILABLE_NOT_PURCHASED.into()) }
}
