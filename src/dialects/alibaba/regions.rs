//! The regions of the service.

/// The regions of the document's list of endpoints (chapter 3).
pub(super) const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-south-1",
    "cn-hangzhou",
    "cn-shanghai",
    "cn-qingdao",
    "cn-beijing",
    "cn-zhangjiakou",
    "cn-huhehaote",
    "cn-wulanchabu",
    "cn-shenzhen",
    "cn-heyuan",
    "cn-guangzhou",
    "cn-chengdu",
    "eu-central-1",
    "eu-west-1",
    "me-east-1",
    "cn-hongkong",
    "us-east-1",
    "us-west-1",
    "cn-hangzhou-finance",
    "cn-shanghai-finance-1",
    "cn-shenzhen-finance-1",
];

/// The region with this id. Case is ignored.
pub(super) fn known(text: &str) -> Option<&'static str> {
    REGIONS.iter().find(|region| region.eq_ignore_ascii_case(text)).copied()
}
