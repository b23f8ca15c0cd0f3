//! aliyun-openapi-core-rust-sdk against a running kmsim: RPC V1, timestamps in nanoseconds,
//! parameters in the query of a GET and of a POST.
//!
//! Usage: `KMSIM_URL=http://127.0.0.1:5690 cargo run --release`

mod account;
mod aliases;
mod byok;
mod certificates;
mod cipher;
mod datakeys;
mod export;
mod keys;
mod kit;
mod lifecycle;
mod lists;
mod local;
mod managed;
mod pairs;
mod parameters;
mod rotation;
mod scenario;
mod secrets;
mod signatures;
mod tags;
mod values;

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use kit::{Client, Count, Run};

const NAME: &str = "rust-openapi";

fn main() -> ExitCode {
    let Ok(url) = std::env::var("KMSIM_URL") else {
        eprintln!(
            "KMSIM_URL is not set: the address of a running kmsim, like http://127.0.0.1:5690"
        );
        return ExitCode::from(2);
    };
    if std::env::var_os(ALONE).is_none() {
        return alone();
    }
    drive(url.trim_end_matches('/'))
}

/// Set once the program runs without certificates and proxies.
const ALONE: &str = "KMSIM_SDK_RUST_ALONE";

/// Runs the program again without certificates and proxies. The SDK creates an HTTP client for each
/// request, which would load the machine's certificates, although plain HTTP does not need them.
/// That would take more than a minute over all checks.
fn alone() -> ExitCode {
    let Ok(program) = std::env::current_exe() else {
        eprintln!("the program's own path is unknown");
        return ExitCode::from(2);
    };
    let mut again = Command::new(program);
    again.env(ALONE, "1").env("SSL_CERT_FILE", "/dev/null");
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        again.env_remove(proxy);
    }
    let error = again.exec();
    eprintln!("running again: {error}");
    ExitCode::from(2)
}

#[tokio::main(flavor = "current_thread")]
async fn drive(url: &str) -> ExitCode {
    let count = Count::default();
    for method in ["GET", "POST"] {
        let client = Client::new(url, method, NAME, &format!("secret-of-{NAME}"));
        let run = Run::new(&count, client);
        signatures::drive(&run).await;
        scenario::drive(&run).await;
    }
    let (passed, failed) = (count.passed.get(), count.failed.get());
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0 || passed == 0))
}
