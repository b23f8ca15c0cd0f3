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
        name: "go",
        about: "github.com/alibabacloud-go/kms-20160120/v3",
        quoting: Quoting::Double,
        text: include_str!("go.txt"),
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
        name: "php",
        about: "Composer alibabacloud/kms-20160120",
        quoting: Quoting::Php,
        text: include_str!("php.txt"),
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
