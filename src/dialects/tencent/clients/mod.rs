//! How the SDKs of this cloud are pointed at a server: one file for each, in its own language.

use crate::dialects::peers::{Client, Quoting};

/// All of them.
pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "python",
        about: "PyPI tencentcloud-sdk-python-kms",
        quoting: Quoting::Double,
        text: include_str!("python.py"),
    },
    Client {
        name: "node",
        about: "npm tencentcloud-sdk-nodejs",
        quoting: Quoting::Double,
        text: include_str!("node.js"),
    },
    Client {
        name: "go",
        about: "github.com/tencentcloud/tencentcloud-sdk-go",
        quoting: Quoting::Double,
        text: include_str!("go.txt"),
    },
    Client {
        name: "java",
        about: "Maven com.tencentcloudapi:tencentcloud-sdk-java-kms",
        quoting: Quoting::Double,
        text: include_str!("java.txt"),
    },
    Client {
        name: "php",
        about: "Composer tencentcloud/kms",
        quoting: Quoting::Php,
        text: include_str!("php.txt"),
    },
    Client {
        name: "cli",
        about: "tccli, the command line",
        quoting: Quoting::Shell,
        text: include_str!("cli.sh"),
    },
    Client {
        name: "terraform",
        about: "the provider tencentcloudstack/tencentcloud",
        quoting: Quoting::Hcl,
        text: include_str!("terraform.tf"),
    },
];
