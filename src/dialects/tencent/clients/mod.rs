//! How the SDKs and tools of this cloud are configured for a server: one file for each, in its own
//! language.

use crate::dialects::peers::clients;

#[rustfmt::skip]
clients! {
    "python"    Double "python.py"    "PyPI tencentcloud-sdk-python-kms";
    "node"      Double "node.js"      "npm tencentcloud-sdk-nodejs";
    "go"        Double "go.txt"       "github.com/tencentcloud/tencentcloud-sdk-go";
    "java"      Double "java.txt"     "Maven com.tencentcloudapi:tencentcloud-sdk-java-kms";
    "php"       Php    "php.txt"      "Composer tencentcloud/kms";
    "cli"       Shell  "cli.sh"       "tccli, the command line";
    "terraform" Hcl    "terraform.tf" "the provider tencentcloudstack/tencentcloud";
}
