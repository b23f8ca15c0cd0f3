//! How the SDKs and tools of this cloud are pointed at a server: one file for each, in its own language.

use crate::dialects::peers::{Client, Quoting};

/// All of them.
pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "python",
        about: "PyPI alibabacloud_kms20160120",
        quoting: Quoting::Double,
        text: include_str!("python.py"),
    },
    Client {
        name: "python-classic",
        about: "PyPI aliyun-python-sdk-kms",
        quoting: Quoting::Double,
        text: include_str!("python-classic.py"),
    },
    Client {
        name: "oss2",
        about: "PyPI oss2, for what its users encrypt themselves",
        quoting: Quoting::Double,
        text: include_str!("oss2.py"),
    },
    Client {
        name: "go",
        about: "github.com/alibabacloud-go/kms-20160120/v3",
        quoting: Quoting::Double,
        text: include_str!("go.txt"),
    },
    Client {
        name: "go-v4",
        about: "github.com/alibabacloud-go/kms-20160120/v4",
        quoting: Quoting::Double,
        text: include_str!("go-v4.txt"),
    },
    Client {
        name: "go-classic",
        about: "github.com/aliyun/alibaba-cloud-sdk-go",
        quoting: Quoting::Double,
        text: include_str!("go-classic.txt"),
    },
    Client {
        name: "node",
        about: "npm @alicloud/pop-core",
        quoting: Quoting::Double,
        text: include_str!("node.js"),
    },
    Client {
        name: "java",
        about: "Maven com.aliyun:kms20160120",
        quoting: Quoting::Double,
        text: include_str!("java.txt"),
    },
    Client {
        name: "java-classic",
        about: "Maven com.aliyun:aliyun-java-sdk-kms",
        quoting: Quoting::Double,
        text: include_str!("java-classic.txt"),
    },
    Client {
        name: "php",
        about: "Composer alibabacloud/kms-20160120",
        quoting: Quoting::Php,
        text: include_str!("php.txt"),
    },
    Client {
        name: "secrets-manager",
        about: "the secrets manager's clients for Python, Java and Go",
        quoting: Quoting::Shell,
        text: include_str!("secrets-manager.sh"),
    },
    Client {
        name: "client-key",
        about: "the same, with a client key instead of a secret",
        quoting: Quoting::Shell,
        text: include_str!("client-key.sh"),
    },
    Client {
        name: "nacos",
        about: "github.com/nacos-group/nacos-sdk-go/v2",
        quoting: Quoting::Double,
        text: include_str!("nacos.txt"),
    },
    Client {
        name: "terraform",
        about: "provider aliyun/alicloud",
        quoting: Quoting::Hcl,
        text: include_str!("terraform.tf"),
    },
    Client {
        name: "aliyun-cli",
        about: "the command aliyun",
        quoting: Quoting::Shell,
        text: include_str!("aliyun-cli.sh"),
    },
    Client {
        name: "vault",
        about: "Vault's and OpenBao's alicloudkms seal",
        quoting: Quoting::Shell,
        text: include_str!("vault.sh"),
    },
];
