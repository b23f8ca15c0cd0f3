//! How the SDKs and tools of this cloud are configured for a server: one file for each, in its own
//! language.

use crate::dialects::peers::clients;

#[rustfmt::skip]
clients! {
    "python"          Double "python.py"          "PyPI alibabacloud_kms20160120";
    "python-classic"  Double "python-classic.py"  "PyPI aliyun-python-sdk-kms";
    "oss2"            Double "oss2.py"            "PyPI oss2, for what its users encrypt themselves";
    "go"              Double "go.txt"             "github.com/alibabacloud-go/kms-20160120/v3";
    "go-v4"           Double "go-v4.txt"          "github.com/alibabacloud-go/kms-20160120/v4";
    "go-classic"      Double "go-classic.txt"     "github.com/aliyun/alibaba-cloud-sdk-go";
    "node"            Double "node.js"            "npm @alicloud/pop-core";
    "java"            Double "java.txt"           "Maven com.aliyun:kms20160120";
    "java-classic"    Double "java-classic.txt"   "Maven com.aliyun:aliyun-java-sdk-kms";
    "php"             Php    "php.txt"            "Composer alibabacloud/kms-20160120";
    "secrets-manager" Shell  "secrets-manager.sh" "the secrets manager's clients for Python, Java and Go";
    "client-key"      Shell  "client-key.sh"      "the same, with a client key instead of a secret";
    "nacos"           Double "nacos.txt"          "github.com/nacos-group/nacos-sdk-go/v2";
    "terraform"       Hcl    "terraform.tf"       "provider aliyun/alicloud";
    "aliyun-cli"      Shell  "aliyun-cli.sh"      "the command aliyun";
    "vault"           Shell  "vault.sh"           "Vault's and OpenBao's alicloudkms seal";
}
