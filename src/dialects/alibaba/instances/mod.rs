//! KMS instances (newer SDKs). Accounts buy them from another service: seeds and the control plane
//! make them here.

pub(super) mod lifecycle;
pub(super) mod metadata;
