//! How the SDKs of this cloud are pointed at a server: one file for each, in its own language.

use crate::dialects::peers::{Client, Quoting};

/// All of them.
pub(super) const CLIENTS: &[Client] = &[Client {
    name: "python",
    about: "PyPI ksc-sdk-python",
    quoting: Quoting::Double,
    text: include_str!("python.py"),
}];
