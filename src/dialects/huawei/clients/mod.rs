//! How the SDKs and tools of this cloud are configured for a server: one file for each, in its own
//! language.

use crate::dialects::peers::clients;

#[rustfmt::skip]
clients! {
    "python" Double "python.py" "PyPI huaweicloudsdkkms";
}
