//! How the SDKs and tools of this cloud are configured for a server: one file for each, in its own
//! language.

use crate::dialects::peers::clients;

#[rustfmt::skip]
clients! {
    "python"    Double "python.py"    "PyPI huaweicloudsdkkms";
    "node"      Double "node.js"      "npm @huaweicloud/huaweicloud-sdk-core";
    "go"        Double "go.txt"       "github.com/huaweicloud/huaweicloud-sdk-go-v3";
    "java"      Double "java.txt"     "Maven com.huaweicloud.sdk:huaweicloud-sdk-kms";
    "sops"      Shell  "sops.sh"      "sops, for keys of --hckms";
    "vault"     Hcl    "vault.hcl"    "the seal huaweicloudkms of Vault and OpenBao";
    "terraform" Hcl    "terraform.tf" "the provider huaweicloud/huaweicloud";
}
