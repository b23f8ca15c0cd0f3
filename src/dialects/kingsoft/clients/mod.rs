//! How the SDKs of this cloud are configured for a server: one file for each, in its own language.

use crate::dialects::peers::{Client, Quoting};

/// All clients.
pub(super) const CLIENTS: &[Client] = &[
    Client {
        name: "python",
        about: "PyPI ksc-sdk-python",
        quoting: Quoting::Double,
        text: include_str!("python.py"),
    },
    Client {
        name: "go",
        about: "github.com/kingsoftcloud/sdk-go/v2",
        quoting: Quoting::Double,
        text: include_str!("go.txt"),
    },
    Client {
        name: "node",
        about: "npm ksyun-sdk-node",
        quoting: Quoting::Double,
        text: include_str!("node.js"),
    },
    Client {
        name: "java",
        about: "Maven com.ksyun:ksyun-java-sdk",
        quoting: Quoting::Double,
        text: include_str!("java.txt"),
    },
];
