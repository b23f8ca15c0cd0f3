//! How the SDKs of this cloud are configured for a server: one file for each, in its own language.

use crate::dialects::peers::clients;

#[rustfmt::skip]
clients! {
    "python" Double "python.py" "PyPI ksc-sdk-python";
    "go"     Double "go.txt"    "github.com/kingsoftcloud/sdk-go/v2";
    "node"   Double "node.js"   "npm ksyun-sdk-node";
    "java"   Double "java.txt"  "Maven com.ksyun:ksyun-java-sdk";
}
