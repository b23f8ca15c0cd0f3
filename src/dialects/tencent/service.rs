//! What the service tells of itself: its regions, its algorithms, and whether the account has it.

use serde::{Deserialize, Serialize};

use super::codes;
use super::wire::call::DEFAULT_REGION;
use super::words::{Flavour, SYMMETRIC, USAGES};
use crate::algorithms::asymmetric::PairSpec;
use crate::dialects::gate::accounts::{AccountStatus, Cryptography};
use crate::dialects::{Cx, Error};
use crate::model::KeyUsage;

/// The regions that the document lists, and those that the service has opened since.
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

/// The regions of mainland China, whose keys are SM4 unless the accounts file says otherwise.
const MAINLAND: &[&str] =
    &[DEFAULT_REGION, "ap-shanghai", "ap-beijing", "ap-chengdu", "ap-chongqing", "ap-nanjing"];

/// The actions that an account has before it has bought the service.
pub(super) const OPEN_TO_ALL: &[&str] =
    &["GetRegions", "GetServiceStatus", "ListAlgorithms", "DescribeWhiteBoxServiceStatus"];

/// The rules that the caller's region follows.
pub(super) fn flavour(cx: &Cx) -> Flavour {
    let region = &*cx.caller.realm.region;
    match cx.account.cryptography.get(region) {
        Some(Cryptography::Sm) => Flavour::Sm,
        None if MAINLAND.contains(&region) => Flavour::Sm,
        Some(Cryptography::Fips) | None => Flavour::Fips,
    }
}

/// Whether the caller's region has pairs of this kind: those of SM2 are where the SM rules are.
pub(super) fn offers(cx: &Cx, spec: PairSpec) -> bool {
    spec != PairSpec::EcSm2 || flavour(cx) == Flavour::Sm
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Regions {
    regions: &'static [&'static str],
}

#[expect(clippy::unnecessary_wraps, reason = "handlers answer results")]
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

#[expect(clippy::unnecessary_wraps, reason = "handlers answer results")]
pub(super) fn algorithms(cx: &Cx, _: Nothing) -> Result<Algorithms, Error> {
    let of = |usage: KeyUsage| {
        let rows = USAGES.iter().filter(|row| row.3 == usage && offers(cx, row.2));
        rows.map(|row| AlgorithmInfo { key_usage: row.0, algorithm: row.1 }).collect()
    };
    let algorithm = match flavour(cx) {
        Flavour::Fips => "AES_256",
        Flavour::Sm => "SM4",
    };
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

/// What stands for no limit.
const UNLIMITED: usize = 1_000_000;

/// Of the members that only newer SDKs have, those are told that mean something here.
#[expect(clippy::unnecessary_wraps, reason = "handlers answer results")]
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
        cmk_user_count: view.keys().count(),
        cmk_limit: cx.account.quota.keys.unwrap_or(UNLIMITED),
        is_allowed_data_key_hosted: true,
        data_key_limit: cx.account.quota.data_keys.unwrap_or(UNLIMITED),
        free_data_key_limit: UNLIMITED,
        data_key_used_count: view.data_keys().count(),
        is_allowed_sync: false,
    })
}

/// The regions that have white-box keys.
const WHITE_BOX_REGIONS: &[&str] = &["ap-beijing", "ap-guangzhou", "ap-hongkong", "ap-shanghai"];

/// Whether the caller's region has white-box keys and its account has bought them.
pub(super) fn has_white_box(cx: &Cx) -> bool {
    cx.account.status == AccountStatus::Active
        && WHITE_BOX_REGIONS.contains(&&*cx.caller.realm.region)
}

/// Refuses a request for white-box keys where there are none.
///
/// # Errors
/// The region has none.
pub(super) fn white_box(cx: &Cx) -> Result<(), Error> {
    if has_white_box(cx) { Ok(()) } else { Err(codes::RESOURCE_UNAVAILABLE_NOT_PURCHASED.into()) }
}
